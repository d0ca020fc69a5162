/* What happens to a point's state where its prefix stands on a rung of the ladder: the trace grows, and the targets are
 * judged. */

#ifndef ULAM_STATE_RUNGS_H
#define ULAM_STATE_RUNGS_H

#include <ulam/state.h>

#include "ladder.h"

ulam_ladder ulam_job_ladder(const ulam_job *job, size_t point);

/* To be called whenever blocks were added to the prefix. A point that ends here forgets its early pieces and what failed
 * behind its end. ULAM_ENOMEM. */
ulam_status ulam_state_note_rung(ulam_state *self, size_t point);

/* Keeps a copy of the sums that are about to be added to the prefix, where the job does not begin with run 0. ULAM_ENOMEM. */
ulam_status ulam_state_cut(ulam_state *self, size_t point, uint64_t blocks, const ulam_tally *tally);

/* Brings a point up to date whose prefix and trace were read. ULAM_ENOMEM. */
ulam_status ulam_state_restore_rungs(ulam_state *self, size_t point);

/* How far a point's blocks are wanted. */
typedef struct {
    size_t point;
    bool ended;       /* no more are */
    uint64_t release; /* up to here they are needed, as far as can be foreseen */
    uint64_t reach;   /* up to here they may be done ahead, by who has nothing else to do */
} ulam_goal;

ulam_goal ulam_state_goal(const ulam_state *self, size_t point);

#endif
