/* Gathering: parts of answers on their way to whoever asked for them, joined where they continue each other. */

#ifndef ULAM_GATHERING_H
#define ULAM_GATHERING_H

#include "worker.h"

typedef struct {
    const ulam_job *job;
    ulam_chunk witness; /* is not joined to anything */
    ulam_part *parts;   /* [n], by point and block; owned */
    size_t n, capacity;
} ulam_gathering;

/* Empty. */
void ulam_gathering_init(ulam_gathering *self, const ulam_job *job);
void ulam_gathering_free(ulam_gathering *self);

/* Takes a part over and empties it. ULAM_ENOMEM: what is gathered is of no further use. */
ulam_status ulam_gathering_add(ulam_gathering *self, ulam_part *part);

/* Frees the first n parts. */
void ulam_gathering_drop(ulam_gathering *self, size_t n);

#endif
