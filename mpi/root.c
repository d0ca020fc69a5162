#include <math.h>

#include "keeper.h"
#include "root.h"
#include "root_watch.h"
#include "run_error.h"
#include "service.h"
#include "state_chains.h"
#include "stopping.h"

/* s of work in an assignment for each rank that asks here, so that the last assignments do not come faster than they can be
 * handed out. */
static const double shortest_per_asker = 50e-6;

/* The state is spoiled before anybody else can look at it. */
static void note_spoiled(ulam_root *self, const ulam_error *error)
{
    if (error->status) self->spoiled = true;
}

static void note_failures(ulam_root *self, const ulam_error *error, const ulam_error *failed)
{
    if (error->status) ulam_hub_fail(&self->hub, error);
    if (failed->status) ulam_hub_fail(&self->hub, failed);
}

/* What the schedule learns of a chunk whose sums have been merged. */
typedef struct {
    ulam_goal goal;            /* how far its point's runs are wanted by now */
    ulam_chain_record *record; /* where its chains stand; NULL: they are none */
} merged;

static bool is_followed(const ulam_job *job) { return job->until.n_targets || ulam_job_has_chains(job); }

/* With the state's lock held. */
static merged look_at(const ulam_root *self, const ulam_chunk *chunk)
{
    return (merged){ulam_state_goal(self->state, chunk->point), ulam_state_share_record(self->state, chunk)};
}

/* Takes the hub's lock. */
static void follow(ulam_root *self, const ulam_chunk *chunk, const merged *what)
{
    pthread_mutex_lock(&self->hub.lock);
    if (what->record)
        ulam_schedule_go_on(&self->hub.schedule, &what->goal, chunk->first, what->record);
    else
        ulam_schedule_follow(&self->hub.schedule, &what->goal);
    pthread_cond_broadcast(&self->hub.changed);
    pthread_mutex_unlock(&self->hub.lock);
}

/* The same of an answer's points, once its sums have been merged. */
static void follow_all(ulam_root *self, const ulam_answer *answer)
{
    for (size_t i = 0; i < answer->n_parts && is_followed(self->state->job); i++) {
        pthread_mutex_lock(&self->state_lock);
        const merged what = look_at(self, &answer->parts[i].chunk);
        pthread_mutex_unlock(&self->state_lock);
        follow(self, &answer->parts[i].chunk, &what);
    }
}

static void keep(ulam_hub *hub, ulam_answer *answer)
{
    ulam_root *self = (ulam_root *)hub;
    ulam_error error = {0}, failed = {0};
    const ulam_failure *last = ulam_answer_last_failure(answer);
    pthread_mutex_lock(&self->state_lock);
    for (size_t i = 0; i < answer->n_parts && !error.status; i++)
        ulam_tracker_add(&self->tracker, self->state, &answer->parts[i], &error);
    note_spoiled(self, &error);
    const bool due = last || self->state->job->until.n_targets;
    if (!error.status && due) ulam_judge_failures(self->state, last, &failed);
    pthread_mutex_unlock(&self->state_lock);
    note_failures(self, &error, &failed);
    follow_all(self, answer);
}

static bool merge(ulam_hub *hub, ulam_arrival *arrival)
{
    ulam_root *self = (ulam_root *)hub;
    ulam_error error = {0}, failed = {0};
    if (pthread_mutex_trylock(&self->state_lock)) return false;
    ulam_part *part = &arrival->answer.parts[arrival->next];
    if (!ulam_arrival_read_sums(arrival, self->state->job, &error))
        ulam_tracker_add(&self->tracker, self->state, part, &error);
    note_spoiled(self, &error);
    const bool seeks = !error.status && self->state->job->until.n_targets;
    const bool follows = !error.status && is_followed(self->state->job);
    const ulam_failure *last = part->n_failures ? &part->failures[part->n_failures - 1] : NULL;
    if (!error.status && (last || seeks)) ulam_judge_failures(self->state, last, &failed);
    const merged what = follows ? look_at(self, &part->chunk) : (merged){0};
    pthread_mutex_unlock(&self->state_lock);
    arrival->next++;
    if (follows) follow(self, &part->chunk, &what); /* before the answer counts as merged */
    note_failures(self, &error, &failed);
    return true;
}

static const ulam_hub_kind kind = {
    .merge = merge, .keep = keep, .watch = ulam_root_watch, .give_up = ulam_root_give_up};

/* What is known is kept, also after a failure. */
static void put_state(ulam_root *self)
{
    const ulam_sink *sink = &self->execution->sink;
    ulam_error error = {0};
    if (!sink->put || self->spoiled) return;
    pthread_mutex_lock(&self->put_lock);
    pthread_mutex_lock(&self->state_lock);
    error.status = ulam_state_publish(self->state) ? ulam_fail_memory(&error, "putting a state")
                                                   : sink->put(sink->self, self->state, &error);
    pthread_mutex_unlock(&self->state_lock);
    pthread_mutex_unlock(&self->put_lock);
    if (error.status) ulam_hub_fail(&self->hub, &error);
}

static void end(ulam_root *self)
{
    pthread_mutex_lock(&self->hub.lock);
    self->hub.ended = true;
    pthread_mutex_unlock(&self->hub.lock);
}

/* With nobody to tell the other ranks but this thread, which has nothing else to do. */
static void end_before_start(ulam_root *self, const ulam_error *error)
{
    if (error->status) {
        self->spoiled = true;
        ulam_hub_fail(&self->hub, error);
    }
    end(self);
    ulam_service_run(&self->hub);
}

static void execute(ulam_root *self)
{
    ulam_error error = {0};
    pthread_t service, keeper;
    if (self->hub.stop || ulam_hub_start_service(&self->hub, &service, &error)) {
        end_before_start(self, &error);
        return;
    }
    const bool keeps = self->execution->sink.put && isfinite(ulam_checkpoint_interval(self->state->job));
    const bool kept = keeps && ulam_hub_start_thread(ulam_keeper, self, &keeper);
    if (keeps && !kept) {
        ulam_fail(&error, ULAM_ESYSTEM, "no thread could be started to write checkpoints");
        ulam_hub_fail(&self->hub, &error);
    }
    ulam_hub_compute(&self->hub);
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
    if (!monitor->show || self->hub.failure.status) return;
    const ulam_progress progress = ulam_tracker_look(&self->tracker, self->state);
    monitor->show(monitor->self, &progress);
}

/* What can fail before the other ranks are answered fails the job, and they are told. */
static void prepare(ulam_root *self, const ulam_hierarchy *hierarchy)
{
    ulam_error error = {0};
    int ranks;
    MPI_Comm_size(hierarchy->all, &ranks);
    ulam_hub_init(&self->hub, &kind, hierarchy, &self->execution->samples);
    self->hub.deadline = ulam_stop_deadline(&self->execution->stop);
    self->state->n_dropped = 0;
    pthread_mutex_init(&self->state_lock, NULL);
    pthread_mutex_init(&self->put_lock, NULL);
    ulam_keeper_init(self);
    if (ulam_schedule_init(&self->hub.schedule, self->state, (size_t)ranks) ||
        ulam_tracker_init(&self->tracker, self->state)) {
        self->spoiled = true;
        ulam_fail_memory(&error, "preparing a job");
    } else {
        ulam_schedule *schedule = &self->hub.schedule;
        schedule->shortest = fmin(schedule->target, fmax(schedule->shortest, shortest_per_asker * self->hub.ranks));
        ulam_judge_failures(self->state, NULL, &error);
    }
    if (error.status) ulam_hub_fail(&self->hub, &error);
}

ulam_status ulam_root_execute(const ulam_hierarchy *hierarchy, ulam_state *state, const ulam_execution *execution,
                              ulam_error *error)
{
    ulam_root self = {.execution = execution,
                      .state = state,
                      .failed_at = INFINITY,
                      .requested_at = INFINITY,
                      .show_at = ulam_clock() + execution->monitor.interval};
    prepare(&self, hierarchy);
    execute(&self);
    show_last(&self);
    const ulam_error failure = self.hub.failure;
    if (failure.status && error) *error = failure;
    ulam_tracker_free(&self.tracker);
    ulam_hub_free(&self.hub);
    pthread_cond_destroy(&self.keeper_wake);
    pthread_mutex_destroy(&self.put_lock);
    pthread_mutex_destroy(&self.state_lock);
    return failure.status;
}
