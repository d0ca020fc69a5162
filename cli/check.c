/* ulam check: reads a job, and says what it would do. */

#include <stdio.h>
#include <stdlib.h>

#include <ulam/state.h>

#include "job_options.h"
#include "known_models.h"
#include "memory.h"
#include "options.h"
#include "pilot.h"
#include "samples.h"
#include "subcommands.h"

static const char help[] =
    "usage: ulam check [OPTION]... JOB\n"
    "\n"
    "Reads the job file JOB as 'ulam run' would, and prints its points, runs, memory, output and samples.\n"
    "Writes nothing, and runs nothing unless a pilot is asked for. Exit status 1 if the disk has no room\n"
    "for the samples.\n"
    "\n"
    "options:\n" ULAM_JOB_HELP
    "      --pilot            try the points for about a second, and estimate runs and time of each and of all\n"
    "  -h, --help             this text\n";

static const struct option options[] = {
    ULAM_JOB_OPTIONS, {"pilot", no_argument, NULL, 'p'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};

static void print_axes(const ulam_job *job)
{
    for (size_t i = 0; i < job->n_axes; i++) {
        const ulam_axis *axis = &job->axes[i];
        printf("%s%s %zu", i ? " x " : "  (", axis->name, axis->length);
        for (size_t k = 0; axis->n_parameters > 1 && k < axis->n_parameters; k++)
            printf("%s%s", k ? ", " : ": ", job->model->parameters[axis->parameters[k]].name);
    }
    puts(job->n_axes ? ")" : "");
}

/* The axis along which a parameter varies, and how many points its steps are apart. NULL: it is fixed. */
static const ulam_axis *axis_of(const ulam_job *job, size_t parameter, size_t *stride)
{
    *stride = 1;
    for (size_t a = job->n_axes; a-- > 0; *stride *= job->axes[a].length)
        for (size_t k = 0; k < job->axes[a].n_parameters; k++)
            if (job->axes[a].parameters[k] == parameter) return &job->axes[a];
    return NULL;
}

/* -1, 0 or 1, as the values fall, are equal, or rise. */
static int direction(ulam_type type, ulam_value from, ulam_value to)
{
    if (type == ULAM_REAL) return (to.real > from.real) - (to.real < from.real);
    return (to.integer > from.integer) - (to.integer < from.integer);
}

/* Whether the two ends tell all of the values: numbers that only rise or only fall. */
static bool is_range(const ulam_job *job, size_t parameter, size_t n, size_t stride)
{
    const ulam_type type = job->model->parameters[parameter].type;
    if (type != ULAM_REAL && type != ULAM_INTEGER) return false;
    const int first = direction(type, job->points[0].values[parameter], job->points[stride].values[parameter]);
    for (size_t i = 1; i < n; i++)
        if (direction(type, job->points[(i - 1) * stride].values[parameter],
                      job->points[i * stride].values[parameter]) != first)
            return false;
    return first != 0;
}

static void print_value(const ulam_job *job, size_t parameter, size_t point, const char *before)
{
    char *text = ulam_value_text(&job->model->parameters[parameter], job->points[point].values[parameter]);
    printf("%s%s", before, text ? text : "");
    free(text);
}

static void print_parameters(const ulam_job *job)
{
    enum {
        LISTED = 3
    };
    const ulam_model *model = job->model;
    for (size_t i = 0; i < model->n_parameters; i++) {
        const char *unit = model->parameters[i].unit;
        size_t stride;
        const ulam_axis *axis = axis_of(job, i, &stride);
        const size_t n = axis ? axis->length : 1;
        const bool range = n > LISTED && is_range(job, i, n, stride);
        printf("  %s:", model->parameters[i].name);
        print_value(job, i, 0, range ? " from " : " ");
        for (size_t k = 1; !range && k < n && k < LISTED; k++) print_value(job, i, k * stride, ", ");
        if (range) print_value(job, i, (n - 1) * stride, " to ");
        printf("%s%s%s", !range && n > LISTED ? ", …" : "", unit ? " " : "", unit ? unit : "");
        if (n > LISTED) printf(" (%zu values)", n);
        putchar('\n');
    }
}

static void print_bytes(double bytes, const char *where)
{
    if (bytes < 1e6)
        printf("below 1 MB on %s", where);
    else if (bytes < 1e9)
        printf("about %.0f MB on %s", bytes / 1e6, where);
    else
        printf("about %.1f GB on %s", bytes / 1e9, where);
}

static void print_memory(const ulam_job *job)
{
    const ulam_memory bytes = ulam_memory_of(job);
    fputs("memory   ", stdout);
    print_bytes(bytes.root, "rank 0");
    fputs(", ", stdout);
    print_bytes(bytes.others, "any other");
    puts(", beside the program");
}

/* How large the samples will be. False: larger than the disk. */
static bool print_samples(const ulam_job *job)
{
    char *path = job->n_samples ? ulam_samples_path(job->output) : NULL;
    const double size = ulam_samples_size(job), room = ulam_samples_room(job);
    if (!path) return true;
    fputs("samples  ", stdout);
    for (size_t i = 0; i < job->n_samples; i++)
        printf("%s%s", i ? ", " : "", job->model->observables[job->samples[i]].name);
    printf(": %s in %s\n", ulam_show_size(size).text, path);
    fflush(stdout);
    if (size > room)
        fprintf(stderr, "ulam check: %s: the samples take %s, and the disk has room for %s\n", path,
                ulam_show_size(size).text, ulam_show_size(room).text);
    free(path);
    return size <= room;
}

/* How long chains are: "sweeps   1000 to thermalise, then 20000, measured once in 10". */
static void print_chain(const ulam_job *job)
{
    const ulam_chain_plan *plan = &job->chain;
    printf("\nsweeps   %llu to thermalise, then %s%llu", (unsigned long long)plan->thermalize,
           job->until.n_targets ? "as many as targets need, at most " : "", (unsigned long long)plan->sweeps);
    if (plan->every > 1) printf(", measured once in %llu", (unsigned long long)plan->every);
}

static bool print_job(const ulam_job *job)
{
    uint64_t runs = 0, most = 0, fewest = UINT64_MAX;
    for (size_t i = 0; i < job->n_points; i++) {
        const uint64_t n = job->points[i].runs;
        runs += n;
        most = n > most ? n : most;
        fewest = n < fewest ? n : fewest;
    }
    printf("model    %s: %s\n", job->model->name, job->model->summary);
    print_parameters(job);
    printf("points   %zu", job->n_points);
    print_axes(job);
    if (job->until.n_targets && !ulam_job_has_chains(job))
        printf("runs     as many as %zu target%s need%s, at most %llu a point", job->until.n_targets,
               job->until.n_targets == 1 ? "" : "s", job->until.n_targets == 1 ? "s" : "", (unsigned long long)most);
    else
        printf("%s %llu", ulam_job_has_chains(job) ? "chains  " : "runs    ", (unsigned long long)runs);
    if (job->n_points > 1 && most == fewest && (!job->until.n_targets || ulam_job_has_chains(job)))
        printf("  (%llu a point)", (unsigned long long)most);
    if (most != fewest && !job->until.n_targets)
        printf("  (%llu to %llu a point)", (unsigned long long)fewest, (unsigned long long)most);
    if (ulam_job_has_chains(job)) print_chain(job);
    if (job->antithetic) printf(", in antithetic pairs");
    printf("\nseed     %llu, streams %s\n", (unsigned long long)job->seed,
           job->streams == ULAM_STREAMS_COMMON ? "common to all points" : "independent");
    print_memory(job);
    printf("output   %s\n", job->output);
    return print_samples(job);
}

/* Returns -1 to go on, or the exit status. */
static int read_options(ulam_job_options *given, bool *pilot, int argc, char **argv)
{
    static const ulam_usage usage = {"check", help, ":o:h", options};
    int status = -1;
    for (int option; (option = ulam_next_option(&usage, argc, argv, &status)) != -1;) {
        if (option == 'p')
            *pilot = true;
        else if (!ulam_job_options_take(given, option, optarg))
            return 2;
    }
    if (status >= 0) return status;
    given->source.path = ulam_only_operand("check", "JOB", argc, argv);
    return given->source.path ? -1 : 2;
}

int ulam_check_main(int argc, char **argv)
{
    ulam_job_options given = {0};
    ulam_job job = {0};
    ulam_error error = {0};
    bool pilot = false;
    int exit_status = read_options(&given, &pilot, argc, argv);
    if (exit_status >= 0) goto out;
    const ulam_catalogue catalogue = ulam_known_models();
    ulam_status status = ulam_job_read(&job, &given.source, &catalogue, &error);
    const bool fits = status || print_job(&job);
    if (!status && pilot) status = ulam_print_pilot(&job, &error);
    if (status) fprintf(stderr, "ulam check: %s\n", error.message);
    exit_status = ulam_exit_status(status);
    if (!status && !fits) exit_status = 1;
out:
    ulam_job_free(&job);
    ulam_job_options_free(&given);
    return exit_status;
}
