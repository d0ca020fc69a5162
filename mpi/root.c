#include <signal.h>
#include <time.h>

#include "keeper.h"
#include "root.h"
#include "run_error.h"
#include "service.h"
#include "stopping.h"

void ulam_root_fail(ulam_root *self, const ulam_error *failure, bool spoiled)
{
    pthread_mutex_lock(&self->lock);
    if (!self->failure.status) self->failure = *failure;
    if (spoiled) self->spoiled = true;
    self->stop = true;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

ulam_status ulam_root_take(ulam_root *self, ulam_assignment *assignment)
{
    const double left = ulam_stop_deadline(&self->execution->stop) - ulam_clock();
    assignment->n = 0;
    if (self->stop) return ULAM_OK;
    if (ulam_schedule_take(&self->schedule, left, assignment)) return ULAM_ENOMEM;
    if (self->schedule.closed) self->stop = true;
    return ULAM_OK;
}

/* Waits for work; false: there will be none. */
static bool take(ulam_root *self, ulam_assignment *assignment)
{
    ulam_error error = {0};
    pthread_mutex_lock(&self->lock);
    self->computing = false;
    assignment->n = 0;
    while (!self->gathered) {
        if (!error.status && ulam_root_take(self, assignment)) ulam_fail_memory(&error, "handing out runs");
        if (error.status || assignment->n) break;
        pthread_cond_wait(&self->changed, &self->lock);
    }
    self->computing = assignment->n > 0;
    if (self->computing) self->chunk = assignment->chunks[0];
    self->since = ulam_clock();
    pthread_mutex_unlock(&self->lock);
    if (error.status) ulam_root_fail(self, &error, false);
    return assignment->n > 0;
}

void ulam_root_follow(ulam_root *self, const ulam_goal *goal)
{
    pthread_mutex_lock(&self->lock);
    ulam_schedule_follow(&self->schedule, goal);
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

/* Tells the schedule what the targets of the answer's points are found to need, once its sums have been merged. */
static void follow(ulam_root *self, const ulam_answer *answer)
{
    for (size_t i = 0; i < answer->n_parts && self->state->job->until.n_targets; i++) {
        pthread_mutex_lock(&self->state_lock);
        const ulam_goal goal = ulam_state_goal(self->state, answer->parts[i].chunk.point);
        pthread_mutex_unlock(&self->state_lock);
        ulam_root_follow(self, &goal);
    }
}

static void merge(ulam_root *self, ulam_answer *answer)
{
    ulam_error error = {0}, failed = {0};
    const ulam_failure *last = ulam_answer_last_failure(answer);
    pthread_mutex_lock(&self->state_lock);
    for (size_t i = 0; i < answer->n_parts && !error.status; i++)
        ulam_tracker_add(&self->tracker, self->state, &answer->parts[i], &error);
    if (error.status) self->spoiled = true; /* before anybody else looks at it */
    const bool due = last || self->state->job->until.n_targets;
    if (!error.status && due) ulam_judge_failures(self->state, last, &failed);
    pthread_mutex_unlock(&self->state_lock);
    if (error.status) ulam_root_fail(self, &error, true);
    if (failed.status) ulam_root_fail(self, &failed, false);
}

static void account(ulam_root *self, const ulam_answer *answer)
{
    ulam_error error = {0};
    pthread_mutex_lock(&self->lock);
    for (size_t i = 0; i < answer->n_parts; i++) {
        const ulam_part *part = &answer->parts[i];
        ulam_schedule_done(&self->schedule, part->chunk.point, part->chunk.runs, part->seconds, part->longest);
    }
    for (size_t i = 0; i < answer->n_left && !error.status; i++)
        if (ulam_schedule_return(&self->schedule, &answer->left[i])) ulam_fail_memory(&error, "handing out runs");
    pthread_mutex_unlock(&self->lock);
    if (error.status) ulam_root_fail(self, &error, false);
}

static bool must_stop(void *root, double now)
{
    (void)now;
    const ulam_root *self = root;
    return self->stop;
}

static void compute(ulam_root *self)
{
    ulam_worker worker;
    ulam_assignment assignment = {0};
    ulam_worker_init(&worker, self->schedule.job);
    worker.sampling.sink = self->execution->samples;
    while (take(self, &assignment)) {
        ulam_answer answer = {0};
        ulam_error error = {0};
        const ulam_interrupt interrupt = {.requested = must_stop, .self = self};
        if (ulam_worker_perform(&worker, &assignment, &interrupt, &answer, &error)) ulam_root_fail(self, &error, false);
        merge(self, &answer);
        follow(self, &answer);
        account(self, &answer);
        ulam_answer_free(&answer);
    }
    ulam_assignment_free(&assignment);
    ulam_worker_free(&worker);
}

static void wait_until_gathered(ulam_root *self)
{
    pthread_mutex_lock(&self->lock);
    while (!self->gathered) pthread_cond_wait(&self->changed, &self->lock);
    pthread_mutex_unlock(&self->lock);
}

/* What is known is kept, also after a failure. */
static void put_state(ulam_root *self)
{
    const ulam_sink *sink = &self->execution->sink;
    ulam_error error = {0};
    if (!sink->put || self->spoiled) return;
    pthread_mutex_lock(&self->put_lock);
    pthread_mutex_lock(&self->state_lock);
    error.status = sink->put(sink->self, self->state, &error);
    pthread_mutex_unlock(&self->state_lock);
    pthread_mutex_unlock(&self->put_lock);
    if (error.status) ulam_root_fail(self, &error, false);
}

static void end(ulam_root *self)
{
    pthread_mutex_lock(&self->lock);
    self->ended = true;
    pthread_mutex_unlock(&self->lock);
}

/* A thread that no signal disturbs: handlers run on the main thread. */
static int start_thread(ulam_root *self, void *(*run)(void *), pthread_t *thread)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int failed = pthread_create(thread, NULL, run, self);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

/* With nobody to tell the other ranks but this thread, which has nothing else to do. */
static void end_before_start(ulam_root *self, const ulam_error *error)
{
    if (error->status) ulam_root_fail(self, error, true);
    end(self);
    ulam_service(self);
}

static void execute(ulam_root *self)
{
    ulam_error error = {0};
    pthread_t service, keeper;
    int level = MPI_THREAD_SINGLE;
    MPI_Query_thread(&level);
    if (level < MPI_THREAD_SERIALIZED)
        ulam_fail(&error, ULAM_EINVAL, "MPI was initialised for one thread alone; MPI_THREAD_SERIALIZED is needed");
    else if (!self->stop && start_thread(self, ulam_service, &service))
        ulam_fail(&error, ULAM_ESYSTEM, "no thread could be started to answer the other ranks");
    if (self->stop || error.status) {
        end_before_start(self, &error);
        return;
    }
    const bool keeps = self->execution->sink.put && isfinite(ulam_checkpoint_interval(self->state->job));
    const bool kept = keeps && !start_thread(self, ulam_keeper, &keeper);
    if (keeps && !kept) {
        ulam_fail(&error, ULAM_ESYSTEM, "no thread could be started to write checkpoints");
        ulam_root_fail(self, &error, false);
    }
    compute(self);
    wait_until_gathered(self);
    if (kept) {
        ulam_keeper_end(self);
        pthread_join(keeper, NULL);
    }
    put_state(self);
    end(self);
    pthread_join(service, NULL);
}

static void show_last(ulam_root *self)
{
    const ulam_monitor *monitor = &self->execution->monitor;
    if (!monitor->show || self->failure.status) return;
    const ulam_progress progress = ulam_tracker_look(&self->tracker, self->state);
    monitor->show(monitor->self, &progress);
}

ulam_status ulam_root_execute(MPI_Comm communicator, ulam_state *state, const ulam_execution *execution,
                              ulam_error *error)
{
    ulam_root self = {.communicator = communicator, .execution = execution, .state = state};
    ulam_error memory = {0};
    MPI_Comm_size(communicator, &self.ranks);
    state->n_dropped = 0;
    pthread_mutex_init(&self.state_lock, NULL);
    pthread_mutex_init(&self.put_lock, NULL);
    ulam_keeper_init(&self);
    pthread_mutex_init(&self.lock, NULL);
    pthread_cond_init(&self.changed, NULL);
    if (ulam_schedule_init(&self.schedule, state, (size_t)self.ranks) || ulam_tracker_init(&self.tracker, state)) {
        ulam_fail_memory(&memory, "preparing a job");
        ulam_root_fail(&self, &memory, true);
    } else if (ulam_judge_failures(state, NULL, &memory)) {
        ulam_root_fail(&self, &memory, false);
    }
    execute(&self);
    show_last(&self);
    if (self.failure.status && error) *error = self.failure;
    ulam_tracker_free(&self.tracker);
    ulam_schedule_free(&self.schedule);
    pthread_cond_destroy(&self.changed);
    pthread_mutex_destroy(&self.lock);
    pthread_cond_destroy(&self.keeper_wake);
    pthread_mutex_destroy(&self.put_lock);
    pthread_mutex_destroy(&self.state_lock);
    return self.failure.status;
}
