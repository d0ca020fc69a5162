/* Being woken in time beside a thread that computes. */

#ifndef ULAM_LATENCY_H
#define ULAM_LATENCY_H

#include <stdbool.h>

/* Asks the scheduler to run the calling thread in short slices, which let it go first when it wakes on a busy core, or in
 * ordinary ones again. It needs no privilege; systems without it (Linux before 6.12, others) ignore it. A thread that the user
 * gave another scheduling policy keeps it as it is. */
void ulam_prefer_short_slices(bool prefer);

#endif
