/* Rank 0's service thread: takes answers, hands out work, merges sums, shows progress. */

#ifndef ULAM_SERVICE_H
#define ULAM_SERVICE_H

#include "root.h"

/* Serves until every other rank has been told how the job ended. `root` is a ulam_root. Returns NULL. */
void *ulam_service(void *root);

#endif
