/* ulam run: carries a job out, and writes its result file. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <ulam/execute.h>
#include <ulam/job.h>
#include <ulam/models.h>
#include <ulam/state.h>

#include "job_options.h"
#include "launch.h"
#include "options.h"
#include "progress_line.h"
#include "ranks.h"
#include "result_file.h"
#include "subcommands.h"

static const char help[] =
    "usage: ulam run [OPTION]... JOB\n"
    "       mpirun -n N ulam run [OPTION]... JOB\n"
    "       srun --mpi=pmix ulam run [OPTION]... JOB\n"
    "\n"
    "Performs the runs that the job file JOB asks for and writes them to one HDF5 file. If that file holds the same "
    "job\n"
    "already, only what is missing is done; a file of another job is never overwritten. The results do not depend on\n"
    "the number of ranks.\n"
    "\n"
    "options:\n"
    "  -n, --ranks N          start N ranks on this machine (default: one process)\n" ULAM_JOB_HELP
    "  -q, --quiet            no progress, no closing line\n"
    "  -h, --help             this text\n"
    "\n"
    "exit status: 0 complete; 1 failed; 2 bad input; 3 stopped early with a valid file\n"
    "example: ulam run -n 4 --set strike=105 -o surface.h5 examples/european.yaml\n";

static const struct option options[] = {
    {"ranks", required_argument, NULL, 'n'}, ULAM_JOB_OPTIONS,   {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0},
};

typedef struct {
    ulam_job_options job;
    int ranks; /* to be started; 0: none */
    bool quiet;
} run_options;

enum {
    MOST_RANKS = 100000
};

static bool read_ranks(const char *text, int *ranks)
{
    char *end;
    errno = 0;
    const long value = strtol(text, &end, 10);
    if (errno || *end || end == text || value < 1 || value > MOST_RANKS) {
        fprintf(stderr, "ulam run: --ranks: '%s' is not a number of ranks; expected an integer from 1 to %d\n", text,
                MOST_RANKS);
        return false;
    }
    *ranks = (int)value;
    return true;
}

/* Returns -1 to go on, or the exit status. */
static int read_options(run_options *self, int argc, char **argv)
{
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":n:o:qh", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(help, stdout);
            return 0;
        }
        if (option == 'q')
            self->quiet = true;
        else if (option == 'n') {
            if (!read_ranks(optarg, &self->ranks)) return 2;
        } else if (!ulam_job_options_take(&self->job, option, optarg))
            return ulam_option_refused("run", option, argv, options);
    }
    self->job.source.path = ulam_only_operand("run", "JOB", argc, argv);
    return self->job.source.path ? -1 : 2;
}

/* The command as it was typed, owned by the caller; NULL: out of memory. */
static char *command_line(int argc, char **argv)
{
    size_t size = sizeof "ulam";
    for (int i = 0; i < argc; i++) size += strlen(argv[i]) + 1;
    char *line = malloc(size);
    if (!line) return NULL;
    strcpy(line, "ulam");
    for (int i = 0; i < argc; i++) strcat(strcat(line, " "), argv[i]);
    return line;
}

static char *time_now(void)
{
    char text[32];
    const time_t now = time(NULL);
    struct tm utc;
    if (!gmtime_r(&now, &utc)) return strdup("");
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return strdup(text);
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* One `ulam run` as rank 0 sees it. */
typedef struct {
    const run_options *options;
    ulam_job job;
    ulam_state state;
    ulam_provenance provenance; /* the last session is this one */
    ulam_progress_display display;
    double start;
    uint64_t runs_before;
} session;

static uint64_t runs_known(const ulam_state *state)
{
    uint64_t runs = 0;
    for (size_t i = 0; i < state->job->n_points; i++) runs += ulam_state_runs(state, i);
    return runs;
}

static ulam_status put(void *self, const ulam_state *state, ulam_error *error)
{
    session *run = self;
    ulam_session *entry = &run->provenance.sessions[run->provenance.count - 1];
    free(entry->end);
    entry->end = time_now();
    entry->seconds = seconds_now() - run->start;
    entry->runs = runs_known(state) - run->runs_before;
    return ulam_result_write(run->job.output, state, &run->provenance, error);
}

static ulam_status add_session(session *self, const ulam_ranks *ranks, int argc, char **argv, char *hosts,
                               ulam_error *error)
{
    ulam_provenance *all = &self->provenance;
    ulam_session *sessions = realloc(all->sessions, (all->count + 1) * sizeof *sessions);
    if (!sessions) return ulam_fail_memory(error, "noting the session");
    all->sessions = sessions;
    sessions[all->count++] = (ulam_session){
        .command = command_line(argc, argv),
        .hosts = hosts ? strdup(hosts) : NULL,
        .libraries = strdup(ulam_ranks_library()),
        .start = time_now(),
        .ranks = (uint64_t)ranks->size,
    };
    return ULAM_OK;
}

/* Makes one line of several. */
static void join_lines(char *text)
{
    if (!text) return;
    for (size_t end = strlen(text); end > 0 && text[end - 1] == '\n'; end--) text[end - 1] = '\0';
    for (char *at = strchr(text, '\n'); at; at = strchr(at, '\n')) *at = ';';
}

/* Reads the job, and from its output what is known of it already. */
static ulam_status open_job(session *self, const ulam_job_source *source, ulam_error *error)
{
    ulam_status status = ulam_job_read(&self->job, source, ulam_builtin_models(), error);
    if (status) return status;
    const char *output = self->job.output;
    if ((status = ulam_state_init(&self->state, &self->job))) return ulam_fail_memory(error, "preparing the job");

    ulam_file_relation relation = ULAM_FILE_ABSENT;
    char *difference = NULL;
    status = ulam_result_resume(output, &self->state, &self->provenance, &relation, &difference, error);
    if (!status && relation == ULAM_FILE_OTHER) {
        join_lines(difference);
        status = ulam_fail(error, ULAM_EIDENTITY,
                           "%s belongs to another job (%s); name another file with -o, or move it away", output,
                           difference ? difference : "");
    }
    if (!status) status = ulam_result_check_path(output, error);
    free(difference);
    return status;
}

static void close_job(session *self)
{
    ulam_provenance_free(&self->provenance);
    ulam_state_free(&self->state);
    ulam_job_free(&self->job);
}

static void say_outcome(const session *self, bool already)
{
    const ulam_job *job = &self->job;
    char duration[32];
    ulam_format_duration(seconds_now() - self->start, duration, sizeof duration);
    const char *plural = job->n_points == 1 ? "" : "s";
    if (already)
        fprintf(stderr, "ulam: %s is complete already (%s, %zu point%s); nothing to do\n", job->output,
                job->model->name, job->n_points, plural);
    else
        fprintf(stderr, "ulam: %s: %zu point%s, %llu runs in %s; 'ulam show %s' prints them\n", job->output,
                job->n_points, plural, (unsigned long long)runs_known(&self->state), duration, job->output);
}

/* Rank 0: the job is read; shares it, has it carried out with the others, and reports. */
static ulam_status lead(session *self, const ulam_ranks *ranks, ulam_status status, int argc, char **argv,
                        ulam_error *error)
{
    ulam_bytes bytes = {0};
    char *hosts = NULL;
    bool complete = false;

    if (!status) {
        complete = ulam_state_complete(&self->state);
        status = ulam_bytes_put_u64(&bytes, complete);
        if (!status) status = ulam_job_pack(&self->job, &bytes);
        if (status) ulam_fail_memory(error, "sharing the job");
    }
    status = ulam_ranks_share(ranks, status, &bytes, error);
    if (status) goto out;
    if (!complete) {
        hosts = ulam_ranks_hosts(ranks);
        if (ranks->size > 1) ulam_warn_oversubscribed(ranks->local_size);
        self->runs_before = runs_known(&self->state);
        if ((status = add_session(self, ranks, argc, argv, hosts, error))) goto out;
        const ulam_execution execution = {
            .sink = {.self = self, .put = put},
            .monitor = ulam_progress_monitor(&self->display, self->options->quiet),
        };
        status = ulam_ranks_execute(ranks, &self->job, &self->state, &execution, error);
        ulam_progress_clear(&self->display);
        if (status) goto out;
    }
    if (!self->options->quiet) say_outcome(self, complete);
out:
    free(hosts);
    ulam_bytes_free(&bytes);
    return status;
}

/* The other ranks. */
static ulam_status follow(const ulam_ranks *ranks, ulam_error *error)
{
    ulam_bytes bytes = {0};
    ulam_job job = {0};
    ulam_status status = ulam_ranks_share(ranks, ULAM_OK, &bytes, error);
    if (status) goto out;
    ulam_reader reader = {.at = bytes.data, .end = bytes.data + bytes.size};
    if (ulam_reader_get_u64(&reader)) goto out;
    free(ulam_ranks_hosts(ranks));
    status = ulam_job_unpack(&job, &reader, ulam_builtin_models(), error);
    if (!status) status = ulam_ranks_execute(ranks, &job, NULL, NULL, error);
out:
    ulam_job_free(&job);
    ulam_bytes_free(&bytes);
    return status;
}

static int run_here(const run_options *run, int argc, char **argv)
{
    ulam_error error = {0};
    ulam_ranks ranks;
    ulam_status status = ulam_ranks_start(&ranks, &error);
    const bool speaks = ranks.rank == 0 && ulam_ranks_speaks();
    if (!status && run->ranks > 0 && run->ranks != ranks.size)
        status = ulam_fail(&error, ULAM_EINVAL, "--ranks %d, but the launcher started %d; leave one of the two out",
                           run->ranks, ranks.size);
    if (!status && ranks.rank == 0) {
        session self = {.options = run, .start = seconds_now()};
        status = open_job(&self, &run->job.source, &error);
        status = lead(&self, &ranks, status, argc, argv, &error);
        close_job(&self);
    } else if (!status) {
        status = follow(&ranks, &error);
    }
    if (status && speaks) fprintf(stderr, "ulam run: %s\n", error.message);
    ulam_ranks_end(&ranks);
    return ulam_exit_status(status);
}

/* Judges the job before ranks are started, so that a mistake in it is answered at once and by one process. */
static int launch(const run_options *run, int argc, char **argv)
{
    ulam_error error = {0};
    session self = {.options = run};
    ulam_status status = open_job(&self, &run->job.source, &error);
    const bool complete = !status && ulam_state_complete(&self.state);
    if (complete && !run->quiet) say_outcome(&self, true);
    close_job(&self);
    if (complete) return 0;
    if (!status) status = ulam_launch(run->ranks, argc, argv, &error);
    fprintf(stderr, "ulam run: %s\n", error.message);
    return ulam_exit_status(status);
}

int ulam_run_main(int argc, char **argv)
{
    run_options run = {0};
    int status = read_options(&run, argc, argv);
    if (status < 0 && run.ranks > 1 && !ulam_ranks_launched())
        status = launch(&run, argc, argv);
    else if (status < 0)
        status = run_here(&run, argc, argv);
    ulam_job_options_free(&run.job);
    return status;
}
