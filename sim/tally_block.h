/* What tally_block.c shows to tally.c. */

#ifndef ULAM_TALLY_BLOCK_H
#define ULAM_TALLY_BLOCK_H

#include <stdbool.h>

#include <ulam/tally.h>

/* Before self is changed: makes what others share with it its own. ULAM_ENOMEM. */
ulam_status tally_make_own(ulam_tally *self);

/* Gives up self's share; true if nobody else has one, so that the memory is self's to free. */
bool tally_leave_block(ulam_tally *self);

#endif
