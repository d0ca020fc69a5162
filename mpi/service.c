#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "latency.h"
#include "patience.h"
#include "service.h"

/* Above this many bytes of sums that wait to be merged, no more work is handed out. */
static const size_t most_unmerged = (size_t)1 << 28;

/* What an asker is at, seen from here. */
typedef enum {
    PEER_BUSY,    /* with its work, or not here yet */
    PEER_WAITING, /* for a reply, be it with work in hand that is not done yet */
    PEER_ENDED,   /* has been sent how the job ended */
} peer_stage;

typedef struct {
    peer_stage stage;
    uint64_t shares; /* ranks that it asks work for */
    bool busy;       /* some of what it was given is still to be answered */
    bool ahead;      /* it asked last before it needed work */
    ulam_bytes reply;
    MPI_Request replying;   /* may be seen to end only after the next answer has come */
    ulam_chunk chunk;       /* the first of what it was given last */
    double since;           /* when it was given that; 0: nothing yet */
    ulam_dropped_run *held; /* [n_held] what it said of itself or its ranks when it wrote last, at `said` */
    size_t n_held;
    double said;
} peer;

/* An answer that is coming in. */
typedef struct {
    int from;
    ulam_bytes bytes;
} receipt;

typedef struct arrived {
    ulam_arrival arrival;
    struct arrived *next;
} arrived;

struct ulam_service {
    ulam_hub *hub;
    peer *peers; /* [ranks]; peers[0] is unused */
    int waiting, busy, ahead, ended;
    MPI_Request *requests; /* [n_receipts] */
    receipt *receipts;     /* [n_receipts], in the order of arrival */
    int *done;             /* scratch for MPI_Testsome */
    int n_receipts, most_receipts;
    ulam_reply reply;
    arrived *first, *last; /* to be merged */
    size_t unmerged_bytes;
    bool told; /* those who ask have been told to stop */
};

static void set_busy(ulam_service *self, peer *of, bool busy)
{
    self->busy += busy - of->busy;
    of->busy = busy;
}

/* Messages under way */

/* The peer has had the reply before, so that one's request ends at once. */
static void start_reply(ulam_service *self, int rank)
{
    peer *to = &self->peers[rank];
    const ulam_reply *what = &self->reply;
    if (MPI_Wait(&to->replying, MPI_STATUS_IGNORE) || ulam_reply_pack(what, &to->reply) || to->reply.size > INT_MAX ||
        MPI_Isend(to->reply.data, (int)to->reply.size, MPI_BYTE, rank, ULAM_TAG_REPLY, self->hub->hierarchy->serves,
                  &to->replying))
        ulam_hub_fail_system(self->hub, "replying to a rank");
    to->stage = what->end ? PEER_ENDED : PEER_BUSY;
    if (!what->end) {
        set_busy(self, to, true);
        to->chunk = what->assignment.chunks[0];
        to->since = ulam_clock();
    }
    self->waiting--;
    self->ended += what->end;
}

/* True if there was a message. */
static bool start_receiving(ulam_service *self)
{
    int there;
    MPI_Message message;
    MPI_Status envelope;
    if (self->n_receipts == self->most_receipts) return false;
    if (MPI_Improbe(MPI_ANY_SOURCE, ULAM_TAG_ANSWER, self->hub->hierarchy->serves, &there, &message, &envelope))
        ulam_hub_fail_system(self->hub, "looking for answers");
    if (!there) return false;
    receipt *next = &self->receipts[self->n_receipts];
    *next = (receipt){.from = envelope.MPI_SOURCE};
    if (ulam_start_receiving(&message, &envelope, &next->bytes, &self->requests[self->n_receipts]))
        ulam_hub_fail_system(self->hub, "receiving an answer");
    self->n_receipts++;
    return true;
}

/* Hand-out */

/* Gives a waiting peer what there is for it: work, the end, or nothing. True if it got something. */
static bool reply(ulam_service *self, int rank)
{
    ulam_hub *hub = self->hub;
    ulam_status status = ULAM_OK;
    ulam_assignment_clear(&self->reply.assignment);
    pthread_mutex_lock(&hub->lock);
    self->reply.end = hub->ended;
    self->reply.left = hub->deadline - ulam_clock();
    if (hub->ended)
        self->reply.outcome = hub->failure;
    else if (self->unmerged_bytes < most_unmerged)
        status = ulam_hub_take(hub, self->peers[rank].shares, &self->reply.assignment);
    pthread_mutex_unlock(&hub->lock);
    self->reply.told = self->told;
    if (status) ulam_hub_fail_system(hub, "handing out runs");
    if (!self->reply.end && self->reply.assignment.n == 0) return false;
    start_reply(self, rank);
    return true;
}

/* Those first who have nothing to do. */
static bool reply_to_waiting(ulam_service *self)
{
    bool any = false;
    for (int busy = 0; busy < 2; busy++)
        for (int rank = 1; self->waiting && rank < self->hub->ranks; rank++) {
            if (self->peers[rank].stage != PEER_WAITING || self->peers[rank].busy != busy) continue;
            if (!reply(self, rank)) return any;
            any = true;
        }
    return any;
}

/* Taking answers */

static void take_report(ulam_service *self, int rank, ulam_report *report)
{
    peer *from = &self->peers[rank];
    if (report->failure.status) ulam_hub_fail(self->hub, &report->failure);
    free(from->held);
    from->held = report->held;
    from->n_held = report->n_held;
    from->said = ulam_clock();
    report->held = NULL;
    /* An asker that waits for a reply and does not know yet that it has one is busy all the same. */
    set_busy(self, from, !report->quiet || (report->shares == 0 && from->stage == PEER_BUSY));
    const bool ahead = !report->quiet && report->shares > 0;
    self->ahead += ahead - from->ahead;
    from->ahead = ahead;
    if (report->shares == 0) return;
    from->shares = report->shares;
    from->stage = PEER_WAITING;
    self->waiting++;
}

static void queue(ulam_service *self, arrived *item)
{
    item->next = NULL;
    if (self->last)
        self->last->next = item;
    else
        self->first = item;
    self->last = item;
    self->unmerged_bytes += item->arrival.bytes.size;
}

/* Takes the receipt's bytes. The schedule learns what was done at once, the sums wait. */
static void take_answer(ulam_service *self, receipt *from)
{
    ulam_error error = {0};
    arrived *item = calloc(1, sizeof *item);
    if (!item) ulam_hub_fail_system(self->hub, "taking an answer");
    if (ulam_arrival_read(&item->arrival, &from->bytes, &error)) ulam_hub_give_up(self->hub, error.message);
    take_report(self, from->from, &item->arrival.report);
    if (ulam_hub_account(self->hub, &item->arrival.answer, true)) ulam_hub_fail_system(self->hub, "handing out runs");
    queue(self, item);
    if (self->peers[from->from].stage == PEER_WAITING) reply(self, from->from);
}

/* Among the first n, which are still under way or wait for another. */
static bool comes_from(const ulam_service *self, int n, int rank)
{
    for (int i = 0; i < n; i++)
        if (self->receipts[i].from == rank) return true;
    return false;
}

/* An asker may have two answers under way: they are taken in the order in which they were sent. */
static bool finish_receiving(ulam_service *self)
{
    int n_done;
    if (self->n_receipts == 0) return false;
    if (MPI_Testsome(self->n_receipts, self->requests, &n_done, self->done, MPI_STATUSES_IGNORE))
        ulam_hub_fail_system(self->hub, "waiting for messages");
    if (n_done == MPI_UNDEFINED || n_done == 0) return false;
    int kept = 0;
    for (int i = 0; i < self->n_receipts; i++) {
        if (self->requests[i] == MPI_REQUEST_NULL && !comes_from(self, kept, self->receipts[i].from)) {
            take_answer(self, &self->receipts[i]);
            continue;
        }
        self->requests[kept] = self->requests[i];
        self->receipts[kept++] = self->receipts[i];
    }
    self->n_receipts = kept;
    return true;
}

/* Merges one chunk's sums, unless the main thread is at them. */
static bool merge_one(ulam_service *self)
{
    arrived *item = self->first;
    if (!item) return false;
    ulam_arrival *arrival = &item->arrival;
    if (arrival->next < arrival->answer.n_parts && !self->hub->kind->merge(self->hub, arrival)) return false;
    if (arrival->next < arrival->answer.n_parts) return true;
    self->first = item->next;
    if (!self->first) self->last = NULL;
    self->unmerged_bytes -= arrival->bytes.size;
    ulam_arrival_free(arrival);
    free(item);
    pthread_mutex_lock(&self->hub->lock);
    self->hub->unmerged--;
    pthread_mutex_unlock(&self->hub->lock);
    return true;
}

/* What the hub's watch sees and does */

size_t ulam_service_count_idle(const ulam_service *self)
{
    size_t idle = 0;
    for (int rank = 1; rank < self->hub->ranks; rank++)
        idle += self->peers[rank].stage == PEER_WAITING && !self->peers[rank].busy;
    return idle;
}

ulam_askers ulam_service_look(const ulam_service *self)
{
    return (ulam_askers){.all_wait = self->waiting == self->hub->ranks - 1 && self->busy == 0,
                         .none_busy = self->busy == 0};
}

static void list(const ulam_service *self, const ulam_chunk *chunk, double age, ulam_dropped_run *run)
{
    *run = (ulam_dropped_run){
        .point = chunk->point, .run = chunk->first * self->hub->schedule.job->points[chunk->point].block, .age = age};
}

ulam_status ulam_service_list_held(const ulam_service *self, ulam_dropped_run **held, size_t *n_held)
{
    const double now = ulam_clock();
    ulam_hub *hub = self->hub;
    size_t most = 1, n = 0;
    for (int rank = 1; rank < hub->ranks; rank++) most += self->peers[rank].n_held + 1;
    ulam_dropped_run *grown = realloc(*held, most * sizeof *grown);
    if (!grown) return ULAM_ENOMEM;
    *held = grown;
    pthread_mutex_lock(&hub->lock);
    if (hub->computing) list(self, &hub->chunk, now - hub->since, &grown[n++]);
    pthread_mutex_unlock(&hub->lock);
    for (int rank = 1; rank < hub->ranks; rank++) {
        const peer *other = &self->peers[rank];
        for (size_t i = 0; i < other->n_held; i++) {
            grown[n] = other->held[i];
            grown[n++].age += now - other->said;
        }
        if (other->n_held == 0 && (other->busy || other->stage == PEER_BUSY) && other->since > 0)
            list(self, &other->chunk, now - other->since, &grown[n++]);
    }
    *n_held = n;
    return ULAM_OK;
}

void ulam_service_tell_stop(ulam_service *self)
{
    if (self->told) return;
    self->told = true;
    for (int rank = 1; rank < self->hub->ranks; rank++) {
        MPI_Request request;
        if (self->peers[rank].stage == PEER_ENDED) continue;
        if (MPI_Isend(NULL, 0, MPI_BYTE, rank, ULAM_TAG_STOP, self->hub->hierarchy->serves, &request) ||
            MPI_Request_free(&request))
            ulam_hub_fail_system(self->hub, "telling the ranks to stop");
    }
}

static void serve(ulam_service *self)
{
    ulam_patience patience = {0};
    while (self->ended < self->hub->ranks - 1) {
        bool active = start_receiving(self);
        active |= finish_receiving(self);
        active |= reply_to_waiting(self);
        active |= merge_one(self);
        active |= self->hub->kind->watch(self->hub, self);
        if (active)
            patience = (ulam_patience){.unhurried = self->ahead == self->hub->ranks - 1};
        else
            ulam_patience_sleep(&patience);
    }
    for (int rank = 1; rank < self->hub->ranks; rank++)
        if (MPI_Wait(&self->peers[rank].replying, MPI_STATUS_IGNORE)) ulam_hub_fail_system(self->hub, "ending the job");
}

static void make_room(ulam_service *self)
{
    const size_t n = (size_t)self->hub->ranks;
    self->most_receipts = self->hub->ranks;
    self->peers = calloc(n, sizeof *self->peers);
    self->requests = calloc(n, sizeof *self->requests);
    self->receipts = calloc(n, sizeof *self->receipts);
    self->done = calloc(n, sizeof *self->done);
    if (!self->peers || !self->requests || !self->receipts || !self->done) ulam_hub_fail_system(self->hub, "starting");
    for (size_t i = 0; i < n; i++) self->peers[i].replying = MPI_REQUEST_NULL;
}

void *ulam_service_run(void *hub)
{
    ulam_service self = {.hub = hub};
    make_room(&self);
    ulam_prefer_short_slices(true);
    serve(&self);
    for (int rank = 0; rank < self.hub->ranks; rank++) {
        ulam_bytes_free(&self.peers[rank].reply);
        free(self.peers[rank].held);
    }
    ulam_assignment_free(&self.reply.assignment);
    free(self.peers);
    free(self.requests);
    free(self.receipts);
    free(self.done);
    return NULL;
}
