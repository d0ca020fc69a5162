#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launch.h"
#include "progress_line.h"

static const double terminal_interval = 0.25; /* s */
static const double log_interval = 10;

void ulam_format_duration(double seconds, char *text, size_t size)
{
    if (seconds < 9.95)
        snprintf(text, size, "%.1f s", seconds);
    else if (seconds < 120)
        snprintf(text, size, "%.0f s", seconds);
    else if (seconds < 7200)
        snprintf(text, size, "%.0f min", seconds / 60);
    else if (seconds < 172800)
        snprintf(text, size, "%.1f h", seconds / 3600);
    else
        snprintf(text, size, "%.1f d", seconds / 86400);
}

/* Writes "3 of 9 points, 41 %, 1.2e+07 runs/s, 12 s left, worst error 0.31 %"; of a job with targets, at the end "farthest
 * error 2.1 x target". */
static void describe(const ulam_progress *progress, char *text, size_t size)
{
    const double asked = (double)progress->runs_asked, done = (double)progress->runs;
    const double rate = progress->seconds > 0 ? (double)progress->session_runs / progress->seconds : 0;
    int n = snprintf(text, size, "%zu of %zu points, %.0f %%, %.3g %s/s", progress->points_complete, progress->points,
                     asked > 0 ? floor(100 * done / asked) : 100, rate, progress->chains ? "sweeps" : "runs");
    if (rate > 0 && asked > done && (size_t)n < size) {
        char left[32];
        ulam_format_duration((asked - done) / rate, left, sizeof left);
        n += snprintf(text + n, size - (size_t)n, ", %s left", left);
    }
    if (progress->until) {
        if (isfinite(progress->farthest) && (size_t)n < size)
            snprintf(text + n, size - (size_t)n, ", farthest error %.3g x target", progress->farthest);
        return;
    }
    if (isfinite(progress->rel_error) && (size_t)n < size)
        snprintf(text + n, size - (size_t)n, ", worst error %.2g %%", 100 * progress->rel_error);
}

static void show(void *self, const ulam_progress *progress)
{
    ulam_progress_display *display = self;
    if (!display->terminal && progress->seconds < display->logged + log_interval) return;
    display->logged = progress->seconds;
    char text[160];
    describe(progress, text, sizeof text);
    if (display->terminal) {
        fprintf(stderr, "\r\033[K%s", text);
        display->shown = true;
    } else {
        fprintf(stderr, "ulam: %s\n", text);
    }
    fflush(stderr);
}

static void say_last(void *self, const char *reason)
{
    ulam_progress_clear(self);
    fprintf(stderr, "ulam run: %s\n", reason);
}

ulam_monitor ulam_progress_monitor(ulam_progress_display *self, bool quiet)
{
    const bool told = getenv(ULAM_TERMINAL_VARIABLE) != NULL;
    *self = (ulam_progress_display){.terminal = told || isatty(STDERR_FILENO)};
    return (ulam_monitor){.self = self,
                          .show = quiet ? NULL : show,
                          .interval = self->terminal ? terminal_interval : log_interval,
                          .say_last = say_last};
}

void ulam_progress_clear(ulam_progress_display *self)
{
    if (self->shown) fputs("\r\033[K", stderr);
    self->shown = false;
}
