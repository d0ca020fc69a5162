#include <math.h>

#include "abandon.h"
#include "latency.h"
#include "messages.h"
#include "patience.h"
#include "rank.h"
#include "stopping.h"

typedef struct {
    const ulam_hierarchy *hierarchy;
    const ulam_job *job;
    ulam_worker worker;
    ulam_reply reply;
    ulam_answer answer; /* to the latest assignment */
    ulam_error failure; /* of the latest assignment */
    MPI_Request sending;
    ulam_bytes sent, received;
    double deadline; /* on ulam_clock() */
    bool asked;      /* no reply has come since */
    bool failed;     /* and has said so: it begins nothing more */
    bool stopped;    /* it has been said to begin no more */
    double probe_at; /* when to look again whether it has */
} rank;

/* Looking costs about a microsecond: too much between blocks of as little. */
static const double probe_interval = 0.02;

static ulam_status hear_stop(rank *self)
{
    self->stopped = true;
    return ulam_patient_receive(self->hierarchy->asks, 0, ULAM_TAG_STOP, &self->received);
}

static bool look_for_stop(rank *self)
{
    int there = 0;
    if (self->stopped) return true;
    if (!MPI_Iprobe(0, ULAM_TAG_STOP, self->hierarchy->asks, &there, MPI_STATUS_IGNORE) && there) hear_stop(self);
    return self->stopped;
}

static bool is_stopped(void *of, double now)
{
    rank *self = of;
    if (now < self->probe_at) return self->stopped;
    self->probe_at = now + probe_interval;
    return look_for_stop(self);
}

/* An answer that cannot be packed is replaced by the reason. */
static ulam_status pack(rank *self, ulam_report *report, ulam_error *error)
{
    ulam_error unpacked = {0};
    if (!ulam_answer_pack(&self->answer, report, &self->sent, &unpacked)) return ULAM_OK;
    if (!report->failure.status) report->failure = unpacked;
    return ulam_answer_pack(&(ulam_answer){0}, report, &self->sent, error);
}

/* Sends what has been done since the last time, and asks for work, unless a request stands or `wants` is false. */
static ulam_status send_answer(rank *self, bool wants, ulam_report report, ulam_error *error)
{
    if (ulam_patient_end(&self->sending)) return ulam_fail(error, ULAM_ESYSTEM, "MPI failed to send an answer");
    report.failure = self->failure;
    report.shares = wants && !self->asked;
    const ulam_status status = pack(self, &report, error);
    if (status) return status;
    ulam_answer_free(&self->answer);
    self->failure = (ulam_error){0};
    self->failed |= report.failure.status != ULAM_OK;
    self->asked |= report.shares > 0;
    if (MPI_Isend(self->sent.data, (int)self->sent.size, MPI_BYTE, 0, ULAM_TAG_ANSWER, self->hierarchy->asks,
                  &self->sending))
        return ulam_fail(error, ULAM_ESYSTEM, "MPI failed to send an answer");
    return ULAM_OK;
}

static ulam_status receive_reply(rank *self, ulam_error *error)
{
    const ulam_status status = ulam_patient_receive(self->hierarchy->asks, 0, ULAM_TAG_REPLY, &self->received);
    if (status == ULAM_ENOMEM) return ulam_fail_memory(error, "receiving work");
    if (status) return ulam_fail(error, status, "MPI failed to receive work");
    self->asked = false;
    if (ulam_reply_unpack(&self->reply, &self->received, error)) return error->status;
    self->deadline = fmin(self->deadline, ulam_clock() + self->reply.left); /* it may have come some time ago */
    return ULAM_OK;
}

/* With nothing to do but to wait for a reply. */
static ulam_status wait_for_work(rank *self, ulam_error *error)
{
    ulam_prefer_short_slices(true);
    ulam_status status = send_answer(self, true, (ulam_report){.quiet = true}, error);
    if (!status) status = receive_reply(self, error);
    ulam_prefer_short_slices(false);
    return status;
}

static bool may_begin(rank *self) { return !self->failed && !look_for_stop(self); }

/* Whether to ask for the next assignment before this one is done, so that it is there by then. Only where blocks are short: work
 * that stands behind a long run could be done elsewhere. And not near the deadline, to which an assignment is fitted when it is
 * handed out. */
static bool may_ask_ahead(rank *self)
{
    const ulam_assignment *work = &self->reply.assignment;
    return work->ahead && 8 * work->longest < work->work && self->deadline - ulam_clock() > 32 * work->work &&
           may_begin(self);
}

static void perform(rank *self)
{
    const ulam_interrupt interrupt = {.requested = is_stopped, .self = self};
    const ulam_assignment *work = &self->reply.assignment;
    if (may_begin(self))
        ulam_worker_perform(&self->worker, work, &interrupt, &self->answer, &self->failure);
    else
        ulam_worker_decline(work, &self->answer, &self->failure);
}

/* Whether a reply has come. MPI looks among what has come before it takes in more, so that the first look may see nothing. */
static bool has_reply(rank *self)
{
    int there = 0;
    for (int look = 0; look < 2 && !there; look++)
        if (MPI_Iprobe(0, ULAM_TAG_REPLY, self->hierarchy->asks, &there, MPI_STATUS_IGNORE)) return false;
    return there;
}

/* The assignment that was waited for, and those that have come before the one ahead of them was done. */
static ulam_status work_off(rank *self, ulam_error *error)
{
    bool unsaid = false; /* what became of the assignment before */
    while (!self->reply.end) {
        const ulam_chunk *first = self->reply.assignment.chunks;
        ulam_dropped_run held = {.point = first->point, .run = first->first * self->job->points[first->point].block};
        const bool wants = may_ask_ahead(self);
        if ((wants || unsaid) && send_answer(self, wants, (ulam_report){.held = &held, .n_held = 1}, error))
            return error->status;
        perform(self);
        if (self->failure.status || !self->asked || !has_reply(self)) return ULAM_OK;
        if (receive_reply(self, error)) return error->status;
        unsaid = true;
    }
    return ULAM_OK;
}

/* Every message that was sent is received, so that nothing of this job is left in the communicator. */
static void serve(rank *self)
{
    while (!self->reply.end) {
        ulam_error error = {0};
        if (wait_for_work(self, &error) || work_off(self, &error)) ulam_abandon(self->hierarchy->all, error.message, 1);
    }
    if (self->reply.told && !self->stopped) hear_stop(self);
    if (ulam_patient_end(&self->sending)) ulam_abandon(self->hierarchy->all, "MPI failed to send an answer", 1);
}

ulam_status ulam_rank_serve(const ulam_hierarchy *hierarchy, const ulam_job *job, const ulam_sample_sink *samples,
                            ulam_error *error)
{
    rank self = {.hierarchy = hierarchy, .job = job, .sending = MPI_REQUEST_NULL, .deadline = INFINITY};
    ulam_worker_init(&self.worker, job);
    self.worker.sampling.sink = *samples;
    serve(&self);
    ulam_answer_free(&self.answer);
    ulam_assignment_free(&self.reply.assignment);
    ulam_bytes_free(&self.sent);
    ulam_bytes_free(&self.received);
    ulam_worker_free(&self.worker);
    if (self.reply.outcome.status && error) *error = self.reply.outcome;
    return self.reply.outcome.status;
}
