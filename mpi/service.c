#include <stdio.h>
#include <stdlib.h>

#include "abandon.h"
#include "latency.h"
#include "messages.h"
#include "patience.h"
#include "run_error.h"
#include "service.h"
#include "stopping.h"

/* How long ranks may take to finish what they have in hand after a failure. */
static const double failure_grace = 2;

/* Above this many bytes of sums that wait to be merged, no more work is handed out. */
static const size_t most_unmerged = (size_t)1 << 28;

/* What another rank is at, seen from here. */
typedef enum {
    PEER_BUSY,      /* with its work, or not here yet */
    PEER_ANSWERING, /* its answer is coming in */
    PEER_WAITING,   /* for a reply */
    PEER_ENDED,     /* has been sent how the job ended */
} peer_stage;

typedef struct {
    peer_stage stage;
    ulam_bytes answer, reply;
    MPI_Request replying; /* may be seen to end only after the next answer has come */
    ulam_chunk chunk;     /* the first of what it was given last */
    double since;         /* when it was given that; 0: it has nothing in hand */
} peer;

typedef struct arrived {
    ulam_arrival arrival;
    struct arrived *next;
} arrived;

typedef struct {
    ulam_root *root;
    peer *peers; /* [ranks]; peers[0] is unused */
    int waiting, ended;
    MPI_Request *requests; /* [n_requests] answers coming in, at most one a rank */
    int *owner;            /* [n_requests] */
    int *done;             /* scratch for MPI_Testsome */
    int n_requests;
    ulam_reply reply;
    arrived *first, *last; /* to be merged */
    size_t unmerged_bytes;
    double failed_at;    /* when a failure was seen first; INFINITY: none */
    double requested_at; /* when a request to stop was seen first; INFINITY: none */
    bool told;           /* the ranks have been told to stop */
    double show_at;
} service;

/* Keeps what is known, and ends all ranks. The locks are held for good: nobody changes or puts the state again. */
static _Noreturn void leave(service *self, const char *reason, int status)
{
    ulam_root *root = self->root;
    const ulam_sink *sink = &root->execution->sink;
    if (sink->put && !root->spoiled) sink->put(sink->self, root->state, NULL);
    const ulam_monitor *monitor = &root->execution->monitor;
    if (monitor->say_last) monitor->say_last(monitor->self, reason);
    ulam_abandon(root->communicator, monitor->say_last ? NULL : reason, status);
}

static void take_state(ulam_root *root)
{
    pthread_mutex_lock(&root->put_lock);
    pthread_mutex_lock(&root->state_lock);
}

static _Noreturn void give_up(service *self, const char *reason)
{
    take_state(self->root);
    leave(self, reason, 1);
}

static _Noreturn void fail_system(service *self, const char *doing)
{
    char reason[128];
    snprintf(reason, sizeof reason, "MPI failed, or memory ran out, while %s", doing);
    give_up(self, reason);
}

/* Messages under way */

/* The rank has answered the reply before, so that one's request ends at once. */
static void start_reply(service *self, int rank)
{
    peer *to = &self->peers[rank];
    const ulam_reply *what = &self->reply;
    if (MPI_Wait(&to->replying, MPI_STATUS_IGNORE) || ulam_reply_pack(what, &to->reply) ||
        MPI_Isend(to->reply.data, (int)to->reply.size, MPI_BYTE, rank, ULAM_TAG_REPLY, self->root->communicator,
                  &to->replying))
        fail_system(self, "replying to a rank");
    to->stage = what->end ? PEER_ENDED : PEER_BUSY;
    to->since = what->end ? 0 : ulam_clock();
    if (!what->end) to->chunk = what->assignment.chunks[0];
    self->waiting--;
    self->ended += what->end;
}

/* True if there was a message. */
static bool start_receiving(service *self)
{
    int there, count;
    MPI_Message message;
    MPI_Status envelope;
    if (MPI_Improbe(MPI_ANY_SOURCE, ULAM_TAG_ANSWER, self->root->communicator, &there, &message, &envelope))
        fail_system(self, "looking for answers");
    if (!there) return false;
    peer *from = &self->peers[envelope.MPI_SOURCE];
    MPI_Get_count(&envelope, MPI_BYTE, &count);
    ulam_bytes_free(&from->answer);
    from->answer.data = malloc(count ? (size_t)count : 1);
    if (!from->answer.data ||
        MPI_Imrecv(from->answer.data, count, MPI_BYTE, &message, &self->requests[self->n_requests]))
        fail_system(self, "receiving an answer");
    from->answer.size = from->answer.capacity = (size_t)count;
    from->stage = PEER_ANSWERING;
    self->owner[self->n_requests++] = envelope.MPI_SOURCE;
    return true;
}

/* Hand-out */

/* Gives a waiting rank what there is for it: work, the end, or nothing. True if it got something. */
static bool reply(service *self, int rank)
{
    ulam_root *root = self->root;
    ulam_status status = ULAM_OK;
    self->reply.assignment.n = 0;
    pthread_mutex_lock(&root->lock);
    self->reply.end = root->ended;
    if (root->ended)
        self->reply.outcome = root->failure;
    else if (self->unmerged_bytes < most_unmerged)
        status = ulam_root_take(root, &self->reply.assignment);
    pthread_mutex_unlock(&root->lock);
    self->reply.told = self->told;
    if (status) fail_system(self, "handing out runs");
    if (!self->reply.end && self->reply.assignment.n == 0) return false;
    start_reply(self, rank);
    return true;
}

static bool reply_to_waiting(service *self)
{
    bool any = false;
    for (int rank = 1; self->waiting && rank < self->root->ranks; rank++) {
        if (self->peers[rank].stage != PEER_WAITING) continue;
        if (!reply(self, rank)) break;
        any = true;
    }
    return any;
}

/* Tells the schedule what was done, and queues the sums. */
static void account(service *self, arrived *item)
{
    ulam_root *root = self->root;
    const ulam_answer *answer = &item->arrival.answer;
    ulam_status status = ULAM_OK;
    pthread_mutex_lock(&root->lock);
    for (size_t i = 0; i < answer->n_parts; i++)
        ulam_schedule_done(&root->schedule, answer->parts[i].chunk.point, answer->parts[i].chunk.runs,
                           answer->parts[i].seconds, answer->parts[i].longest);
    for (size_t i = 0; i < answer->n_left && !status; i++)
        status = ulam_schedule_return(&root->schedule, &answer->left[i]);
    root->unmerged++;
    pthread_cond_broadcast(&root->changed);
    pthread_mutex_unlock(&root->lock);
    if (status) fail_system(self, "handing out runs");

    item->next = NULL;
    if (self->last)
        self->last->next = item;
    else
        self->first = item;
    self->last = item;
    self->unmerged_bytes += item->arrival.bytes.size;
}

static void take_answer(service *self, int rank)
{
    peer *from = &self->peers[rank];
    ulam_error error = {0};
    arrived *item = calloc(1, sizeof *item);
    if (!item) fail_system(self, "taking an answer");
    if (ulam_arrival_read(&item->arrival, &from->answer, &error)) give_up(self, error.message);
    if (item->arrival.failure.status) ulam_root_fail(self->root, &item->arrival.failure, false);
    account(self, item);
    from->stage = PEER_WAITING;
    from->since = 0;
    self->waiting++;
    reply(self, rank);
}

static bool finish_receiving(service *self)
{
    int n_done;
    if (self->n_requests == 0) return false;
    if (MPI_Testsome(self->n_requests, self->requests, &n_done, self->done, MPI_STATUSES_IGNORE))
        fail_system(self, "waiting for messages");
    if (n_done == MPI_UNDEFINED || n_done == 0) return false;
    int kept = 0, n_owners = 0;
    for (int i = 0; i < self->n_requests; i++) {
        if (self->requests[i] == MPI_REQUEST_NULL) {
            self->done[n_owners++] = self->owner[i];
            continue;
        }
        self->requests[kept] = self->requests[i];
        self->owner[kept++] = self->owner[i];
    }
    self->n_requests = kept;
    for (int i = 0; i < n_owners; i++) take_answer(self, self->done[i]);
    return true;
}

/* Merging */

/* Merges one chunk's sums, unless the main thread is at the state. */
static bool merge_one(service *self)
{
    ulam_root *root = self->root;
    arrived *item = self->first;
    if (!item) return false;
    ulam_arrival *arrival = &item->arrival;
    ulam_error error = {0}, failed = {0};
    if (arrival->next < arrival->answer.n_parts) {
        if (pthread_mutex_trylock(&root->state_lock)) return false;
        ulam_part *part = &arrival->answer.parts[arrival->next];
        if (!ulam_arrival_read_sums(arrival, root->state->job, &error))
            ulam_tracker_add(&root->tracker, root->state, part, &error);
        const bool seeks = !error.status && root->state->job->until.n_targets;
        const ulam_failure *last = part->n_failures ? &part->failures[part->n_failures - 1] : NULL;
        if (!error.status && (last || seeks)) ulam_judge_failures(root->state, last, &failed);
        if (error.status) root->spoiled = true; /* before anybody else looks at it */
        const ulam_goal goal = seeks ? ulam_state_goal(root->state, part->chunk.point) : (ulam_goal){0};
        pthread_mutex_unlock(&root->state_lock);
        arrival->next++;
        if (seeks) ulam_root_follow(root, &goal); /* before the answer counts as merged */
        if (error.status) ulam_root_fail(root, &error, true);
        if (failed.status) ulam_root_fail(root, &failed, false);
    }
    if (arrival->next < arrival->answer.n_parts) return true;
    self->first = item->next;
    if (!self->first) self->last = NULL;
    self->unmerged_bytes -= arrival->bytes.size;
    ulam_arrival_free(arrival);
    free(item);
    pthread_mutex_lock(&root->lock);
    root->unmerged--;
    pthread_mutex_unlock(&root->lock);
    return true;
}

/* Watching */

static void tell_ranks(service *self)
{
    pthread_mutex_lock(&self->root->lock);
    const bool due = self->root->stop && !self->told && !self->root->ended;
    pthread_mutex_unlock(&self->root->lock);
    if (!due) return;
    self->told = true;
    for (int rank = 1; rank < self->root->ranks; rank++) {
        MPI_Request request;
        if (self->peers[rank].stage == PEER_ENDED) continue;
        if (MPI_Isend(NULL, 0, MPI_BYTE, rank, ULAM_TAG_STOP, self->root->communicator, &request) ||
            MPI_Request_free(&request))
            fail_system(self, "telling the ranks to stop");
    }
}

static void see_request(service *self)
{
    ulam_root *root = self->root;
    const ulam_stop *stop = &root->execution->stop;
    const double now = ulam_clock();
    if (isinf(self->requested_at) && ulam_stop_requested(stop)) self->requested_at = now;
    if (isfinite(self->requested_at) || now >= ulam_stop_deadline(stop)) root->stop = true;
    tell_ranks(self);
}

/* Lists what is in hand, and leaves: the ranks that have it cannot be told. */
static _Noreturn void drop_runs(service *self)
{
    ulam_root *root = self->root;
    ulam_state *state = root->state;
    const ulam_job *job = state->job;
    const double now = ulam_clock();
    char reason[128];
    take_state(root);
    ulam_dropped_run *dropped = realloc(state->dropped, (size_t)root->ranks * sizeof *dropped);
    if (!dropped) leave(self, "out of memory while listing runs to drop", 1);
    state->dropped = dropped;
    pthread_mutex_lock(&root->lock);
    if (root->computing)
        dropped[state->n_dropped++] =
            (ulam_dropped_run){.point = root->chunk.point,
                               .run = root->chunk.first * job->points[root->chunk.point].block,
                               .age = now - root->since};
    for (int rank = 1; rank < root->ranks; rank++) {
        const peer *other = &self->peers[rank];
        if (other->since == 0) continue;
        dropped[state->n_dropped++] =
            (ulam_dropped_run){.point = other->chunk.point,
                               .run = other->chunk.first * job->points[other->chunk.point].block,
                               .age = now - other->since};
    }
    snprintf(reason, sizeof reason, "stopped; %zu ranks were still in a run after %g s, which is dropped",
             state->n_dropped, root->execution->stop.grace);
    leave(self, reason, 3);
}

static void see_lateness(service *self, bool failed)
{
    const ulam_stop *stop = &self->root->execution->stop;
    const double now = ulam_clock();
    if (failed) {
        self->failed_at = fmin(self->failed_at, now);
        if (now > self->failed_at + failure_grace) give_up(self, self->root->failure.message);
    } else if (now > fmin(self->requested_at, ulam_stop_deadline(stop)) + stop->grace) {
        drop_runs(self);
    }
}

/* Sees when nothing is left to do, or, once the hand-out has stopped, in hand. */
static void see_end(service *self)
{
    ulam_root *root = self->root;
    pthread_mutex_lock(&root->lock);
    const bool quiet = !root->computing && root->unmerged == 0;
    if (quiet && !root->gathered && !root->ended) {
        const bool all_wait = self->waiting == root->ranks - 1;
        root->gathered = root->stop ? all_wait : ulam_schedule_finished(&root->schedule) && all_wait;
        if (root->gathered) pthread_cond_broadcast(&root->changed);
    }
    const bool late = root->stop && !root->gathered && !root->ended;
    const bool failed = root->failure.status != ULAM_OK;
    pthread_mutex_unlock(&root->lock);
    if (late) see_lateness(self, failed);
}

static void show_progress(service *self)
{
    ulam_root *root = self->root;
    const ulam_monitor *monitor = &root->execution->monitor;
    if (!monitor->show || root->stop || ulam_clock() < self->show_at) return;
    if (pthread_mutex_trylock(&root->state_lock)) return;
    const ulam_progress progress = ulam_tracker_look(&root->tracker, root->state);
    pthread_mutex_unlock(&root->state_lock);
    monitor->show(monitor->self, &progress);
    self->show_at = ulam_clock() + monitor->interval;
}

static void serve(service *self)
{
    ulam_patience patience = {0};
    while (self->ended < self->root->ranks - 1) {
        bool active = start_receiving(self);
        active |= finish_receiving(self);
        active |= reply_to_waiting(self);
        active |= merge_one(self);
        see_request(self);
        see_end(self);
        show_progress(self);
        if (active)
            patience = (ulam_patience){0};
        else
            ulam_patience_sleep(&patience);
    }
    for (int rank = 1; rank < self->root->ranks; rank++)
        if (MPI_Wait(&self->peers[rank].replying, MPI_STATUS_IGNORE)) fail_system(self, "ending the job");
}

void *ulam_service(void *root)
{
    service self = {.root = root, .failed_at = INFINITY, .requested_at = INFINITY};
    const size_t n = (size_t)self.root->ranks;
    self.show_at = ulam_clock() + self.root->execution->monitor.interval;
    self.peers = calloc(n, sizeof *self.peers);
    self.requests = calloc(n, sizeof *self.requests);
    self.owner = calloc(n, sizeof *self.owner);
    self.done = calloc(n, sizeof *self.done);
    if (!self.peers || !self.requests || !self.owner || !self.done) fail_system(&self, "starting");
    for (size_t i = 0; i < n; i++) self.peers[i].replying = MPI_REQUEST_NULL;
    ulam_prefer_short_slices(true);
    serve(&self);
    for (size_t i = 0; i < n; i++) {
        ulam_bytes_free(&self.peers[i].answer);
        ulam_bytes_free(&self.peers[i].reply);
    }
    ulam_assignment_free(&self.reply.assignment);
    free(self.peers);
    free(self.requests);
    free(self.owner);
    free(self.done);
    return NULL;
}
