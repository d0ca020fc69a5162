/* The runs that a thread performs at the moment, noted for whoever must tell them after a crash. */

#ifndef ULAM_IN_HAND_H
#define ULAM_IN_HAND_H

#include <ulam/execute.h>

extern _Thread_local ulam_runs_in_hand ulam_in_hand;

static inline void ulam_take_in_hand(size_t point, uint64_t first, uint64_t n)
{
    ulam_in_hand = (ulam_runs_in_hand){point, first, n};
}

static inline void ulam_put_out_of_hand(void) { ulam_in_hand.n = 0; }

#endif
