/* How far a job is, on standard error: one live line on a terminal, else a line now and then. */

#ifndef ULAM_PROGRESS_LINE_H
#define ULAM_PROGRESS_LINE_H

#include <stdbool.h>

#include <ulam/execute.h>

typedef struct {
    bool terminal;
    bool shown;    /* a live line stands on the terminal */
    double logged; /* s into the session, of the last line of a log */
} ulam_progress_display;

/* A monitor that shows progress through self, unless quiet, and says as `ulam run` why it ends all ranks. */
ulam_monitor ulam_progress_monitor(ulam_progress_display *self, bool quiet);

/* Wipes the live line, before something else is printed. */
void ulam_progress_clear(ulam_progress_display *self);

/* Writes a duration as "43 s", "12 min", "3.5 h", "2.1 d" into text[size]. */
void ulam_format_duration(double seconds, char *text, size_t size);

#endif
