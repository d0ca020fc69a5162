#include "rank.h"
#include "abandon.h"
#include "latency.h"
#include "messages.h"
#include "patience.h"

typedef struct {
    MPI_Comm communicator;
    ulam_worker worker;
    ulam_assignment assignment;
    ulam_answer answer;
    ulam_error failure; /* of the latest assignment, to be told to rank 0 */
    ulam_bytes bytes;
} rank;

/* An answer that cannot be packed is replaced by the reason. */
static ulam_status send_answer(rank *self, ulam_error *error)
{
    ulam_error unpacked = {0};
    if (ulam_answer_pack(&self->answer, &self->failure, &self->bytes, &unpacked)) {
        const ulam_status status =
            ulam_answer_pack(&(ulam_answer){0}, self->failure.status ? &self->failure : &unpacked, &self->bytes, error);
        if (status) return status;
    }
    ulam_answer_free(&self->answer);
    self->failure = (ulam_error){0};
    if (ulam_patient_send(self->communicator, 0, ULAM_TAG_ANSWER, &self->bytes))
        return ulam_fail(error, ULAM_ESYSTEM, "MPI failed to send an answer to rank 0");
    return ULAM_OK;
}

static ulam_status receive_reply(rank *self, bool *end, ulam_error *outcome, ulam_error *error)
{
    const ulam_status status = ulam_patient_receive(self->communicator, 0, ULAM_TAG_REPLY, &self->bytes);
    if (status == ULAM_ENOMEM) return ulam_fail_memory(error, "receiving work");
    if (status) return ulam_fail(error, status, "MPI failed to receive work from rank 0");
    return ulam_reply_unpack(&self->bytes, end, &self->assignment, outcome, error);
}

static void serve(rank *self, ulam_error *outcome)
{
    for (;;) {
        bool end = false;
        ulam_error error = {0};
        ulam_prefer_short_slices(true);
        if (send_answer(self, &error) || receive_reply(self, &end, outcome, &error))
            ulam_abandon(self->communicator, error.message);
        ulam_prefer_short_slices(false);
        if (end) return;
        ulam_worker_perform(&self->worker, &self->assignment, NULL, &self->answer, &self->failure);
    }
}

ulam_status ulam_rank_serve(MPI_Comm communicator, const ulam_job *job, ulam_error *error)
{
    rank self = {.communicator = communicator};
    ulam_worker_init(&self.worker, job);
    ulam_error outcome = {0};
    serve(&self, &outcome);
    ulam_answer_free(&self.answer);
    ulam_assignment_free(&self.assignment);
    ulam_bytes_free(&self.bytes);
    ulam_worker_free(&self.worker);
    if (outcome.status && error) *error = outcome;
    return outcome.status;
}
