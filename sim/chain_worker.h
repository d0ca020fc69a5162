/* What a worker does with chains. */

#ifndef ULAM_CHAIN_WORKER_H
#define ULAM_CHAIN_WORKER_H

#include "worker.h"

/* Moves a block of chains on from a record (NULL: their beginning) until the chunk's end, or the time `end`, or an interrupt,
 * by a sweep at least, and sets the part: how far they came, where they stand, and which failed. Errors as
 * ulam_worker_perform(). */
ulam_status ulam_worker_perform_chains(ulam_worker *self, const ulam_chunk *chunk, const ulam_chain_record *record,
                                       double end, const ulam_interrupt *interrupt, ulam_part *part, ulam_error *error);

#endif
