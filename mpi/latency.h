/* Being woken in time beside a thread that computes. */

#ifndef ULAM_LATENCY_H
#define ULAM_LATENCY_H

/* Asks the scheduler to run the calling thread in short slices, which let it go first when it wakes on a busy core. A
 * request that needs no privilege; systems without it (Linux before 6.12, others) ignore it. */
void ulam_prefer_short_slices(void);

#endif
