/* Wolff's algorithm: from a site drawn at random a cluster of like spins grows, across each bond with probability
 * 1 - exp(-2 / T), and is flipped. */

#include "ising.h"

/* Whether a number of 64 binary places is below the threshold. Takes one word; a second if the first leaves it open. */
static inline bool is_below(ulam_rng *rng, uint64_t threshold)
{
    const uint32_t word = ulam_word32(rng), high = (uint32_t)(threshold >> 32);
    if (__builtin_expect(word == high, 0)) return ulam_word32(rng) < (uint32_t)threshold;
    return word < high;
}

typedef struct {
    const ising *self;
    ising_chain *chain;
    size_t open; /* sites on the boundary */
} cluster;

static inline int8_t *spin_at(const cluster *c, unsigned x, unsigned y)
{
    return &c->chain->spin[(size_t)y * c->self->size + x];
}

static inline unsigned before(unsigned x, unsigned size) { return x > 0 ? x - 1 : size - 1; }
static inline unsigned after(unsigned x, unsigned size) { return x + 1 < size ? x + 1 : 0; }

/* Flips the site, which belongs to the cluster from now on. */
static inline void take(cluster *c, unsigned x, unsigned y)
{
    const unsigned size = c->self->size;
    const int sum = *spin_at(c, before(x, size), y) + *spin_at(c, after(x, size), y) + *spin_at(c, x, before(y, size)) +
                    *spin_at(c, x, after(y, size));
    int8_t *spin = spin_at(c, x, y);
    c->chain->energy += 2 * *spin * sum;
    *spin = (int8_t) - *spin;
    c->chain->magnetisation += 2 * *spin;
    c->self->boundary[c->open++] = (uint32_t)y << 16 | x;
}

static inline void try(cluster *c, ulam_rng *rng, int spin, unsigned x, unsigned y)
{
    if (*spin_at(c, x, y) == spin && is_below(rng, c->self->bond)) take(c, x, y);
}

void ising_wolff_sweep(const ising *self, ulam_rng *rng, ising_chain *chain)
{
    cluster c = {.self = self, .chain = chain};
    const unsigned size = self->size;
    const uint64_t seed = ulam_integer_below(rng, self->sites);
    const int spin = chain->spin[seed];
    take(&c, (unsigned)(seed % size), (unsigned)(seed / size));
    while (c.open) {
        const uint32_t site = self->boundary[--c.open];
        const unsigned x = site & 0xffff, y = site >> 16;
        try(&c, rng, spin, before(x, size), y);
        try(&c, rng, spin, after(x, size), y);
        try(&c, rng, spin, x, before(y, size));
        try(&c, rng, spin, x, after(y, size));
    }
}
