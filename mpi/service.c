#include <stdio.h>
#include <stdlib.h>

#include "abandon.h"
#include "latency.h"
#include "messages.h"
#include "patience.h"
#include "service.h"

/* How long ranks may take to finish what they have in hand after a failure. */
static const double grace = 2;

/* Above this many bytes of sums that wait to be merged, no more work is handed out. */
static const size_t most_unmerged = (size_t)1 << 28;

/* What another rank is at, seen from here. */
typedef enum {
    PEER_BUSY,      /* with its work, or not here yet */
    PEER_ANSWERING, /* its answer is coming in */
    PEER_WAITING,   /* for a reply */
    PEER_REPLIED,   /* the reply is going out */
    PEER_ENDED,     /* knows how the job ended */
} peer_stage;

typedef struct {
    peer_stage stage;
    bool ending; /* the reply going out is the last */
    ulam_bytes bytes;
    size_t request; /* its place among the requests under way */
} peer;

typedef struct arrived {
    ulam_arrival arrival;
    struct arrived *next;
} arrived;

typedef struct {
    ulam_root *root;
    peer *peers; /* [ranks]; peers[0] is unused */
    int waiting, ended;
    MPI_Request *requests; /* [n_requests] under way, at most one a rank */
    int *owner;            /* [n_requests] */
    int *done;             /* scratch for MPI_Testsome */
    int n_requests;
    ulam_assignment assignment;
    arrived *first, *last; /* to be merged */
    size_t unmerged_bytes;
    double failed_at; /* when a failure was seen first; 0: none */
    double show_at;
} service;

/* Keeps what is known, and ends all ranks. */
static _Noreturn void give_up(service *self, const char *reason)
{
    ulam_root *root = self->root;
    pthread_mutex_lock(&root->state_lock); /* for good: nobody changes the state again */
    const ulam_sink *sink = &root->execution->sink;
    if (sink->put && !root->spoiled) sink->put(sink->self, root->state, NULL);
    ulam_abandon(root->communicator, reason);
}

static _Noreturn void fail_system(service *self, const char *doing)
{
    char reason[128];
    snprintf(reason, sizeof reason, "MPI failed, or memory ran out, while %s", doing);
    give_up(self, reason);
}

/* Messages under way */

static void add_request(service *self, int rank, MPI_Request request)
{
    self->requests[self->n_requests] = request;
    self->owner[self->n_requests++] = rank;
}

static void start_reply(service *self, int rank, const ulam_assignment *assignment)
{
    peer *to = &self->peers[rank];
    MPI_Request request;
    if (ulam_reply_pack(assignment, &self->root->failure, &to->bytes) ||
        MPI_Isend(to->bytes.data, (int)to->bytes.size, MPI_BYTE, rank, ULAM_TAG_REPLY, self->root->communicator,
                  &request))
        fail_system(self, "replying to a rank");
    to->stage = PEER_REPLIED;
    to->ending = assignment == NULL;
    self->waiting--;
    add_request(self, rank, request);
}

/* True if there was a message. */
static bool start_receiving(service *self)
{
    int there, count;
    MPI_Message message;
    MPI_Status envelope;
    MPI_Request request;
    if (MPI_Improbe(MPI_ANY_SOURCE, ULAM_TAG_ANSWER, self->root->communicator, &there, &message, &envelope))
        fail_system(self, "looking for answers");
    if (!there) return false;
    peer *from = &self->peers[envelope.MPI_SOURCE];
    MPI_Get_count(&envelope, MPI_BYTE, &count);
    ulam_bytes_free(&from->bytes);
    from->bytes.data = malloc(count ? (size_t)count : 1);
    if (!from->bytes.data || MPI_Imrecv(from->bytes.data, count, MPI_BYTE, &message, &request))
        fail_system(self, "receiving an answer");
    from->bytes.size = from->bytes.capacity = (size_t)count;
    from->stage = PEER_ANSWERING;
    add_request(self, envelope.MPI_SOURCE, request);
    return true;
}

/* Hand-out */

/* Gives a waiting rank what there is for it: work, the end, or nothing. True if it got something. */
static bool reply(service *self, int rank)
{
    ulam_root *root = self->root;
    pthread_mutex_lock(&root->lock);
    const bool ended = root->ended;
    ulam_status status = ULAM_OK;
    self->assignment.n = 0;
    if (!ended && !root->stop && self->unmerged_bytes < most_unmerged)
        status = ulam_schedule_take(&root->schedule, &self->assignment);
    pthread_mutex_unlock(&root->lock);
    if (status) fail_system(self, "handing out runs");
    if (!ended && self->assignment.n == 0) return false;
    start_reply(self, rank, ended ? NULL : &self->assignment);
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
                           answer->parts[i].seconds);
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
    if (ulam_arrival_read(&item->arrival, &from->bytes, &error)) give_up(self, error.message);
    if (item->arrival.failure.status) ulam_root_fail(self->root, &item->arrival.failure, false);
    account(self, item);
    from->stage = PEER_WAITING;
    self->waiting++;
    reply(self, rank);
}

static bool finish_requests(service *self)
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
    for (int i = 0; i < n_owners; i++) {
        peer *other = &self->peers[self->done[i]];
        if (other->stage == PEER_ANSWERING) {
            take_answer(self, self->done[i]);
        } else {
            other->stage = other->ending ? PEER_ENDED : PEER_BUSY;
            self->ended += other->ending;
        }
    }
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
    ulam_error error = {0};
    if (arrival->next < arrival->answer.n_parts) {
        if (pthread_mutex_trylock(&root->state_lock)) return false;
        ulam_part *part = &arrival->answer.parts[arrival->next];
        if (!ulam_arrival_read_sums(arrival, root->state->job->width, &error))
            ulam_tracker_add(&root->tracker, root->state, &part->chunk, &part->tally, &error);
        pthread_mutex_unlock(&root->state_lock);
        arrival->next++;
        if (error.status) ulam_root_fail(root, &error, true);
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

/* Sees when nothing is left to do, or, after a failure, in hand. */
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
    pthread_mutex_unlock(&root->lock);
    if (!late) return;
    if (self->failed_at == 0) self->failed_at = ulam_clock();
    if (ulam_clock() > self->failed_at + grace) give_up(self, root->failure.message);
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
        active |= finish_requests(self);
        active |= reply_to_waiting(self);
        active |= merge_one(self);
        see_end(self);
        show_progress(self);
        if (active)
            patience = (ulam_patience){0};
        else
            ulam_patience_sleep(&patience);
    }
}

void *ulam_service(void *root)
{
    service self = {.root = root};
    const size_t n = (size_t)self.root->ranks;
    self.show_at = ulam_clock() + self.root->execution->monitor.interval;
    self.peers = calloc(n, sizeof *self.peers);
    self.requests = calloc(n, sizeof *self.requests);
    self.owner = calloc(n, sizeof *self.owner);
    self.done = calloc(n, sizeof *self.done);
    if (!self.peers || !self.requests || !self.owner || !self.done) fail_system(&self, "starting");
    ulam_prefer_short_slices(true);
    serve(&self);
    for (size_t i = 0; i < n; i++) ulam_bytes_free(&self.peers[i].bytes);
    ulam_assignment_free(&self.assignment);
    free(self.peers);
    free(self.requests);
    free(self.owner);
    free(self.done);
    return NULL;
}
