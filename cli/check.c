/* ulam check: reads a job, and says what it would do. */

#include <stdio.h>
#include <stdlib.h>

#include <ulam/models.h>
#include <ulam/state.h>

#include "job_options.h"
#include "options.h"
#include "subcommands.h"

static const char help[] =
    "usage: ulam check [OPTION]... JOB\n"
    "\n"
    "Reads the job file JOB as 'ulam run' would, and prints its points, runs, memory and output. "
    "Runs nothing, writes\n"
    "nothing.\n"
    "\n"
    "options:\n" ULAM_JOB_HELP "  -h, --help             this text\n";

static const struct option options[] = {ULAM_JOB_OPTIONS, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};

/* What a point's sums take up on rank 0, about: four accumulators of a few limbs for each element. */
enum {
    BYTES_AN_ELEMENT = 512
};

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

static bool is_swept(const ulam_job *job, size_t parameter)
{
    for (size_t a = 0; a < job->n_axes; a++)
        for (size_t k = 0; k < job->axes[a].n_parameters; k++)
            if (job->axes[a].parameters[k] == parameter) return true;
    return false;
}

static void print_parameters(const ulam_job *job)
{
    const ulam_model *model = job->model;
    for (size_t i = 0; i < model->n_parameters; i++) {
        const ulam_parameter *parameter = &model->parameters[i];
        char *first = ulam_value_text(parameter, job->points[0].values[i]);
        char *last = ulam_value_text(parameter, job->points[job->n_points - 1].values[i]);
        printf("  %s: %s", parameter->name, first ? first : "");
        if (is_swept(job, i)) printf(" to %s", last ? last : "");
        printf("%s%s\n", parameter->unit ? " " : "", parameter->unit ? parameter->unit : "");
        free(first);
        free(last);
    }
}

static void print_job(const ulam_job *job)
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
    printf("runs     %llu", (unsigned long long)runs);
    if (job->n_points > 1 && most == fewest) printf("  (%llu a point)", (unsigned long long)most);
    if (most != fewest) printf("  (%llu to %llu a point)", (unsigned long long)fewest, (unsigned long long)most);
    printf("\nseed     %llu, streams %s\n", (unsigned long long)job->seed,
           job->streams == ULAM_STREAMS_COMMON ? "common to all points" : "independent");
    printf("memory   about %.3g MB on rank 0\n",
           (double)job->n_points * (double)(job->width * BYTES_AN_ELEMENT + sizeof(ulam_point_state)) / 1e6);
    printf("output   %s\n", job->output);
}

int ulam_check_main(int argc, char **argv)
{
    ulam_job_options given = {0};
    ulam_job job = {0};
    ulam_error error = {0};
    int option, exit_status = 2;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":o:h", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(help, stdout);
            exit_status = 0;
            goto out;
        }
        if (!ulam_job_options_take(&given, option, optarg)) {
            exit_status = ulam_option_refused("check", option, argv, options);
            goto out;
        }
    }
    given.source.path = ulam_only_operand("check", "JOB", argc, argv);
    if (!given.source.path) goto out;
    const ulam_status status = ulam_job_read(&job, &given.source, ulam_builtin_models(), &error);
    if (status)
        fprintf(stderr, "ulam check: %s\n", error.message);
    else
        print_job(&job);
    exit_status = ulam_exit_status(status);
out:
    ulam_job_free(&job);
    ulam_job_options_free(&given);
    return exit_status;
}
