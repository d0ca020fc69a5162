#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "show.h"
#include "subcommands.h"
#include "terminal.h"

static const char help[] =
    "usage: ulam show [OPTION]... FILE\n"
    "\n"
    "Prints what a result file holds: the means of the scalar observables at every point, each with its\n"
    "standard error, and beside them the exact values where the model knows them; and what failed or is missing.\n"
    "\n"
    "  --observable NAME  all figures of one observable; an array is shown element by element\n"
    "  --histogram NAME   a picture of its histogram, at the first point or at those chosen\n"
    "  --correlations     the correlations of all observables, however many\n"
    "  --point N          one point only; points count from 0\n"
    "  --points A-B       the points from A to B only\n"
    "  --head N           the first N points only\n"
    "  --full             every digit, instead of what the standard error allows\n"
    "  --failures         every failed run, not the first ten alone\n"
    "  --job              print the job from which the file was made, and nothing else\n"
    "  --source           print the source of the model, if it was not a built-in one, and nothing else\n"
    "  -h, --help         print this and exit\n"
    "\n"
    "Exit status: 0; 1 if the file cannot be read; 2 for bad usage.\n";

typedef struct {
    ulam_view view;
    const char *histogram; /* of this observable; NULL: none was asked for */
    bool correlations;
    bool job;
    bool source;
    bool chosen; /* first and last were given */
} request;

enum {
    OPTION_OBSERVABLE = 256,
    OPTION_POINT,
    OPTION_POINTS,
    OPTION_HEAD,
    OPTION_FULL,
    OPTION_FAILURES,
    OPTION_HISTOGRAM,
    OPTION_CORRELATIONS,
    OPTION_JOB,
    OPTION_SOURCE
};

static bool usage_error(const char *what, const char *value)
{
    fprintf(stderr, "ulam show: %s%s%s (try 'ulam show --help')\n", what, value ? ": " : "", value ? value : "");
    return false;
}

/* Reads a decimal number and what must follow it; end receives the rest. */
static bool read_count(const char *text, size_t *value, const char **rest)
{
    char *end;
    if (*text < '0' || *text > '9') return false;
    errno = 0;
    const unsigned long long read = strtoull(text, &end, 10);
    *value = (size_t)read;
    *rest = end;
    return errno == 0;
}

static bool read_points(request *self, int option, const char *text)
{
    const char *rest = "";
    ulam_view *view = &self->view;
    self->chosen = true;
    bool good = read_count(text, &view->last, &rest);
    view->first = option == OPTION_HEAD ? 0 : view->last;
    if (good && option == OPTION_POINTS && *rest == '-')
        good = read_count(rest + 1, &view->last, &rest) && view->last >= view->first;
    if (good && option == OPTION_HEAD) good = view->last-- > 0;
    if (good && *rest == '\0') return true;
    static const char *const expected[] = {"--point takes a point's number, not", "--points takes a range A-B, not",
                                           "--head takes a number above 0, not"};
    return usage_error(expected[option - OPTION_POINT], text);
}

/* Returns -1 to go on, or the exit status. */
static int read_options(request *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"observable", required_argument, NULL, OPTION_OBSERVABLE},
        {"point", required_argument, NULL, OPTION_POINT},
        {"points", required_argument, NULL, OPTION_POINTS},
        {"head", required_argument, NULL, OPTION_HEAD},
        {"full", no_argument, NULL, OPTION_FULL},
        {"histogram", required_argument, NULL, OPTION_HISTOGRAM},
        {"correlations", no_argument, NULL, OPTION_CORRELATIONS},
        {"failures", no_argument, NULL, OPTION_FAILURES},
        {"job", no_argument, NULL, OPTION_JOB},
        {"source", no_argument, NULL, OPTION_SOURCE},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static const ulam_usage usage = {"show", help, ":h", options};
    int status = -1;
    for (int option; (option = ulam_next_option(&usage, argc, argv, &status)) != -1;) {
        if (option == OPTION_OBSERVABLE)
            self->view.observable = optarg;
        else if (option == OPTION_FULL)
            self->view.full = true;
        else if (option == OPTION_FAILURES)
            self->view.failures = true;
        else if (option == OPTION_HISTOGRAM)
            self->histogram = optarg;
        else if (option == OPTION_CORRELATIONS)
            self->correlations = true;
        else if (option == OPTION_JOB)
            self->job = true;
        else if (option == OPTION_SOURCE)
            self->source = true;
        else if (!read_points(self, option, optarg))
            return 2;
    }
    if (status >= 0) return status;
    self->view.file = ulam_only_operand("show", "FILE", argc, argv);
    return self->view.file ? -1 : 2;
}

static const ulam_result_observable *find(const ulam_result *result, const char *name)
{
    for (size_t i = 0; i < result->n_observables; i++)
        if (strcmp(result->observables[i].name, name) == 0) return &result->observables[i];
    fprintf(stderr, "ulam show: there is no observable '%s'; there are:", name);
    for (size_t i = 0; i < result->n_observables; i++)
        fprintf(stderr, "%s %s", i ? "," : "", result->observables[i].name);
    fputc('\n', stderr);
    return NULL;
}

/* Names the arrays, which the table of estimates leaves out. */
static void mention_arrays(const ulam_view *view)
{
    const char *first = NULL;
    for (size_t i = 0; i < view->result->n_observables; i++) {
        const ulam_result_observable *observable = &view->result->observables[i];
        if (observable->scalar) continue;
        printf("%s%s (%zu elements)", first ? ", " : "\nalso ", observable->name, observable->length);
        if (!first) first = observable->name;
    }
    if (!first) return;
    fputs(": ulam show ", stdout);
    ulam_put_word(view->file, stdout);
    printf(" --observable %s%s\n", first, view->result->n_points > 1 ? " --point 0" : "");
}

static bool any_scalar(const ulam_result *result)
{
    for (size_t i = 0; i < result->n_observables; i++)
        if (result->observables[i].scalar) return true;
    return false;
}

static bool show_observable(const ulam_view *view, const ulam_result_observable *observable)
{
    const bool helps = observable->help && strcmp(observable->help, observable->name) != 0;
    printf("\n%s%s%s\n\n", observable->name, helps ? ": " : "", helps ? observable->help : "");
    const bool whole =
        observable->scalar ? ulam_show_scalar(view, observable, stdout) : ulam_show_array(view, observable, stdout);
    return ulam_show_quantiles(view, observable, stdout) && whole;
}

static bool has_histogram(const ulam_result_observable *observable)
{
    if (observable->histogram.bins) return true;
    fprintf(stderr, "ulam show: there is no histogram of '%s': the job does not ask for one\n", observable->name);
    return false;
}

/* Where controls cannot be solved for. */
static void mention_unsolved(const ulam_result *result)
{
    for (size_t i = 0; i < result->n_observables; i++) {
        const ulam_result_observable *observable = &result->observables[i];
        size_t n = 0;
        const bool controlled = observable->derived && observable->reduction;
        for (size_t p = 0; controlled && p < result->n_points; p++) n += isnan(observable->mean[p]) ? 1 : 0;
        if (n > 0)
            printf("\n%s: undefined at %zu of %zu points, where a control's mean is not known, the controls do not "
                   "vary or "
                   "follow from each other, or the runs are too few\n",
                   observable->name, n, result->n_points);
    }
}

/* The tables of all observables. */
static bool show_all(const request *self)
{
    const ulam_view *view = &self->view;
    const ulam_result *result = view->result;
    bool whole = true;
    if (any_scalar(result)) putchar('\n');
    if (any_scalar(result)) whole = ulam_show_estimates(view, false, stdout);
    mention_unsolved(result);
    if (result->compared) {
        printf("\ndifferences to %s\n\n", result->compared);
        whole &= ulam_show_estimates(view, true, stdout);
    }
    for (size_t i = 0; i < result->n_observables; i++)
        if (result->observables[i].scalar) whole &= ulam_show_quantiles(view, &result->observables[i], stdout);
    whole &= ulam_show_correlations(view, self->correlations, stdout);
    ulam_mention_histograms(view, stdout);
    mention_arrays(view);
    return whole;
}

static int show(request *self)
{
    ulam_view *view = &self->view;
    const ulam_result *result = view->result;
    const char *name = self->histogram ? self->histogram : view->observable;
    const ulam_result_observable *observable = name ? find(result, name) : NULL;
    if (name && !observable) return 2;
    if (self->histogram && !has_histogram(observable)) return 2;
    if (!self->chosen) view->last = self->histogram ? 0 : result->n_points - 1;
    if (view->first >= result->n_points) {
        fprintf(stderr, "ulam show: there is no point %zu; the points are 0 to %zu\n", view->first,
                result->n_points - 1);
        return 2;
    }
    if (view->last >= result->n_points) view->last = result->n_points - 1;

    bool whole = true;
    ulam_show_head(view, stdout);
    if (self->histogram)
        ulam_show_histogram(view, observable, stdout);
    else
        whole = observable ? show_observable(view, observable) : show_all(self);
    ulam_show_failures(view, stdout);
    if (!whole) fputs("ulam show: out of memory\n", stderr);
    return whole ? 0 : 1;
}

static int show_text(const char *text)
{
    const size_t length = strlen(text);
    fputs(text, stdout);
    if (length > 0 && text[length - 1] != '\n') putchar('\n');
    return 0;
}

static int show_source(const ulam_result *result, const char *file)
{
    if (result->model_source) return show_text(result->model_source);
    fprintf(stderr, "ulam show: %s has no source of the model '%s': it was built in, or a shared object\n", file,
            result->model);
    return 2;
}

int ulam_show_main(int argc, char **argv)
{
    request self = {0};
    ulam_error error = {0};
    ulam_result result = {0};
    int status = read_options(&self, argc, argv);
    if (status >= 0) return status;
    if (ulam_result_read(&result, self.view.file, &error) != ULAM_OK) {
        fprintf(stderr, "ulam show: %s\n", error.message);
        status = 1;
        goto out;
    }
    ulam_result_make_printable(&result);
    self.view.result = &result;
    self.view.width = ulam_terminal_measure().columns;
    status = self.job ? show_text(result.job) : self.source ? show_source(&result, self.view.file) : show(&self);
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == 0) {
        fprintf(stderr, "ulam show: cannot write to standard output: %s\n", strerror(errno));
        status = 1;
    }
out:
    ulam_result_free(&result);
    return status;
}
