#include <math.h>
#include <stdlib.h>

#include "abandon.h"
#include "gathering.h"
#include "hub.h"
#include "leader.h"
#include "patience.h"
#include "service.h"

/* Sums wait so long, in seconds, for others that they may be joined to, unless they can go with a request for work. */
static const double longest_wait = 0.25;

/* Numbers in a message of several parts: some ten megabytes. */
static const size_t message_width = (size_t)1 << 16;

/* So many shares a rank are asked for at once, while there is plenty. */
static const size_t shares_a_rank = 4;

typedef struct {
    ulam_hub
        hub; /* first: the hub's kind finds the leader behind it. Its schedule holds what the node still has to do */

    pthread_mutex_t gathering_lock; /* never taken after the hub's lock */
    ulam_gathering gathering;       /* what the node has done */

    /* Service thread from here on. */
    MPI_Request sending; /* the latest answer */
    ulam_bytes sent;
    MPI_Request receiving; /* a reply that is coming in */
    ulam_bytes received;
    ulam_reply reply;
    ulam_assignment left;   /* chunks to be given back */
    ulam_dropped_run *held; /* scratch */
    size_t n_held;
    bool asked;        /* no reply has come since */
    uint64_t shares;   /* that were asked for */
    double shortest;   /* s of work in an assignment at least, where nothing is known */
    bool ahead;        /* there is enough to ask before a rank is idle */
    double refill;     /* with fewer seconds of work than this, it is asked for more */
    bool told_failure; /* and what else has been said above */
    bool told_quiet;
    bool told_stop_held; /* what was held at the stop */
    bool stop_heard;
    double send_by; /* for what is gathered; INFINITY: nothing is */
} leader;

/* Sums of the node */

static bool merge(ulam_hub *hub, ulam_arrival *arrival)
{
    leader *self = (leader *)hub;
    ulam_error error = {0};
    if (pthread_mutex_trylock(&self->gathering_lock)) return false;
    ulam_part *part = &arrival->answer.parts[arrival->next];
    ulam_status status = ulam_arrival_read_sums(arrival, hub->schedule.job, &error);
    if (!status && ulam_gathering_add(&self->gathering, part)) status = ulam_fail_memory(&error, "joining sums");
    pthread_mutex_unlock(&self->gathering_lock);
    arrival->next++;
    if (status) ulam_hub_give_up(hub, error.message);
    return true;
}

static void keep(ulam_hub *hub, ulam_answer *answer)
{
    leader *self = (leader *)hub;
    ulam_status status = ULAM_OK;
    pthread_mutex_lock(&self->gathering_lock);
    for (size_t i = 0; i < answer->n_parts && !status; i++)
        status = ulam_gathering_add(&self->gathering, &answer->parts[i]);
    pthread_mutex_unlock(&self->gathering_lock);
    if (status) ulam_abandon(hub->hierarchy->all, "out of memory while joining sums", 1);
}

static void give_up(ulam_hub *hub, const char *reason) { ulam_abandon(hub->hierarchy->all, reason, 1); }

/* From above */

static bool hear_stop(leader *self)
{
    int there;
    if (self->stop_heard) return false;
    if (MPI_Iprobe(0, ULAM_TAG_STOP, self->hub.hierarchy->asks, &there, MPI_STATUS_IGNORE) ||
        (there && MPI_Recv(NULL, 0, MPI_BYTE, 0, ULAM_TAG_STOP, self->hub.hierarchy->asks, MPI_STATUS_IGNORE)))
        ulam_hub_fail_system(&self->hub, "looking for a stop");
    if (!there) return false;
    self->stop_heard = true;
    self->hub.stop = true;
    return true;
}

/* A stop that was sent before the end is received, so that nothing of this job is left in the communicator. */
static void take_end(leader *self)
{
    ulam_hub *hub = &self->hub;
    if (self->reply.told && !self->stop_heard &&
        MPI_Recv(NULL, 0, MPI_BYTE, 0, ULAM_TAG_STOP, hub->hierarchy->asks, MPI_STATUS_IGNORE))
        ulam_hub_fail_system(hub, "ending the job");
    self->stop_heard = true;
    pthread_mutex_lock(&hub->lock);
    hub->failure = self->reply.outcome;
    hub->gathered = hub->ended = true;
    pthread_cond_broadcast(&hub->changed);
    pthread_mutex_unlock(&hub->lock);
}

static void take_work(leader *self)
{
    ulam_hub *hub = &self->hub;
    const ulam_assignment *work = &self->reply.assignment;
    ulam_status status = ULAM_OK;
    uint64_t runs = 0;
    for (size_t i = 0; i < work->n; i++) runs += work->chunks[i].runs;
    pthread_mutex_lock(&hub->lock);
    hub->deadline = ulam_clock() + self->reply.left;
    for (size_t i = work->n; i-- > 0 && !status;) /* the first is to be on top */
        status = ulam_schedule_add(&hub->schedule, &work->chunks[i], work->work / (double)runs);
    self->refill = ulam_schedule_work(&hub->schedule) / 2;
    hub->schedule.shortest =
        fmax(self->shortest, work->work / (double)self->shares); /* the root has made it small enough */
    pthread_cond_broadcast(&hub->changed);
    pthread_mutex_unlock(&hub->lock);
    if (status) ulam_hub_fail_system(hub, "taking work");
    self->ahead = work->ahead;
    self->told_quiet = false;
}

static bool start_receiving(leader *self)
{
    int there;
    MPI_Message message;
    MPI_Status envelope;
    if (MPI_Improbe(0, ULAM_TAG_REPLY, self->hub.hierarchy->asks, &there, &message, &envelope))
        ulam_hub_fail_system(&self->hub, "looking for work");
    if (!there) return false;
    if (ulam_start_receiving(&message, &envelope, &self->received, &self->receiving))
        ulam_hub_fail_system(&self->hub, "receiving work");
    return true;
}

static bool receive_reply(leader *self)
{
    ulam_error error = {0};
    int done;
    if (!self->asked) return false;
    if (self->receiving == MPI_REQUEST_NULL && !start_receiving(self)) return false;
    if (MPI_Test(&self->receiving, &done, MPI_STATUS_IGNORE)) ulam_hub_fail_system(&self->hub, "receiving work");
    if (!done) return true;
    if (ulam_reply_unpack(&self->reply, &self->received, &error)) ulam_hub_give_up(&self->hub, error.message);
    self->asked = false;
    if (self->reply.end)
        take_end(self);
    else
        take_work(self);
    return true;
}

/* To above */

/* How the node stands, for one decision. */
typedef struct {
    size_t idle;    /* ranks without work */
    bool none_busy; /* what the node was given is done and gathered, or back in its schedule */
    bool lacks;     /* nothing is left to hand out here */
    double work;    /* s of one rank that are */
    bool ended;
    ulam_error failure;
} standing;

/* What will not be done here before the end is given back: others may have what it takes. */
static standing look(leader *self, const ulam_service *service)
{
    ulam_hub *hub = &self->hub;
    const ulam_askers askers = ulam_service_look(service);
    ulam_status status = ULAM_OK;
    pthread_mutex_lock(&hub->lock);
    if (hub->stop || hub->schedule.closed) status = ulam_schedule_withdraw(&hub->schedule, &self->left);
    const standing now = {.idle = ulam_service_count_idle(service) + !hub->computing,
                          .none_busy = askers.none_busy && !hub->computing && hub->unmerged == 0,
                          .lacks = hub->schedule.missing == 0,
                          .work = ulam_schedule_work(&hub->schedule),
                          .ended = hub->ended,
                          .failure = hub->failure};
    pthread_mutex_unlock(&hub->lock);
    if (status) ulam_hub_fail_system(hub, "giving runs back");
    return now;
}

/* Ranks to ask work for. While there is plenty it is several times the node's, since sums that come together are joined;
 * towards the end no more than are idle, so that nothing lies here that another node's rank could do. */
static size_t wanted(const leader *self, const standing *now)
{
    const size_t ranks = (size_t)self->hub.ranks;
    if (self->asked) return 0;
    if (!self->ahead || self->hub.stop) return now->lacks ? now->idle : 0;
    if (self->refill > 0) return now->work < self->refill ? shares_a_rank * ranks : 0;
    return now->lacks ? ranks : 0; /* nobody knows yet how long a run takes */
}

/* Parts that go into one message. */
static size_t parts_to_send(const leader *self)
{
    const size_t width = self->hub.schedule.job->width, most = width < message_width ? message_width / width : 1;
    return self->gathering.n < most ? self->gathering.n : most;
}

static void pack(leader *self, size_t n_parts, ulam_report *report)
{
    ulam_error unpacked = {0};
    const ulam_answer answer = {
        .parts = self->gathering.parts, .n_parts = n_parts, .left = self->left.chunks, .n_left = self->left.n};
    if (ulam_answer_pack(&answer, report, &self->sent, &unpacked)) {
        report->failure = unpacked;
        if (ulam_answer_pack(&(ulam_answer){0}, report, &self->sent, NULL))
            ulam_hub_fail_system(&self->hub, "packing sums");
    }
    ulam_gathering_drop(&self->gathering, n_parts);
    self->left.n = 0;
}

static void send_answer(leader *self, const ulam_service *service, const standing *now)
{
    ulam_report report = {.failure = now->failure, .shares = wanted(self, now)};
    if (ulam_service_list_held(service, &self->held, &self->n_held))
        ulam_hub_fail_system(&self->hub, "listing runs in hand");
    report.held = self->held;
    report.n_held = self->n_held;
    pthread_mutex_lock(&self->gathering_lock);
    const size_t n_parts = parts_to_send(self);
    report.quiet = now->none_busy && now->lacks && n_parts == self->gathering.n;
    pack(self, n_parts, &report);
    if (self->gathering.n == 0) self->send_by = INFINITY;
    pthread_mutex_unlock(&self->gathering_lock);
    if (MPI_Isend(self->sent.data, (int)self->sent.size, MPI_BYTE, 0, ULAM_TAG_ANSWER, self->hub.hierarchy->asks,
                  &self->sending))
        ulam_hub_fail_system(&self->hub, "sending an answer");
    if (report.shares > 0) {
        self->asked = true;
        self->shares = report.shares;
    }
    self->told_quiet = report.quiet;
    self->told_failure = report.failure.status != ULAM_OK;
    self->told_stop_held = self->hub.stop;
}

/* Whether there is something to say above that should not wait. */
static bool has_news(leader *self, const standing *now)
{
    pthread_mutex_lock(&self->gathering_lock);
    const size_t gathered = self->gathering.n;
    pthread_mutex_unlock(&self->gathering_lock);
    if (gathered && isinf(self->send_by)) self->send_by = ulam_clock() + longest_wait;
    if (wanted(self, now) || self->left.n || (now->failure.status && !self->told_failure)) return true;
    if (now->none_busy && now->lacks && !self->told_quiet) return true;
    if (self->hub.stop && (gathered || !self->told_stop_held)) return true;
    return gathered && (gathered * self->hub.schedule.job->width >= message_width || ulam_clock() >= self->send_by);
}

static bool report(leader *self, const ulam_service *service)
{
    int sent;
    if (MPI_Test(&self->sending, &sent, MPI_STATUS_IGNORE)) ulam_hub_fail_system(&self->hub, "sending an answer");
    if (!sent) return false;
    const standing now = look(self, service);
    if (now.ended || !has_news(self, &now)) return false;
    send_answer(self, service, &now);
    return true;
}

static bool watch(ulam_hub *hub, ulam_service *service)
{
    leader *self = (leader *)hub;
    bool active = hear_stop(self);
    active |= receive_reply(self);
    if (hub->stop && !hub->ended) ulam_service_tell_stop(service);
    active |= report(self, service);
    return active;
}

static const ulam_hub_kind kind = {.merge = merge, .keep = keep, .watch = watch, .give_up = give_up};

static void serve(leader *self)
{
    ulam_error error = {0};
    pthread_t service;
    if (ulam_hub_start_service(&self->hub, &service, &error)) {
        ulam_hub_fail(&self->hub, &error);
        ulam_service_run(&self->hub);
    } else {
        ulam_hub_compute(&self->hub);
        pthread_join(service, NULL);
    }
    if (MPI_Wait(&self->sending, MPI_STATUS_IGNORE)) ulam_hub_fail_system(&self->hub, "ending the job");
}

ulam_status ulam_leader_serve(const ulam_hierarchy *hierarchy, const ulam_job *job, const ulam_sample_sink *samples,
                              ulam_error *error)
{
    leader self = {.sending = MPI_REQUEST_NULL, .receiving = MPI_REQUEST_NULL, .ahead = true, .send_by = INFINITY};
    ulam_hub_init(&self.hub, &kind, hierarchy, samples);
    pthread_mutex_init(&self.gathering_lock, NULL);
    ulam_gathering_init(&self.gathering, job);
    if (ulam_schedule_init_empty(&self.hub.schedule, job, (size_t)self.hub.ranks))
        ulam_hub_fail_system(&self.hub, "preparing a job");
    self.shortest = self.hub.schedule.shortest;
    serve(&self);
    const ulam_error outcome = self.hub.failure;
    ulam_gathering_free(&self.gathering);
    ulam_assignment_free(&self.reply.assignment);
    ulam_assignment_free(&self.left);
    ulam_bytes_free(&self.sent);
    ulam_bytes_free(&self.received);
    free(self.held);
    pthread_mutex_destroy(&self.gathering_lock);
    ulam_hub_free(&self.hub);
    if (outcome.status && error) *error = outcome;
    return outcome.status;
}
