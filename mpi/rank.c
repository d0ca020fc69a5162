#include "rank.h"
#include "abandon.h"
#include "latency.h"
#include "messages.h"
#include "patience.h"

typedef struct {
    const ulam_hierarchy *hierarchy;
    ulam_worker worker;
    ulam_reply reply;
    ulam_answer answer;
    ulam_report report; /* of the latest assignment */
    ulam_bytes bytes;
    bool stopped;    /* it has been said to begin no more */
    double probe_at; /* when to look again whether it has */
} rank;

/* Looking costs about a microsecond: too much between blocks of as little. */
static const double probe_interval = 0.02;

static ulam_status hear_stop(rank *self)
{
    self->stopped = true;
    return ulam_patient_receive(self->hierarchy->asks, 0, ULAM_TAG_STOP, &self->bytes);
}

static bool is_stopped(void *of, double now)
{
    rank *self = of;
    int there = 0;
    if (self->stopped || now < self->probe_at) return self->stopped;
    self->probe_at = now + probe_interval;
    if (!MPI_Iprobe(0, ULAM_TAG_STOP, self->hierarchy->asks, &there, MPI_STATUS_IGNORE) && there) hear_stop(self);
    return self->stopped;
}

/* An answer that cannot be packed is replaced by the reason. */
static ulam_status send_answer(rank *self, ulam_error *error)
{
    ulam_error unpacked = {0};
    if (ulam_answer_pack(&self->answer, &self->report, &self->bytes, &unpacked)) {
        if (!self->report.failure.status) self->report.failure = unpacked;
        const ulam_status status = ulam_answer_pack(&(ulam_answer){0}, &self->report, &self->bytes, error);
        if (status) return status;
    }
    ulam_answer_free(&self->answer);
    self->report.failure = (ulam_error){0};
    if (ulam_patient_send(self->hierarchy->asks, 0, ULAM_TAG_ANSWER, &self->bytes))
        return ulam_fail(error, ULAM_ESYSTEM, "MPI failed to send an answer");
    return ULAM_OK;
}

static ulam_status receive_reply(rank *self, ulam_error *error)
{
    const ulam_status status = ulam_patient_receive(self->hierarchy->asks, 0, ULAM_TAG_REPLY, &self->bytes);
    if (status == ULAM_ENOMEM) return ulam_fail_memory(error, "receiving work");
    if (status) return ulam_fail(error, status, "MPI failed to receive work");
    return ulam_reply_unpack(&self->reply, &self->bytes, error);
}

/* Every message that was sent is received, so that nothing of this job is left in the communicator. */
static void serve(rank *self)
{
    const ulam_interrupt interrupt = {.requested = is_stopped, .self = self};
    for (;;) {
        ulam_error error = {0};
        ulam_prefer_short_slices(true);
        if (send_answer(self, &error) || receive_reply(self, &error))
            ulam_abandon(self->hierarchy->all, error.message, 1);
        ulam_prefer_short_slices(false);
        if (self->reply.end) break;
        ulam_worker_perform(&self->worker, &self->reply.assignment, &interrupt, &self->answer, &self->report.failure);
    }
    if (self->reply.told && !self->stopped) hear_stop(self);
}

ulam_status ulam_rank_serve(const ulam_hierarchy *hierarchy, const ulam_job *job, const ulam_sample_sink *samples,
                            ulam_error *error)
{
    rank self = {.hierarchy = hierarchy, .report = {.shares = 1, .quiet = true}};
    ulam_worker_init(&self.worker, job);
    self.worker.sampling.sink = *samples;
    serve(&self);
    ulam_answer_free(&self.answer);
    ulam_assignment_free(&self.reply.assignment);
    ulam_bytes_free(&self.bytes);
    ulam_worker_free(&self.worker);
    if (self.reply.outcome.status && error) *error = self.reply.outcome;
    return self.reply.outcome.status;
}
