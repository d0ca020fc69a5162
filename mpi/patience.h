/* Waiting without keeping a core busy: MPI's own blocking calls spin, which starves a machine with more ranks than
 * cores. Whoever waits looks, sleeps a little, and looks again. */

#ifndef ULAM_PATIENCE_H
#define ULAM_PATIENCE_H

#include <stdbool.h>

#include <mpi.h>

#include <ulam/bytes.h>

/* Starts as {0}. */
typedef struct {
    long nanoseconds; /* of the latest sleep */
    long waited;      /* ns, slept in all */
    bool unhurried;   /* nobody waits for what is waited for here: set by the caller */
} ulam_patience;

/* Sleeps: 20 us at first, longer each time, 500 us at most; after 0.1 s without an event, 2 ms. Unhurried, 5 ms after 20. */
void ulam_patience_sleep(ulam_patience *self);

/* Waits for the request's end. ULAM_ESYSTEM. */
ulam_status ulam_patient_end(MPI_Request *request);

/* Receives the next message from a rank into bytes. ULAM_ENOMEM, ULAM_ESYSTEM. */
ulam_status ulam_patient_receive(MPI_Comm communicator, int rank, int tag, ulam_bytes *bytes);

/* Begins to receive a message that a probe has matched into bytes, which are replaced. ULAM_ENOMEM, ULAM_ESYSTEM. */
ulam_status ulam_start_receiving(MPI_Message *message, const MPI_Status *envelope, ulam_bytes *bytes,
                                 MPI_Request *request);

#endif
