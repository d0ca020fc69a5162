/* Metropolis' algorithm on one chain: a member of a bundle, by the random numbers of which ising_bits.c tells, or a chain by
 * itself. */

#include <string.h>

#include "ising.h"

enum {
    SITES_AT_ONCE = 128, /* of a chain by itself, whose words are drawn together */
    MEMBERS_AT_ONCE =
        32, /* sites of a bundle's member, and how many of their planes: the others where they are needed */
    PLANES = 4
};

/* Sum of the neighbours of (x, y). */
static inline int field(const int8_t *spin, unsigned size, unsigned x, unsigned y)
{
    const int8_t *row = spin + (size_t)y * size;
    const int8_t *above = spin + (size_t)(y > 0 ? y - 1 : size - 1) * size;
    const int8_t *below = spin + (size_t)(y + 1 < size ? y + 1 : 0) * size;
    return above[x] + below[x] + row[x > 0 ? x - 1 : size - 1] + row[x + 1 < size ? x + 1 : 0];
}

/* Where a site of a bundle stands: the sublattice of even x + y first, row by row. */
static inline size_t place(unsigned size, unsigned x, unsigned y)
{
    return (size_t)((x + y) % 2) * size * size / 2 + (size_t)y * (size / 2) + x / 2;
}

/* The first planes of consecutive sites of a bundle. */
typedef struct {
    const ulam_rng *rng;
    uint64_t first; /* draw-block of the first site */
    unsigned member;
    uint64_t drawn[PLANES][2][MEMBERS_AT_ONCE];
} planes;

static void draw_plane(const planes *self, unsigned plane, uint64_t first, size_t n, uint64_t *low, uint64_t *high)
{
    ulam_rng stream;
    ulam_substream(self->rng, plane, &stream);
    ulam_rng_blocks(&stream, first, n, low, high);
}

static void draw_planes(planes *self, uint64_t first, size_t n)
{
    self->first = first;
    for (unsigned b = 0; b < PLANES; b++) draw_plane(self, b, first, n, self->drawn[b][0], self->drawn[b][1]);
}

/* The member's bit of a plane at a site. */
static inline bool plane_bit(const planes *self, unsigned plane, size_t site)
{
    uint64_t half[2];
    if (plane < PLANES) return self->drawn[plane][self->member / 64][site] >> self->member % 64 & 1;
    draw_plane(self, plane, self->first + site, 1, &half[0], &half[1]);
    return half[self->member / 64] >> self->member % 64 & 1;
}

/* Whether the number of 64 binary places that the planes hold at a site is below the threshold: known at the first place in
 * which they differ. */
static inline bool is_below(const planes *self, size_t site, uint64_t threshold)
{
    for (unsigned plane = 0; plane < ISING_PLACES; plane++) {
        const bool digit = threshold >> (ISING_PLACES - 1 - plane) & 1;
        if (plane_bit(self, plane, site) != digit) return digit;
    }
    return false;
}

void ising_member_init(const ising *self, ulam_rng *rng, ising_chain *chain)
{
    const uint64_t first = ulam_rng_reserve(rng, self->sites);
    planes random = {.rng = rng, .member = chain->member};
    for (unsigned y = 0; y < self->size; y++)
        for (unsigned x = 0; x < self->size; x++) {
            if (self->hot) draw_planes(&random, first + place(self->size, x, y), 1);
            chain->spin[(size_t)y * self->size + x] = self->hot && plane_bit(&random, 0, 0) ? -1 : 1;
        }
}

void ising_member_sweep(const ising *self, ulam_rng *rng, ising_chain *chain)
{
    const unsigned size = self->size;
    const uint64_t first = ulam_rng_reserve(rng, self->sites);
    planes random;
    random.rng = rng;
    random.member = chain->member;
    for (unsigned colour = 0; colour < 2; colour++)
        for (unsigned y = 0; y < size; y++)
            for (unsigned k = 0; k < size / 2; k++) {
                const unsigned x = 2 * k + (y + colour) % 2, left = size / 2 - k;
                if (k % MEMBERS_AT_ONCE == 0)
                    draw_planes(&random, first + place(size, x, y), left < MEMBERS_AT_ONCE ? left : MEMBERS_AT_ONCE);
                int8_t *spin = &chain->spin[(size_t)y * size + x];
                const int h = *spin * field(chain->spin, size, x, y);
                if (h >= 0 && !is_below(&random, k % MEMBERS_AT_ONCE, self->threshold[(h + 4) / 2])) continue;
                *spin = (int8_t) - *spin;
                chain->energy += 2 * h;
                chain->magnetisation += 2 * *spin;
            }
}

/* A sweep of a chain by itself, under way. The n-th site visited has word n mod 4 of the sweep's draw-block n / 4. */
typedef struct {
    const ulam_rng *rng;
    uint64_t first; /* the sweep's first draw-block */
    size_t visited;
    uint32_t word[SITES_AT_ONCE];
    uint64_t threshold[5];
    int64_t energy, magnetisation; /* their changes */
} scan;

__attribute__((noinline)) static void draw_words(scan *self)
{
    uint64_t low[SITES_AT_ONCE / 4], high[SITES_AT_ONCE / 4];
    ulam_rng_blocks(self->rng, self->first + self->visited / 4, SITES_AT_ONCE / 4, low, high);
    for (size_t i = 0; i < SITES_AT_ONCE / 4; i++) {
        self->word[4 * i] = (uint32_t)low[i];
        self->word[4 * i + 1] = (uint32_t)(low[i] >> 32);
        self->word[4 * i + 2] = (uint32_t)high[i];
        self->word[4 * i + 3] = (uint32_t)(high[i] >> 32);
    }
}

/* Where a site's word equals the upper half of its threshold, one chance in 2^32, the word at its place in substream 0 is
 * compared with the lower half. */
__attribute__((cold, noinline)) static bool is_below_in_full(const scan *self, uint64_t threshold)
{
    ulam_rng stream;
    uint64_t half[2];
    ulam_substream(self->rng, 0, &stream);
    ulam_rng_blocks(&stream, self->first + self->visited / 4, 1, &half[0], &half[1]);
    return (uint32_t)(half[self->visited / 2 % 2] >> 32 * (self->visited % 2)) < (uint32_t)threshold;
}

static inline void visit(scan *self, int8_t *spin, int sum)
{
    if (self->visited % SITES_AT_ONCE == 0) draw_words(self);
    const int h = *spin * sum;
    const uint64_t threshold = self->threshold[(h + 4) / 2];
    const uint32_t word = self->word[self->visited % SITES_AT_ONCE], high = (uint32_t)(threshold >> 32);
    int flips = word < high;
    if (__builtin_expect(word == high, 0)) flips = is_below_in_full(self, threshold);
    self->energy += 2 * flips * h;
    self->magnetisation -= 2 * flips * *spin;
    *spin = (int8_t)(*spin - 2 * flips * *spin);
    self->visited++;
}

/* Every second site of a row, then the others: sites that do not wait for each other's outcome take half the time. */
void ising_scalar_sweep(const ising *self, ulam_rng *rng, ising_chain *chain)
{
    const unsigned size = self->size;
    scan sweep;
    sweep.rng = rng;
    sweep.first = ulam_rng_reserve(rng, (self->sites + 3) / 4);
    sweep.visited = 0;
    sweep.energy = sweep.magnetisation = 0;
    memcpy(sweep.threshold, self->threshold, sizeof sweep.threshold);
    for (unsigned y = 0; y < size; y++) {
        int8_t *row = chain->spin + (size_t)y * size;
        const int8_t *above = chain->spin + (size_t)(y > 0 ? y - 1 : size - 1) * size;
        const int8_t *below = chain->spin + (size_t)(y + 1 < size ? y + 1 : 0) * size;
        for (unsigned odd = 0; odd < 2; odd++)
            for (unsigned x = odd; x < size; x += 2)
                visit(&sweep, &row[x],
                      above[x] + below[x] + row[x > 0 ? x - 1 : size - 1] + row[x + 1 < size ? x + 1 : 0]);
    }
    chain->energy += sweep.energy;
    chain->magnetisation += sweep.magnetisation;
}
