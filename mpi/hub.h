/* A rank that others ask for work: rank 0, which is the root, and every leader. What its two threads share. The main thread
 * computes like any other rank; the service thread makes every MPI call between start and end, so that others are answered
 * while the main thread is inside a long run. */

#ifndef ULAM_HUB_H
#define ULAM_HUB_H

#include <pthread.h>

#include <ulam/execute.h>

#include "hierarchy.h"
#include "messages.h"
#include "schedule.h"
#include "worker.h"

typedef struct ulam_hub ulam_hub;
typedef struct ulam_service ulam_service;

/* What becomes of the sums: the root keeps them, a leader passes them on. */
typedef struct {
    /* Service thread: adds parts[next] and moves on. False: the main thread is at the sums. */
    bool (*merge)(ulam_hub *self, ulam_arrival *arrival);
    /* Main thread: adds its own. */
    void (*keep)(ulam_hub *self, ulam_answer *answer);
    /* Service thread, between messages. True: something happened, so look again at once. */
    bool (*watch)(ulam_hub *self, ulam_service *service);
    /* Ends all ranks. */
    void (*give_up)(ulam_hub *self, const char *reason);
} ulam_hub_kind;

struct ulam_hub {
    const ulam_hub_kind *kind;
    const ulam_hierarchy *hierarchy;
    int ranks; /* it and those who ask it */
    ulam_sample_sink samples;

    pthread_mutex_t lock; /* of what follows; held for microseconds */
    pthread_cond_t changed;
    ulam_schedule schedule;
    double deadline;    /* on ulam_clock() */
    ulam_error failure; /* the first that was seen; at the end, how the job ended */
    size_t unmerged;    /* answers that have arrived, with sums still to be merged */
    bool computing;     /* the main thread is inside an assignment */
    ulam_chunk chunk;   /* the first of that assignment */
    double since;       /* when it began it */
    bool gathered;      /* nothing will be handed out any more, and nothing is in hand or unmerged */
    bool ended;         /* the outcome stands: tell it to those who ask */

    _Atomic bool stop; /* after a failure or a request, or too near the deadline: nothing more is handed out */
};

void ulam_hub_init(ulam_hub *self, const ulam_hub_kind *kind, const ulam_hierarchy *hierarchy,
                   const ulam_sample_sink *samples);
void ulam_hub_free(ulam_hub *self);

/* Notes the first failure and stops the hand-out. Takes the lock. */
void ulam_hub_fail(ulam_hub *self, const ulam_error *failure);

/* Hands out what one rank, or so many, should do next and have done before the deadline. With the lock held. ULAM_ENOMEM. */
ulam_status ulam_hub_take(ulam_hub *self, size_t shares, ulam_assignment *assignment);

/* Tells the schedule what was done; `unmerged`: the sums follow. Takes the lock. ULAM_ENOMEM. */
ulam_status ulam_hub_account(ulam_hub *self, const ulam_answer *answer, bool unmerged);

/* Starts a thread that no signal disturbs: handlers run on the main thread. False: there is none. */
bool ulam_hub_start_thread(void *(*run)(void *), void *of, pthread_t *thread);

/* Starts the service thread. ULAM_EINVAL: MPI bears no second thread; ULAM_ESYSTEM: there is none. */
ulam_status ulam_hub_start_service(ulam_hub *self, pthread_t *thread, ulam_error *error);

/* The main thread's work: performs assignments until all is gathered. */
void ulam_hub_compute(ulam_hub *self);

_Noreturn void ulam_hub_give_up(ulam_hub *self, const char *reason);

/* Where MPI or memory failed while doing something, and others cannot be told. */
_Noreturn void ulam_hub_fail_system(ulam_hub *self, const char *doing);

#endif
