/* The Ising model: what its files share. */

#ifndef ULAM_MODELS_ISING_H
#define ULAM_MODELS_ISING_H

#include <stdlib.h>

#include <ulam/model.h>

enum {
    SIZE,
    TEMPERATURE,
    ALGORITHM,
    START,
    N_PARAMETERS
};

enum {
    METROPOLIS,
    METROPOLIS_SCALAR,
    WOLFF
};

enum {
    COLD,
    HOT
};

enum {
    ENERGY,
    ENERGY2,
    ABS_M,
    M2,
    M4,
    N_OBSERVABLES
};

enum {
    ISING_PLACES = 64, /* binary places of a threshold */
    ISING_CHANCES = 3  /* numbers of like neighbours, from 2 on, that leave a flip to chance */
};

/* What a bundle's sweep works with. Of the sublattice that the sites of one colour see there is a word for each site and
 * half of the chains. */
typedef struct {
    uint64_t mask[ISING_PLACES][ISING_CHANCES]; /* places of the thresholds, from the highest: all bits set, or none */
    uint64_t *around[2]; /* the sublattice, its last row before it and its first behind it; owned */
    uint64_t *beside[2]; /* of each site the neighbour in its row that has not its index; owned */
} ising_bits;

/* A point. A site's neighbours that are like it number 0 to 4, and its flip costs 4 J (like - 2): it is made with
 * probability threshold[like] / 2^64. */
typedef struct {
    unsigned size;
    size_t sites;
    size_t algorithm;
    bool hot;
    uint64_t threshold[5];
    uint64_t bond;      /* Wolff: a like neighbour joins the cluster with probability bond / 2^64 */
    uint32_t *boundary; /* Wolff: [sites] of the cluster whose neighbours have not been looked at; owned */
    ising_bits bits;    /* of bundles */
} ising;

/* One chain. The sums go with the spins, so that measuring costs nothing. */
typedef struct {
    int64_t energy;        /* -sum of s_i s_j over the bonds */
    int64_t magnetisation; /* sum of s_i */
    uint32_t member;       /* bit of the bundle that the chain is */
    int8_t spin[];         /* [sites], row by row: 1 or -1 */
} ising_chain;

/* A run's numbers from the sums; those of chains in step stand `stride` apart. */
static inline void ising_observe(const ising *self, int64_t energy, int64_t magnetisation, double *out, size_t stride)
{
    const double e = (double)energy / (double)self->sites, m = (double)magnetisation / (double)self->sites;
    const double m2 = m * m;
    out[ENERGY * stride] = e;
    out[ENERGY2 * stride] = e * e;
    out[ABS_M * stride] = m < 0 ? -m : m;
    out[M2 * stride] = m2;
    out[M4 * stride] = m2 * m2;
}

/* Sets the sums of a chain by its spins. */
void ising_sum(const ising *self, ising_chain *chain);

/* Metropolis on one chain: as a bit of a bundle goes, and by itself, site by site along the rows. */
void ising_member_init(const ising *self, ulam_rng *rng, ising_chain *chain);
void ising_member_sweep(const ising *self, ulam_rng *rng, ising_chain *chain);
void ising_scalar_sweep(const ising *self, ulam_rng *rng, ising_chain *chain);

/* Flips one cluster. */
void ising_wolff_sweep(const ising *self, ulam_rng *rng, ising_chain *chain);

/* Metropolis of a bundle. Its neighbours need ising_bits_allocate(): ULAM_ENOMEM. */
extern const ulam_bundle ising_bundle;
ulam_status ising_bits_allocate(ising *self);
void ising_bits_free(ising *self);

/* Mean energy per site of the periodic size x size lattice, and its heat capacity per site, by Kaufman's partition
 * function. */
void ising_exact(unsigned size, double temperature, double *energy, double *heat_capacity);

#endif
