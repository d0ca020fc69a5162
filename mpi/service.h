/* A hub's service thread: takes answers, hands out work, has sums merged. */

#ifndef ULAM_SERVICE_H
#define ULAM_SERVICE_H

#include "hub.h"

/* Serves until every rank that asks has been told how the job ended. `hub` is a ulam_hub. Returns NULL. */
void *ulam_service_run(void *hub);

/* For the hub's watch. How those who ask stand: */
typedef struct {
    bool all_wait;  /* everyone waits for work, and nothing that was handed out is still to be answered */
    bool none_busy; /* nobody has anything in hand; some may not have asked yet */
} ulam_askers;

ulam_askers ulam_service_look(const ulam_service *self);

/* Those who wait for work and have none in hand. */
size_t ulam_service_count_idle(const ulam_service *self);

/* What the ranks of the hub are at, it included, or what they were given last; `held` is grown and replaced, and n_held
 * set. Takes the hub's lock. ULAM_ENOMEM. */
ulam_status ulam_service_list_held(const ulam_service *self, ulam_dropped_run **held, size_t *n_held);

/* Once the hub has stopped: tells those who ask to begin no more blocks. The first call counts. */
void ulam_service_tell_stop(ulam_service *self);

#endif
