#include <stdlib.h>
#include <time.h>

#include "patience.h"

/* ns */
static const long first_sleep = 20000, longest_sleep = 500000;
static const long idle_after[2] = {100000000, 20000000}, idle_sleep[2] = {2000000, 5000000}; /* hurried or not */

void ulam_patience_sleep(ulam_patience *self)
{
    self->nanoseconds = self->nanoseconds == 0 ? first_sleep : self->nanoseconds * 3 / 2;
    if (self->nanoseconds > longest_sleep) self->nanoseconds = longest_sleep;
    if (self->waited < idle_after[self->unhurried])
        self->waited += self->nanoseconds;
    else
        self->nanoseconds = idle_sleep[self->unhurried];
    nanosleep(&(struct timespec){.tv_nsec = self->nanoseconds}, NULL);
}

ulam_status ulam_patient_end(MPI_Request *request)
{
    ulam_patience patience = {0};
    for (;;) {
        int done;
        if (MPI_Test(request, &done, MPI_STATUS_IGNORE)) return ULAM_ESYSTEM;
        if (done) return ULAM_OK;
        ulam_patience_sleep(&patience);
    }
}

ulam_status ulam_start_receiving(MPI_Message *message, const MPI_Status *envelope, ulam_bytes *bytes,
                                 MPI_Request *request)
{
    int count;
    if (MPI_Get_count(envelope, MPI_BYTE, &count)) return ULAM_ESYSTEM;
    ulam_bytes_free(bytes);
    bytes->data = malloc(count ? (size_t)count : 1);
    if (!bytes->data) return ULAM_ENOMEM;
    bytes->size = bytes->capacity = (size_t)count;
    return MPI_Imrecv(bytes->data, count, MPI_BYTE, message, request) ? ULAM_ESYSTEM : ULAM_OK;
}

ulam_status ulam_patient_receive(MPI_Comm communicator, int rank, int tag, ulam_bytes *bytes)
{
    ulam_patience patience = {0};
    MPI_Message message;
    MPI_Status envelope;
    for (;;) {
        int there;
        if (MPI_Improbe(rank, tag, communicator, &there, &message, &envelope)) return ULAM_ESYSTEM;
        if (there) break;
        ulam_patience_sleep(&patience);
    }
    MPI_Request request;
    const ulam_status status = ulam_start_receiving(&message, &envelope, bytes, &request);
    return status ? status : ulam_patient_end(&request);
}
