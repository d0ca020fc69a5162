/* Waiting without keeping a core busy: MPI's own blocking calls spin, which starves a machine with more ranks than
 * cores. Whoever waits looks, sleeps a little, and looks again. */

#ifndef ULAM_PATIENCE_H
#define ULAM_PATIENCE_H

#include <mpi.h>

#include <ulam/bytes.h>

/* Starts as {0}. */
typedef struct {
    long nanoseconds; /* of the latest sleep */
    long waited;      /* ns, slept in all */
} ulam_patience;

/* Sleeps: 20 us at first, longer each time, 500 us at most; after a second without an event, 2 ms. */
void ulam_patience_sleep(ulam_patience *self);

/* Sends bytes to a rank, or receives the next message from it into bytes. ULAM_ENOMEM, ULAM_ESYSTEM. */
ulam_status ulam_patient_send(MPI_Comm communicator, int rank, int tag, const ulam_bytes *bytes);
ulam_status ulam_patient_receive(MPI_Comm communicator, int rank, int tag, ulam_bytes *bytes);

/* Begins to receive a message that a probe has matched into bytes, which are replaced. ULAM_ENOMEM, ULAM_ESYSTEM. */
ulam_status ulam_start_receiving(MPI_Message *message, const MPI_Status *envelope, ulam_bytes *bytes,
                                 MPI_Request *request);

#endif
