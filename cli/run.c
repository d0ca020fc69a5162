/* ulam run: carries a job out, and writes its result file. */

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crash.h"
#include "known_models.h"
#include "launch.h"
#include "options.h"
#include "progress_line.h"
#include "ranks.h"
#include "run_options.h"
#include "session.h"
#include "stop.h"
#include "subcommands.h"

enum {
    STOPPED_EARLY = 3
};

/* Clears what a killed session of this job left in memory, and leaves word where this one's will lie. */
static void clear_memory(ulam_run_session *self, const ulam_ranks *ranks)
{
    char name[32];
    if (*self->lock.left) ulam_ranks_clear_memory(self->lock.left);
    ulam_ranks_memory_name(ranks, name, sizeof name);
    if (*name) ulam_output_lock_leave_note(&self->lock, name);
}

/* Opens the samples on every rank, if the job keeps any. */
static ulam_status share_samples(ulam_run_session *self, const ulam_ranks *ranks, ulam_error *error)
{
    ulam_bytes bytes = {0};
    if (self->job.n_samples == 0) return ULAM_OK;
    ulam_status status = ulam_session_open_samples(self, &bytes, error);
    status = ulam_ranks_share(ranks, status, &bytes, error);
    ulam_bytes_free(&bytes);
    return status ? status : ulam_ranks_agree(ranks, ULAM_OK, error);
}

/* The same on the other ranks. */
static ulam_status join_samples(ulam_samples **samples, const ulam_job *job, const ulam_ranks *ranks, ulam_error *error)
{
    ulam_bytes bytes = {0};
    if (job->n_samples == 0) return ULAM_OK;
    ulam_status status = ulam_ranks_share(ranks, ULAM_OK, &bytes, error);
    if (!status) {
        ulam_reader reader = {.at = bytes.data, .end = bytes.data + bytes.size};
        status = ulam_samples_join(samples, job, &reader, error);
        status = ulam_ranks_agree(ranks, status, error);
    }
    ulam_bytes_free(&bytes);
    return status;
}

/* Rank 0, the job being read or not (status): shares it, has it carried out with the others, and reports. */
static ulam_status lead(ulam_run_session *self, const ulam_ranks *ranks, ulam_status status, int argc, char **argv,
                        ulam_error *error)
{
    ulam_bytes bytes = {0};
    ulam_progress_display display = {0};
    char *hosts = NULL;
    bool complete = false;

    if (!status) {
        complete = ulam_state_complete(&self->state);
        status = ulam_bytes_put_u64(&bytes, complete);
        if (!status) status = ulam_bytes_put_text(&bytes, self->lock.left);
        if (!status) status = ulam_job_pack(&self->job, &bytes);
        if (status) ulam_fail_memory(error, "sharing the job");
    }
    status = ulam_ranks_share(ranks, status, &bytes, error);
    if (status) goto out;
    if (!complete) {
        hosts = ulam_ranks_hosts(ranks);
        if (ranks->size > 1) ulam_warn_oversubscribed(ranks->local_size);
        clear_memory(self, ranks);
        status = ulam_session_begin(self, argc, argv, hosts, ranks->size, error);
        if ((status = ulam_ranks_agree(ranks, status, error))) goto out;
        if ((status = share_samples(self, ranks, error))) goto out;
        const ulam_execution execution = {
            .sink = {.self = self, .put = ulam_session_put},
            .monitor = ulam_progress_monitor(&display, self->options->quiet),
            .stop = ulam_stop_watch(self->start, self->options->time_limit, self->job.until.max_time),
            .samples = self->samples ? ulam_samples_sink(self->samples) : (ulam_sample_sink){0},
        };
        ulam_tell_crashes(&self->job);
        status = ulam_ranks_execute(ranks, &self->job, &self->state, &execution, error);
        ulam_progress_clear(&display);
        if (status) goto out;
    }
    if (ulam_state_complete(&self->state)) status = ulam_session_finish_samples(self, NULL, error);
    if (status) goto out;
    if (!self->options->quiet) ulam_session_say_outcome(self, complete);
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
    ulam_samples *samples = NULL;
    char *left = NULL;
    const ulam_catalogue catalogue = ulam_known_models();
    ulam_status status = ulam_ranks_share(ranks, ULAM_OK, &bytes, error);
    if (status) goto out;
    ulam_reader reader = {.at = bytes.data, .end = bytes.data + bytes.size};
    if (ulam_reader_get_u64(&reader)) goto out;
    left = ulam_reader_get_text(&reader);
    if (left && *left) ulam_ranks_clear_memory(left);
    free(ulam_ranks_hosts(ranks));
    status = ulam_job_unpack(&job, &reader, &catalogue, error);
    status = ulam_ranks_agree(ranks, status, error);
    if (!status) status = join_samples(&samples, &job, ranks, error);
    const ulam_execution execution = {.samples = samples ? ulam_samples_sink(samples) : (ulam_sample_sink){0}};
    if (!status) ulam_tell_crashes(&job);
    if (!status) status = ulam_ranks_execute(ranks, &job, NULL, &execution, error);
out:
    ulam_samples_close(samples);
    free(left);
    ulam_job_free(&job);
    ulam_bytes_free(&bytes);
    return status;
}

static int run_here(const ulam_run_options *options, int argc, char **argv)
{
    ulam_error error = {0};
    ulam_ranks ranks;
    ulam_run_session session = {0};
    bool complete = true;
    ulam_stop_on_signals();
    ulam_status status = ulam_ranks_start(&ranks, &error);
    const bool speaks = ranks.rank == 0 && ulam_ranks_speaks();
    if (!status && options->ranks > 0 && options->ranks != ranks.size)
        status = ulam_fail(&error, ULAM_EINVAL, "--ranks %d, but the launcher started %d; leave one of the two out",
                           options->ranks, ranks.size);
    if (!status && ranks.rank == 0) {
        status = ulam_session_open(&session, options, true, &error);
        status = lead(&session, &ranks, status, argc, argv, &error);
        complete = status || ulam_state_complete(&session.state);
    } else if (!status) {
        status = follow(&ranks, &error);
    }
    if (status && speaks) fprintf(stderr, "ulam run: %s\n", error.message);
    ulam_session_close(&session);
    ulam_ranks_end(&ranks);
    return complete ? ulam_exit_status(status) : STOPPED_EARLY;
}

/* max_time holds over all starts of a session, as --time-limit does. */
static double session_limit(const ulam_run_session *session)
{
    const double most = session->job.until.max_time;
    return isfinite(most) ? fmin(most, session->options->time_limit) : session->options->time_limit;
}

/* Judges the job before ranks are started, so that a mistake in it is answered at once and by one process. */
static int launch(const ulam_run_options *options, int argc, char **argv)
{
    ulam_error error = {0};
    ulam_run_session session;
    int exit_status = 0;
    ulam_status status = ulam_session_open(&session, options, false, &error);
    bool complete = !status && ulam_state_complete(&session.state), compressible = false;
    if (complete) status = ulam_session_finish_samples(&session, &compressible, &error);
    complete = complete && !compressible;
    if (complete && !status && !options->quiet) ulam_session_say_outcome(&session, true);
    if (!status && options->stall_timeout <= session.job.conduct.checkpoint)
        status =
            ulam_fail(&error, ULAM_EINVAL,
                      "--stall-timeout %g s is no longer than checkpoint, %g s: the file would not have changed yet",
                      options->stall_timeout, session.job.conduct.checkpoint);
    if (!status && !complete) {
        ulam_state_free(&session.state); /* rank 0 reads it again */
        const ulam_launch_plan plan = {
            .ranks = options->ranks > 0 ? options->ranks : 1,
            .hostfile = options->hostfile,
            .retries = options->retries,
            .stall_timeout = options->stall_timeout,
            .time_limit = session_limit(&session),
            .start = session.start,
            .job = options->job.source.path,
            .output = session.job.output,
        };
        status = ulam_launch(&plan, argc, argv, &exit_status, &error);
    }
    if (status) fprintf(stderr, "ulam run: %s\n", error.message);
    ulam_session_close(&session);
    return status ? ulam_exit_status(status) : exit_status;
}

/* Reads the options; of the processes of a launched job one says what is wrong with them. */
static int read_options(ulam_run_options *options, int argc, char **argv)
{
    if (ulam_ranks_speaks()) return ulam_run_options_read(options, argc, argv);
    const int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    const int status = ulam_run_options_read(options, argc, argv);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    close(nowhere);
    return status;
}

int ulam_run_main(int argc, char **argv)
{
    ulam_run_options options;
    int status = read_options(&options, argc, argv);
    const bool supervised = options.ranks > 1 || options.retries > 0 || options.hostfile;
    if (status < 0)
        status = supervised && !ulam_ranks_launched() ? launch(&options, argc, argv) : run_here(&options, argc, argv);
    ulam_run_options_free(&options);
    return status;
}
