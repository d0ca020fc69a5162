/* The ranks other than 0. */

#ifndef ULAM_RANK_H
#define ULAM_RANK_H

#include <mpi.h>

#include <ulam/job.h>
#include <ulam/samples.h>

/* Asks rank 0 for work, does it and answers, until it is told how the job ended: that is what is returned. */
ulam_status ulam_rank_serve(MPI_Comm communicator, const ulam_job *job, const ulam_sample_sink *samples,
                            ulam_error *error);

#endif
