/* The root, rank 0: keeps the state, and ends the job. */

#ifndef ULAM_ROOT_H
#define ULAM_ROOT_H

#include <ulam/execute.h>

#include "hub.h"
#include "progress.h"

typedef struct {
    ulam_hub hub; /* first: the hub's kind finds the root behind it */
    const ulam_execution *execution;

    pthread_mutex_t
        state_lock; /* taken for a merge or a look; never while waiting for the other, and before the hub's */
    ulam_state *state;
    ulam_tracker tracker;
    _Atomic bool spoiled; /* the state is not whole: it must not be put anywhere */

    pthread_mutex_t put_lock; /* while a state is put; taken before the other two */
    pthread_cond_t keeper_wake;
    bool keeper_quits; /* under the hub's lock */

    double failed_at;    /* when a failure was seen first; INFINITY: none. This and what follows: service thread */
    double requested_at; /* when a request to stop was seen first; INFINITY: none */
    double show_at;
} ulam_root;

/* Rank 0's part of ulam_mpi_execute(). */
ulam_status ulam_root_execute(const ulam_hierarchy *hierarchy, ulam_state *state, const ulam_execution *execution,
                              ulam_error *error);

#endif
