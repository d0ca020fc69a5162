/* Rank 0's keeper thread: puts a copy of the state into the sink from time to time, while the others go on. */

#ifndef ULAM_KEEPER_H
#define ULAM_KEEPER_H

#include "root.h"

/* Before a thread is started. */
void ulam_keeper_init(ulam_root *root);

/* Puts a checkpoint at each of the job's intervals, if anything was added since the last, until it is told to end or one
 * fails. `root` is a ulam_root. Returns NULL. */
void *ulam_keeper(void *root);

/* Tells the thread to end once the write in hand is done. Takes the lock. */
void ulam_keeper_end(ulam_root *root);

#endif
