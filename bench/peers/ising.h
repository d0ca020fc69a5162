/* The Ising model as one would write it by hand with GSL: square lattice, periodic, mt19937. */

#ifndef PEER_ISING_H
#define PEER_ISING_H

#include <stdint.h>

typedef struct peer_ising peer_ising;

/* All spins up; NULL: out of memory. */
peer_ising *peer_ising_begin(unsigned size, double temperature);
void peer_ising_end(peer_ising *self);

/* Sweeps along the rows, flips accepted by a table of exponentials. */
void peer_ising_metropolis(peer_ising *self, int sweeps);

/* Wolff's clusters, from a stack. Returns the spins flipped. */
uint64_t peer_ising_wolff(peer_ising *self, int clusters);

#endif
