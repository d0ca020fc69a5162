/* Which runs a state lacks, in words. */

#ifndef ULAM_MISSING_H
#define ULAM_MISSING_H

#include <ulam/state.h>

/* A line a gap, "runs 300 to 399 of point 2", or "runs 300 to 399 of every point", and where no chain is missing but some are
 * short "sweeps 101 to 200 of the chains of point 2"; after ten, how many more there are. NULL if nothing is missing. Owned
 * by the caller. ULAM_ENOMEM. */
ulam_status ulam_missing_runs(const ulam_state *state, char **text);

#endif
