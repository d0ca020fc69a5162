/* Rank 0: what its two threads share. The main thread computes like any other rank; the service thread makes every MPI
 * call between start and end, so that others are answered while the main thread is inside a long run. */

#ifndef ULAM_ROOT_H
#define ULAM_ROOT_H

#include <mpi.h>
#include <pthread.h>

#include <ulam/execute.h>

#include "progress.h"
#include "schedule.h"
#include "worker.h"

typedef struct {
    MPI_Comm communicator;
    int ranks;
    const ulam_execution *execution;

    pthread_mutex_t state_lock; /* taken for a merge or a look; never while waiting for the other */
    ulam_state *state;
    ulam_tracker tracker;
    _Atomic bool spoiled; /* the state is not whole: it must not be put anywhere */

    pthread_mutex_t put_lock; /* while a state is put; taken before the other two */
    pthread_cond_t keeper_wake;
    bool keeper_quits; /* under lock */

    pthread_mutex_t lock; /* of what follows; held for microseconds. Never taken after state_lock */
    pthread_cond_t changed;
    ulam_schedule schedule;
    ulam_error failure; /* the first that was seen */
    size_t unmerged;    /* answers that have arrived, with sums still to be merged */
    bool computing;     /* the main thread is inside an assignment */
    ulam_chunk chunk;   /* the first of that assignment */
    double since;       /* when it began it, on ulam_clock() */
    bool gathered;      /* nothing is handed out any more, and nothing is in hand or unmerged on any rank */
    bool ended;         /* the outcome stands: tell it to all ranks */

    _Atomic bool stop; /* after a failure or a request, or too near the deadline: nothing more is handed out */
} ulam_root;

/* Rank 0's part of ulam_mpi_execute(). */
ulam_status ulam_root_execute(MPI_Comm communicator, ulam_state *state, const ulam_execution *execution,
                              ulam_error *error);

/* Hands out work that will be done before the deadline. Where there is such work no more, the hand-out stops. With the
 * lock held. ULAM_ENOMEM. */
ulam_status ulam_root_take(ulam_root *self, ulam_assignment *assignment);

/* Tells the schedule how far a point's runs are wanted by now. Takes the lock. */
void ulam_root_follow(ulam_root *self, const ulam_goal *goal);

/* Notes the first failure and stops the hand-out. Takes the lock. */
void ulam_root_fail(ulam_root *self, const ulam_error *failure, bool spoiled);

#endif
