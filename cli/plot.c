#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gnuplot.h"
#include "options.h"
#include "picture.h"
#include "subcommands.h"
#include "terminal.h"
#include "whole_file.h"

static const char help[] =
    "usage: ulam plot [OPTION]... FILE\n"
    "\n"
    "Draws a picture of a result file with gnuplot. Without options it chooses one that suits the sweep.\n"
    "\n"
    "  -y NAME            the observable; an array against its index, or one element of it: -y 'profile[3]'\n"
    "  -x NAME            the swept parameter along x\n"
    "      --by NAME      the swept parameter that tells curves apart\n"
    "      --at N=VALUE   where to cut through another swept parameter; may be given several times\n"
    "      --heat-map     two swept parameters as axes, the observable as colour\n"
    "      --quantiles NAME\n"
    "                     the quantiles that the file keeps of an observable, with their intervals\n"
    "      --histogram NAME\n"
    "                     the histogram that it keeps of one\n"
    "      --convergence[=NAME]\n"
    "                     how an estimate and its interval settled with the runs, or a chain's sweeps\n"
    "  -o, --output FILE  the picture: .png, .svg or .pdf (default: the result file's name with .png)\n"
    "  -t, --terminal     draw into the terminal\n"
    "      --script       print gnuplot's script, and draw nothing\n"
    "  -h, --help         print this and exit\n"
    "\n"
    "Exit status: 0; 1 if the file cannot be read or the picture not drawn; 2 for bad usage.\n";

enum {
    MOST_CUTS = 32
};

typedef struct {
    const char *file;
    char *output; /* owned */
    ulam_picture_request picture;
    const char *at[MOST_CUTS];
    ulam_gnuplot_target target;
    bool terminal, script;
} request;

static bool choose_format(request *self)
{
    static const char *const endings[] = {".png", ".svg", ".pdf"};
    const char *dot = strrchr(self->output, '.');
    for (size_t i = 0; i < 3 && dot; i++) {
        if (strcmp(dot, endings[i]) != 0) continue;
        self->target.format = (ulam_gnuplot_format)i;
        return true;
    }
    fprintf(stderr, "ulam plot: a picture's name ends in .png, .svg or .pdf, not as '%s' does\n", self->output);
    return false;
}

static size_t from_environment(const char *name, size_t otherwise)
{
    const char *text = getenv(name);
    const long value = text ? strtol(text, NULL, 10) : 0;
    return value > 0 && value < 10000 ? (size_t)value : otherwise;
}

/* Its last row is left to the prompt. */
static void measure_terminal(ulam_gnuplot_target *target)
{
    const ulam_terminal terminal = ulam_terminal_measure();
    const bool known = terminal.columns && terminal.rows;
    target->columns = known ? terminal.columns : from_environment("COLUMNS", 80);
    target->rows = known ? terminal.rows - 1 : from_environment("LINES", 24);
    target->colour = terminal.colour;
}

static bool take_subject(request *self, ulam_picture_subject subject)
{
    if (self->picture.subject != ULAM_PICTURE_MEANS && self->picture.subject != subject) {
        fputs("ulam plot: --quantiles, --histogram and --convergence exclude each other\n", stderr);
        return false;
    }
    self->picture.subject = subject;
    if (optarg) self->picture.y = optarg;
    return true;
}

static bool take_option(request *self, int option)
{
    switch (option) {
    case 'y':
        self->picture.y = optarg;
        return true;
    case 'x':
        self->picture.x = optarg;
        return true;
    case 'b':
        self->picture.by = optarg;
        return true;
    case 'm':
        return self->picture.heat_map = true;
    case 't':
        return self->terminal = true;
    case 's':
        return self->script = true;
    case 'o':
        free(self->output);
        return (self->output = strdup(optarg)) != NULL;
    case 'q':
        return take_subject(self, ULAM_PICTURE_QUANTILES);
    case 'g':
        return take_subject(self, ULAM_PICTURE_HISTOGRAM);
    case 'c':
        return take_subject(self, ULAM_PICTURE_CONVERGENCE);
    case 'a':
        if (self->picture.n_at < MOST_CUTS) {
            self->at[self->picture.n_at++] = optarg;
            return true;
        }
        fprintf(stderr, "ulam plot: --at was given more than %d times\n", MOST_CUTS);
        return false;
    default:
        return false;
    }
}

static bool settle_target(request *self)
{
    if (self->terminal && self->output) {
        fputs("ulam plot: --terminal and --output exclude each other\n", stderr);
        return false;
    }
    if (self->terminal) {
        self->target.format = ULAM_GNUPLOT_TERMINAL;
        measure_terminal(&self->target);
        return true;
    }
    if (!self->output) self->output = ulam_default_output(self->file, ".png");
    self->target.output = self->output;
    return self->output && choose_format(self);
}

/* Returns -1 to go on, or the exit status. */
static int read_options(request *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"by", required_argument, NULL, 'b'},
        {"at", required_argument, NULL, 'a'},
        {"heat-map", no_argument, NULL, 'm'},
        {"output", required_argument, NULL, 'o'},
        {"quantiles", required_argument, NULL, 'q'},
        {"histogram", required_argument, NULL, 'g'},
        {"convergence", optional_argument, NULL, 'c'},
        {"terminal", no_argument, NULL, 't'},
        {"script", no_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static const ulam_usage usage = {"plot", help, ":hto:x:y:", options};
    int status = -1;
    for (int option; (option = ulam_next_option(&usage, argc, argv, &status)) != -1;) {
        if (!take_option(self, option)) return 2;
    }
    if (status >= 0) return status;
    self->picture.at = self->at;
    self->file = ulam_only_operand("plot", "FILE", argc, argv);
    return self->file && settle_target(self) ? -1 : 2;
}

static int fail(const char *message)
{
    fprintf(stderr, "ulam plot: %s\n", message);
    return 1;
}

/* gnuplot does not tell that it could not write; a whole picture has its format's end. */
static bool is_whole(const char *path, ulam_gnuplot_format format)
{
    static const char *const ends[] = {
        [ULAM_GNUPLOT_PNG] = "IEND", [ULAM_GNUPLOT_SVG] = "</svg>", [ULAM_GNUPLOT_PDF] = "%%EOF"};
    char tail[16];
    FILE *file = fopen(path, "r");
    if (!file) return false;
    const size_t n = fseek(file, -(long)sizeof tail, SEEK_END) == 0 ? fread(tail, 1, sizeof tail, file) : 0;
    fclose(file);
    return memmem(tail, n, ends[format], strlen(ends[format])) != NULL;
}

/* Beside the picture first: a failed drawing leaves an older picture as it was. */
static int draw_file(const request *self, const ulam_picture *picture)
{
    ulam_error error = {0};
    ulam_whole_file file;
    if (ulam_whole_file_open(&file, self->output, &error)) return fail(error.message);
    ulam_gnuplot_target target = self->target;
    if (file.temporary) target.output = file.temporary;
    ulam_status status = ulam_gnuplot_draw(picture, &target, &error);
    if (!status && file.temporary && !is_whole(file.temporary, target.format))
        status =
            ulam_fail(&error, ULAM_EIO, "cannot write %s: gnuplot did not finish it; is the disk full?", self->output);
    const ulam_status closed = ulam_whole_file_close(&file, !status, status ? NULL : &error);
    if (status || closed) return fail(error.message);
    fprintf(stderr, "ulam: %s\n", self->output);
    return 0;
}

static int plot(const request *self, const ulam_picture *picture)
{
    ulam_error error = {0};
    if (self->script) {
        ulam_gnuplot_write(picture, &self->target, stdout);
        return fflush(stdout) || ferror(stdout) ? fail(strerror(errno)) : 0;
    }
    if (!self->terminal) return draw_file(self, picture);
    return ulam_gnuplot_draw(picture, &self->target, &error) ? fail(error.message) : 0;
}

int ulam_plot_main(int argc, char **argv)
{
    request self = {0};
    ulam_error error = {0};
    ulam_result result = {0};
    ulam_picture picture = {0};
    int status = read_options(&self, argc, argv);
    if (status >= 0) goto out;
    if (ulam_result_read(&result, self.file, &error) ||
        (self.picture.subject == ULAM_PICTURE_CONVERGENCE && ulam_result_read_trace(&result, self.file, &error))) {
        status = fail(error.message);
        goto out;
    }
    const ulam_status chosen = ulam_picture_choose(&picture, &result, &self.picture, &error);
    if (chosen) {
        fail(error.message);
        status = ulam_exit_status(chosen);
    } else if (ulam_picture_is_empty(&picture)) {
        fprintf(stderr, "ulam plot: %s has no value to draw yet of %s\n", self.file, picture.title);
        status = 1;
    } else {
        status = plot(&self, &picture);
    }
out:
    ulam_picture_free(&picture);
    ulam_result_free(&result);
    free(self.output);
    return status;
}
