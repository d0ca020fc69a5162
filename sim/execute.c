#include <ulam/execute.h>

#include "progress.h"
#include "run_error.h"
#include "schedule.h"
#include "state_chains.h"
#include "stopping.h"
#include "worker.h"

typedef struct {
    ulam_state *state;
    ulam_schedule schedule;
    ulam_tracker tracker;
    ulam_worker worker;
    ulam_assignment assignment;
    ulam_answer answer;
    uint64_t put_runs; /* of this session, in the state that was put last */
} execution;

/* Adds what was done, and gives back what was not. *spoiled: the state is no longer whole. */
static ulam_status take_answer(execution *self, bool *spoiled, ulam_error *error)
{
    for (size_t i = 0; i < self->answer.n_parts; i++) {
        ulam_part *part = &self->answer.parts[i];
        ulam_schedule_done(&self->schedule, part->chunk.point, ulam_chunk_size(&part->chunk), part->seconds,
                           part->longest);
        const ulam_status status = ulam_tracker_add(&self->tracker, self->state, part, error);
        *spoiled = status != ULAM_OK;
        if (status) return status;
        const ulam_goal goal = ulam_state_goal(self->state, part->chunk.point);
        ulam_chain_record *record = ulam_state_share_record(self->state, &part->chunk);
        if (record)
            ulam_schedule_go_on(&self->schedule, &goal, part->chunk.first, record);
        else
            ulam_schedule_follow(&self->schedule, &goal);
    }
    for (size_t i = 0; i < self->answer.n_left; i++)
        if (ulam_schedule_return(&self->schedule, &self->answer.left[i]))
            return ulam_fail_memory(error, "handing out runs");
    const ulam_failure *last = ulam_answer_last_failure(&self->answer);
    const bool due = last || self->state->job->until.n_targets;
    return due ? ulam_judge_failures(self->state, last, error) : ULAM_OK;
}

static void show(execution *self, const ulam_monitor *monitor)
{
    if (!monitor->show) return;
    const ulam_progress progress = ulam_tracker_look(&self->tracker, self->state);
    monitor->show(monitor->self, &progress);
}

static bool stop_requested(void *stop, double now)
{
    (void)now;
    return ulam_stop_requested(stop);
}

/* Puts the state, unless it has been put since anything was added. */
static ulam_status checkpoint(execution *self, const ulam_sink *sink, ulam_error *error)
{
    if (!sink->put || self->put_runs == self->tracker.progress.session_runs) return ULAM_OK;
    self->put_runs = self->tracker.progress.session_runs;
    if (ulam_state_publish(self->state)) return ulam_fail_memory(error, "putting a state");
    return sink->put(sink->self, self->state, error);
}

static ulam_status perform_assignment(execution *self, const ulam_interrupt *interrupt, bool *spoiled,
                                      ulam_error *error)
{
    const ulam_status run = ulam_worker_perform(&self->worker, &self->assignment, interrupt, &self->answer, error);
    const ulam_status added = take_answer(self, spoiled, run ? NULL : error);
    ulam_answer_free(&self->answer);
    return run ? run : added;
}

static ulam_status perform_all(execution *self, const ulam_execution *how, bool *spoiled, ulam_error *error)
{
    const double interval = ulam_checkpoint_interval(self->state->job), deadline = ulam_stop_deadline(&how->stop);
    ulam_stop stop = how->stop;
    const ulam_interrupt interrupt = {.requested = stop_requested, .self = &stop};
    double show_at = ulam_clock(), put_at = show_at + interval;
    while (!ulam_stop_requested(&stop)) {
        if (ulam_schedule_take(&self->schedule, deadline - ulam_clock(), &self->assignment))
            return ulam_fail_memory(error, "handing out runs");
        if (self->assignment.n == 0) break;
        ulam_status status = perform_assignment(self, &interrupt, spoiled, error);
        if (!status && ulam_clock() >= put_at) {
            status = checkpoint(self, &how->sink, error);
            put_at = ulam_clock() + interval;
        }
        if (status) return status;
        if (ulam_clock() >= show_at) {
            show(self, &how->monitor);
            show_at = ulam_clock() + how->monitor.interval;
        }
    }
    return ULAM_OK;
}

ulam_status ulam_execute(const ulam_job *job, ulam_state *state, const ulam_execution *how, ulam_error *error)
{
    execution self = {.state = state};
    bool spoiled = false;
    state->n_dropped = 0;
    ulam_worker_init(&self.worker, job);
    self.worker.sampling.sink = how->samples;
    ulam_status status = ULAM_OK;
    if (ulam_schedule_init(&self.schedule, state, 1) || ulam_tracker_init(&self.tracker, state))
        status = ulam_fail_memory(error, "preparing a job");
    else if (!(status = ulam_judge_failures(state, NULL, error)))
        status = perform_all(&self, how, &spoiled, error);
    if (!status) show(&self, &how->monitor);
    if (!spoiled && ulam_state_publish(state)) {
        spoiled = true;
        if (!status) status = ulam_fail_memory(error, "putting a state");
    }
    if (!spoiled && how->sink.put) {
        const ulam_status put = how->sink.put(how->sink.self, state, status ? NULL : error);
        if (!status) status = put;
    }
    ulam_answer_free(&self.answer);
    ulam_assignment_free(&self.assignment);
    ulam_worker_free(&self.worker);
    ulam_tracker_free(&self.tracker);
    ulam_schedule_free(&self.schedule);
    return status;
}
