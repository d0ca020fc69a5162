#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "known_models.h"
#include "libraries.h"
#include "progress_line.h"
#include "ranks.h"
#include "session.h"

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

/* Runs; of chains, their sweeps. */
static uint64_t runs_known(const ulam_state *state)
{
    uint64_t runs = 0;
    for (size_t i = 0; i < state->job->n_points; i++)
        runs += ulam_job_has_chains(state->job) ? ulam_state_sweeps_made(state, i) : ulam_state_runs(state, i);
    return runs;
}

/* Early blocks are known too, though the results do not cover them yet. */
static bool nothing_known(const ulam_state *state)
{
    for (size_t i = 0; i < state->job->n_points; i++)
        if (state->points[i].blocks || state->points[i].tail_runs || state->points[i].n_early ||
            ulam_chains_are_begun(&state->points[i].chains))
            return false;
    return true;
}

ulam_status ulam_session_put(void *session, const ulam_state *state, ulam_error *error)
{
    ulam_run_session *self = session;
    if (!self->found && nothing_known(state)) return ULAM_OK; /* a first file without a run would only be in the way */
    ulam_session *entry = &self->provenance.sessions[self->provenance.count - 1];
    free(entry->end);
    entry->end = time_now();
    entry->seconds = ulam_clock() - self->start;
    entry->runs = runs_known(state) - self->runs_before;
    ulam_status status = ulam_output_lock_touch(&self->lock, error);
    if (!status && self->samples) status = ulam_samples_sync(self->samples, error);
    return status ? status : ulam_result_write(self->job.output, state, &self->provenance, error);
}

ulam_status ulam_session_begin(ulam_run_session *self, int argc, char **argv, const char *hosts, int ranks,
                               ulam_error *error)
{
    ulam_provenance *all = &self->provenance;
    ulam_session *sessions = realloc(all->sessions, (all->count + 1) * sizeof *sessions);
    if (!sessions) return ulam_fail_memory(error, "noting the session");
    all->sessions = sessions;
    sessions[all->count++] = (ulam_session){
        .command = command_line(argc, argv),
        .hosts = hosts ? strdup(hosts) : NULL,
        .libraries = ulam_all_libraries(),
        .start = time_now(),
        .ranks = (uint64_t)ranks,
    };
    self->runs_before = runs_known(&self->state);
    return ULAM_OK;
}

ulam_status ulam_session_open_samples(ulam_run_session *self, ulam_bytes *bytes, ulam_error *error)
{
    if (self->job.n_samples == 0) return ULAM_OK;
    const ulam_status status =
        ulam_samples_begin(&self->samples, &self->state, self->found, self->options->accept_model, error);
    if (!status && ulam_samples_share(self->samples, bytes)) return ulam_fail_memory(error, "sharing the samples");
    return status;
}

ulam_status ulam_session_finish_samples(ulam_run_session *self, bool *only_look, ulam_error *error)
{
    bool compressible = false;
    if (self->job.n_samples == 0) return ULAM_OK;
    const ulam_status status = ulam_samples_judge(&self->job, self->options->accept_model, &compressible, error);
    if (only_look) *only_look = compressible;
    if (status || only_look || !compressible) return status;
    if (!self->options->quiet) fputs("ulam: compressing the samples\n", stderr);
    return ulam_samples_compress(&self->state, error);
}

/* The first of several lines as one, "a; b; c; and 2 more". Owned by the caller; NULL: out of memory. */
static char *join_lines(const char *text)
{
    enum {
        MOST = 3
    };
    char *joined = NULL;
    size_t size, lines = 0;
    FILE *out = open_memstream(&joined, &size);
    if (!out) return NULL;
    for (const char *end; *text; text = *end ? end + 1 : end) {
        end = strchrnul(text, '\n');
        if (end > text && lines++ < MOST) fprintf(out, "%s%.*s", lines > 1 ? "; " : "", (int)(end - text), text);
    }
    if (lines > MOST) fprintf(out, "; and %zu more", lines - MOST);
    fclose(out);
    return joined;
}

static ulam_status set_aside(const ulam_run_session *self, ulam_error *error)
{
    char *aside = NULL;
    ulam_status status = ulam_result_set_aside(self->job.output, &aside, error);
    if (!status && !self->options->quiet) fprintf(stderr, "ulam: %s is kept as %s\n", self->job.output, aside);
    if (!status && aside) status = ulam_samples_set_aside(self->job.output, aside, error);
    if (!status && aside) ulam_samples_relink(aside, NULL); /* a damaged file is kept as it is */
    free(aside);
    return status;
}

static ulam_status refuse_other(const ulam_run_session *self, const char *difference, ulam_error *error)
{
    char *differences = join_lines(difference ? difference : "");
    ulam_fail(error, ULAM_EIDENTITY,
              "%s belongs to another job; name another file with -o, or start over with --force-new (%s)",
              self->job.output, differences ? differences : "");
    free(differences);
    return ULAM_EIDENTITY;
}

/* Of a file that could not be made use of, parts may have been read. */
static ulam_status forget(ulam_run_session *self, ulam_error *error)
{
    ulam_provenance_free(&self->provenance);
    ulam_state_free(&self->state);
    return ulam_state_init(&self->state, &self->job) ? ulam_fail_memory(error, "preparing the job") : ULAM_OK;
}

/* A file of another job, or one that cannot be read, is refused, or with --force-new put aside. */
static ulam_status resume(ulam_run_session *self, bool hold, ulam_error *error)
{
    ulam_file_relation relation = ULAM_FILE_ABSENT;
    char *difference = NULL;
    ulam_status status = ulam_result_resume(self->job.output, &self->state, self->options->accept_model,
                                            &self->provenance, &relation, &difference, error);
    const bool unusable = status == ULAM_EFORMAT || (!status && relation == ULAM_FILE_OTHER);
    self->found = !status && relation == ULAM_FILE_SAME;
    if (unusable && self->options->force_new) {
        status = forget(self, error);
        if (!status && hold) status = set_aside(self, error);
    } else if (unusable && !status) {
        status = refuse_other(self, difference, error);
    } else if (self->found && hold && !ulam_state_complete(&self->state)) {
        status = ulam_state_verify(&self->state, error);
    }
    free(difference);
    return status;
}

ulam_status ulam_session_open(ulam_run_session *self, const ulam_run_options *options, bool hold, ulam_error *error)
{
    *self = (ulam_run_session){.options = options, .start = ulam_clock()};
    const ulam_catalogue catalogue = ulam_known_models();
    ulam_status status = ulam_job_read(&self->job, &options->job.source, &catalogue, error);
    if (status) return status;
    if (ulam_state_init(&self->state, &self->job)) return ulam_fail_memory(error, "preparing the job");
    status = ulam_result_check_path(self->job.output, error);
    if (!status && hold) status = ulam_output_lock_take(&self->lock, self->job.output, error);
    return status ? status : resume(self, hold, error);
}

void ulam_session_close(ulam_run_session *self)
{
    ulam_samples_close(self->samples);
    self->samples = NULL;
    ulam_output_lock_release(&self->lock);
    ulam_provenance_free(&self->provenance);
    ulam_state_free(&self->state);
    ulam_job_free(&self->job);
}

/* A job that was stopped shows where it stood, which depends on the machine. */
static void say_targets(const ulam_run_session *self)
{
    const ulam_state *state = &self->state;
    size_t reached = 0, ended = 0;
    for (size_t p = 0; p < self->job.n_points; p++) {
        const ulam_verdict verdict = state->points[p].verdict;
        reached += verdict == ULAM_TARGETS_REACHED || verdict == ULAM_TARGETS_CONSTANT;
        ended += ulam_state_point_complete(state, p);
    }
    fprintf(stderr, "targets reached at %zu of %zu points; ", reached, self->job.n_points);
    if (ended > reached) fprintf(stderr, "%zu ended without; ", ended - reached);
    if (ended < self->job.n_points) fputs("where it stands is not reproducible; ", stderr);
}

void ulam_session_say_outcome(const ulam_run_session *self, bool complete_before)
{
    const ulam_job *job = &self->job;
    const char *plural = job->n_points == 1 ? "" : "s";
    char duration[32];
    ulam_format_duration(ulam_clock() - self->start, duration, sizeof duration);
    if (complete_before) {
        fprintf(stderr, "ulam: %s is complete already (%s, %zu point%s); nothing to do\n", job->output,
                job->model->name, job->n_points, plural);
        return;
    }
    const bool complete = ulam_state_complete(&self->state);
    fprintf(stderr, "ulam: %s: %zu point%s, %llu %s in %s; ", job->output, job->n_points, plural,
            (unsigned long long)(runs_known(&self->state) - self->runs_before),
            ulam_job_has_chains(job) ? "sweeps" : "runs", duration);
    if (self->state.n_failures)
        fprintf(stderr, "%zu failed %s are recorded and left out; ", self->state.n_failures,
                ulam_job_has_chains(job) ? "chains" : "runs");
    if (self->state.n_dropped) fprintf(stderr, "%zu runs in hand were dropped; ", self->state.n_dropped);
    if (job->until.n_targets) say_targets(self);
    fprintf(stderr, complete ? "'ulam show %s' prints them\n" : "stopped early: the same command goes on with %s\n",
            job->output);
}
