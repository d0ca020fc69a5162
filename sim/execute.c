#include <ulam/execute.h>

#include "progress.h"
#include "run_error.h"
#include "schedule.h"
#include "worker.h"

typedef struct {
    ulam_state *state;
    ulam_schedule schedule;
    ulam_tracker tracker;
    ulam_worker worker;
    ulam_assignment assignment;
    ulam_answer answer;
} execution;

/* Adds what was done, and gives back what was not. *spoiled: the state is no longer whole. */
static ulam_status take_answer(execution *self, bool *spoiled, ulam_error *error)
{
    for (size_t i = 0; i < self->answer.n_parts; i++) {
        ulam_part *part = &self->answer.parts[i];
        ulam_schedule_done(&self->schedule, part->chunk.point, part->chunk.runs, part->seconds);
        const ulam_status status = ulam_tracker_add(&self->tracker, self->state, part, error);
        *spoiled = status != ULAM_OK;
        if (status) return status;
    }
    for (size_t i = 0; i < self->answer.n_left; i++)
        if (ulam_schedule_return(&self->schedule, &self->answer.left[i]))
            return ulam_fail_memory(error, "handing out runs");
    const ulam_failure *last = ulam_answer_last_failure(&self->answer);
    return last ? ulam_judge_failures(self->state, last, error) : ULAM_OK;
}

static void show(execution *self, const ulam_monitor *monitor)
{
    if (!monitor->show) return;
    const ulam_progress progress = ulam_tracker_look(&self->tracker, self->state);
    monitor->show(monitor->self, &progress);
}

static ulam_status perform_all(execution *self, const ulam_monitor *monitor, bool *spoiled, ulam_error *error)
{
    double due = ulam_clock();
    for (;;) {
        if (ulam_schedule_take(&self->schedule, &self->assignment)) return ulam_fail_memory(error, "handing out runs");
        if (self->assignment.n == 0) return ULAM_OK;
        const ulam_status run = ulam_worker_perform(&self->worker, &self->assignment, NULL, &self->answer, error);
        const ulam_status added = take_answer(self, spoiled, run ? NULL : error);
        ulam_answer_free(&self->answer);
        if (run || added) return run ? run : added;
        if (ulam_clock() >= due) {
            show(self, monitor);
            due = ulam_clock() + monitor->interval;
        }
    }
}

ulam_status ulam_execute(const ulam_job *job, ulam_state *state, const ulam_execution *how, ulam_error *error)
{
    execution self = {.state = state};
    bool spoiled = false;
    ulam_worker_init(&self.worker, job);
    ulam_status status = ULAM_OK;
    if (ulam_schedule_init(&self.schedule, state, 1) || ulam_tracker_init(&self.tracker, state))
        status = ulam_fail_memory(error, "preparing a job");
    else if (!(status = ulam_judge_failures(state, NULL, error)))
        status = perform_all(&self, &how->monitor, &spoiled, error);
    if (!status) show(&self, &how->monitor);
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
