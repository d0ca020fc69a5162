/* ulam replay: performs one run of a result file again. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ulam/execute.h>

#include "known_models.h"
#include "options.h"
#include "result_file.h"
#include "samples.h"
#include "subcommands.h"

static const char help[] =
    "usage: ulam replay FILE --point P --run R [--sweeps N]\n"
    "\n"
    "Performs run R of point P of the job in the result file FILE again, in this process and outside any isolation, "
    "and\n"
    "prints its observables to full precision. A run that failed fails again; one that crashed crashes again. Where "
    "the\n"
    "job keeps samples, they are compared with those of the run. A chain makes the sweeps that the results cover, or, "
    "where\n"
    "it is listed as failed, all that were asked for.\n"
    "\n"
    "options:\n"
    "      --point P    point, counted from 0 (default: 0)\n"
    "      --run R      run, counted from 0\n"
    "      --sweeps N   of a chain: so many, behind those that thermalise\n"
    "  -h, --help       this text\n"
    "\n"
    "exit status: 0; 1 the run failed, or its samples differ; 2 bad input\n";

enum {
    OPTION_POINT = 256,
    OPTION_RUN,
    OPTION_SWEEPS
};

static const struct option options[] = {
    {"point", required_argument, NULL, OPTION_POINT},
    {"run", required_argument, NULL, OPTION_RUN},
    {"sweeps", required_argument, NULL, OPTION_SWEEPS},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

typedef struct {
    const char *path;
    uint64_t point, run;
    uint64_t sweeps; /* 0: not said */
    bool run_given;
} request;

static bool read_number(const char *text, uint64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0' && errno == 0;
}

static bool read_index(const char *option, const char *text, uint64_t *index)
{
    if (read_number(text, index)) return true;
    fprintf(stderr, "ulam replay: %s: '%s' is no index; expected an integer from 0 on\n", option, text);
    return false;
}

static bool read_sweeps(const char *text, uint64_t *sweeps)
{
    if (read_number(text, sweeps) && *sweeps > 0 && *sweeps < ULAM_MAX_RUNS) return true;
    fprintf(stderr, "ulam replay: --sweeps: '%s'; expected an integer from 1 on, below 2^48\n", text);
    return false;
}

/* Returns -1 to go on, or the exit status. */
static int read_options(request *self, int argc, char **argv)
{
    static const ulam_usage usage = {"replay", help, ":h", options};
    int status = -1;
    for (int option; (option = ulam_next_option(&usage, argc, argv, &status)) != -1;) {
        if (option == OPTION_POINT && !read_index("--point", optarg, &self->point)) return 2;
        if (option == OPTION_RUN && !read_index("--run", optarg, &self->run)) return 2;
        if (option == OPTION_RUN) self->run_given = true;
        if (option == OPTION_SWEEPS && !read_sweeps(optarg, &self->sweeps)) return 2;
    }
    if (status >= 0) return status;
    self->path = ulam_only_operand("replay", "FILE", argc, argv);
    if (self->path && !self->run_given) fputs("ulam replay: --run is missing; which run is it?\n", stderr);
    return self->path && self->run_given ? -1 : 2;
}

static ulam_status judge_request(const request *self, const ulam_job *job, ulam_error *error)
{
    if (self->point >= job->n_points)
        return ulam_fail(error, ULAM_EINVAL, "%s has no point %llu; expected one from 0 to %zu", self->path,
                         (unsigned long long)self->point, job->n_points - 1);
    if (self->sweeps && !ulam_job_has_chains(job))
        return ulam_fail(error, ULAM_EINVAL, "--sweeps %llu: the runs of %s are no chains",
                         (unsigned long long)self->sweeps, self->path);
    if (self->run >= ULAM_MAX_RUNS)
        return ulam_fail(error, ULAM_EINVAL, "there is no run %llu; expected one below 2^48",
                         (unsigned long long)self->run);
    return ULAM_OK;
}

static void print_head(const request *self, const ulam_job *job)
{
    printf("model %s, seed %llu, point %llu, run %llu\n", job->model->name, (unsigned long long)job->seed,
           (unsigned long long)self->point, (unsigned long long)self->run);
    for (size_t i = 0; i < job->model->n_parameters; i++) {
        char *value = ulam_value_text(&job->model->parameters[i], job->points[self->point].values[i]);
        printf("  %s = %s\n", job->model->parameters[i].name, value ? value : "");
        free(value);
    }
    fflush(stdout); /* the run may end this process */
}

static void print_values(const ulam_job *job, const double *values)
{
    for (size_t o = 0; o < job->model->n_observables; o++) {
        const ulam_observable *observable = &job->model->observables[o];
        const ulam_extent *extent = &job->extents[o];
        const char *unit = observable->unit ? observable->unit : "";
        for (size_t i = 0; i < extent->length; i++) {
            printf("%s", observable->name);
            if (!extent->scalar) printf("[%zu]", i);
            printf(" %.17g%s%s\n", values[extent->offset + i], *unit ? " " : "", unit);
        }
    }
}

/* Compares the values with the samples that are kept of the run, and says how that went. */
static ulam_status compare(const request *self, const ulam_job *job, const double *values, ulam_error *error)
{
    ulam_samples_verdict verdict;
    ulam_samples_difference which;
    char element[32] = "";
    if (job->n_samples == 0) return ULAM_OK;
    const ulam_status status =
        ulam_samples_compare(self->path, job, (size_t)self->point, self->run, values, &verdict, &which, error);
    if (status) return status;
    if (verdict != ULAM_SAMPLES_DIFFER) {
        puts(verdict == ULAM_SAMPLES_EQUAL ? "the samples kept of this run are the same"
                                           : "no samples are kept of this run");
        return ULAM_OK;
    }
    const ulam_extent *extent = &job->extents[which.observable];
    if (!extent->scalar) snprintf(element, sizeof element, "[%zu]", which.element);
    return ulam_fail(error, ULAM_ERUN, "%s%s is %.17g now, and %.17g in the samples of %s",
                     job->model->observables[which.observable].name, element, values[extent->offset + which.element],
                     which.kept, self->path);
}

static bool is_listed(const ulam_result *result, uint64_t point, uint64_t run)
{
    for (size_t i = 0; i < result->n_failures; i++)
        if (result->failures[i].point == point && result->failures[i].run == run) return true;
    return false;
}

/* Sets how far a chain is performed. */
static ulam_status cut_chain(const request *self, ulam_job *job, ulam_error *error)
{
    ulam_result result;
    if (!ulam_job_has_chains(job)) return ULAM_OK;
    ulam_status status = ulam_result_read(&result, self->path, error);
    if (!status && result.sweeps) {
        const bool failed = is_listed(&result, self->point, self->run);
        const uint64_t known = failed ? job->chain.sweeps : result.sweeps[self->point];
        job->chain.sweeps = self->sweeps ? self->sweeps : known;
        if (job->chain.sweeps == 0)
            status =
                ulam_fail(error, ULAM_EINVAL,
                          "%s covers no sweep of the chains of point %llu yet; how many are to be performed? Expected "
                          "--sweeps N",
                          self->path, (unsigned long long)self->point);
    }
    ulam_result_free(&result);
    if (!status)
        printf("%llu sweeps behind %llu that thermalise, measured once in %llu\n",
               (unsigned long long)job->chain.sweeps, (unsigned long long)job->chain.thermalize,
               (unsigned long long)job->chain.every);
    return status;
}

int ulam_replay_main(int argc, char **argv)
{
    request self = {0};
    ulam_job job = {0};
    ulam_error error = {0};
    double *values = NULL;
    const int stop = read_options(&self, argc, argv);
    if (stop >= 0) return stop;

    const ulam_catalogue catalogue = ulam_known_models();
    ulam_status status = ulam_result_read_job(&job, self.path, true, &catalogue, &error);
    if (!status) status = judge_request(&self, &job, &error);
    if (!status && !(values = calloc(job.width, sizeof *values))) status = ulam_fail_memory(&error, "replaying a run");
    if (!status) {
        print_head(&self, &job);
        status = cut_chain(&self, &job, &error);
    }
    if (!status) {
        fflush(stdout);
        status = ulam_replay(&job, (size_t)self.point, self.run, values, &error);
    }
    if (!status) {
        print_values(&job, values);
        status = compare(&self, &job, values, &error);
        fflush(stdout);
    }
    if (status) fprintf(stderr, "ulam replay: %s\n", error.message);
    free(values);
    ulam_job_free(&job);
    return ulam_exit_status(status);
}
