/* Who asks whom for work: the ranks of a node ask its leader, one among them; leaders, and the ranks of rank 0's own node,
 * ask rank 0. Whoever is asked is rank 0 of the communicator that it shares with those who ask it. */

#ifndef ULAM_HIERARCHY_H
#define ULAM_HIERARCHY_H

#include <stdbool.h>

#include <mpi.h>

#include <ulam/status.h>

typedef struct {
    MPI_Comm all;    /* every rank of the job */
    MPI_Comm asks;   /* where this rank asks; MPI_COMM_NULL: it is the root */
    MPI_Comm serves; /* where others ask this rank; MPI_COMM_NULL: nobody does */
} ulam_hierarchy;

/* Collective. The environment of rank 0 may set ULAM_RANKS_PER_LEADER, the most ranks that a leader stands for, itself
 * included; a node with more has several leaders, and with 1, or without `leaders`, there are none. ULAM_EINVAL, on every rank:
 * it is no such number; ULAM_ESYSTEM. Whatever it returns, ulam_hierarchy_free() may be called, by all. */
ulam_status ulam_hierarchy_init(ulam_hierarchy *self, MPI_Comm communicator, bool leaders, ulam_error *error);
void ulam_hierarchy_free(ulam_hierarchy *self);

#endif
