/* Metropolis' algorithm on 128 chains in step, each a bit of the words: a site is two words of 64 bits, set where its spin
 * is down. Sites of one colour of the checkerboard have neighbours of the other colour only, and are updated eight at a
 * time, a vector of 512 bits for each half of the bundle. Whether chains flip is found out with logical operations:
 *
 * - how many of the four neighbours are unlike, in binary;
 * - whether a random number is below the threshold that belongs to that number, compared place by place from the highest:
 *   plane b of a site holds place b for all chains, and after twelve places nearly all of them are decided.
 *
 * In the w-th sweep (from 1; initialising stands for sweep 0) plane b of site i is draw-block w L^2 + i of substream b. The
 * sites are numbered with those of even x + y first, row by row. */

#include <string.h>

#include "ising.h"

#include <ulam/lanes.h>

/* A vector, wherever it stands. */
typedef uint64_t vector __attribute__((vector_size(64), aligned(8), may_alias));

enum {
    SLOTS = 8,    /* sites of a vector */
    AT_ONCE = 32, /* sites whose planes are drawn together */
    PLANES = 12,  /* drawn at once; the others where they are needed */
    PLACES = ISING_PLACES,
    LIKE = ISING_CHANCES,
    SHORT_PLACES = 6, /* binary places of a sum over so many vectors that up to four of each fit */
    SHORT_SUM = 15,
    MOST_PLACES = 30 /* of a sum over the sites of the largest lattice */
};

static inline size_t padded(size_t n) { return (n + SLOTS - 1) / SLOTS * SLOTS; }

/* Sites of a colour. */
static inline size_t sites_of(const ising *self) { return self->sites / 2; }

/* Words of a half of the chains on a colour: those behind the last site are 0. */
static inline size_t words_of(const ising *self) { return padded(sites_of(self)); }

static inline uint64_t *words_at(const ising *self, void *state, unsigned colour, unsigned half)
{
    return (uint64_t *)state + (2 * colour + half) * words_of(self);
}

static size_t bundle_size(const void *point) { return 4 * words_of(point) * sizeof(uint64_t); }

ulam_status ising_bits_allocate(ising *self)
{
    for (unsigned b = 0; b < PLACES; b++)
        for (int k = 0; k < LIKE; k++) self->bits.mask[b][k] = self->threshold[2 + k] >> (63 - b) & 1 ? UINT64_MAX : 0;
    const size_t rows = self->size; /* two, of half as many sites */
    for (int half = 0; half < 2; half++) {
        self->bits.around[half] = calloc(words_of(self) + rows, sizeof(uint64_t));
        self->bits.beside[half] = calloc(words_of(self), sizeof(uint64_t));
        if (!self->bits.around[half] || !self->bits.beside[half]) return ULAM_ENOMEM;
    }
    return ULAM_OK;
}

void ising_bits_free(ising *self)
{
    for (int half = 0; half < 2; half++) {
        free(self->bits.around[half]);
        free(self->bits.beside[half]);
    }
    memset(&self->bits, 0, sizeof self->bits);
}

static void bundle_init(const void *point, ulam_rng *rng, void *state)
{
    const ising *self = point;
    const uint64_t first = ulam_rng_reserve(rng, self->sites);
    ulam_rng plane;
    ulam_substream(rng, 0, &plane);
    memset(state, 0, bundle_size(self));
    for (unsigned colour = 0; colour < 2 && self->hot; colour++)
        ulam_rng_blocks(&plane, first + colour * sites_of(self), sites_of(self), words_at(self, state, colour, 0),
                        words_at(self, state, colour, 1));
}

/* What the sites of a colour see of the other: spins of the same index are those above, below, and on one side; on the
 * other side, the index is one less or one more. */
static void look_around(const ising *self, const uint64_t *other, unsigned colour, unsigned half)
{
    const size_t row = self->size / 2, n = sites_of(self);
    uint64_t *around = self->bits.around[half], *beside = self->bits.beside[half];
    memcpy(around, other + n - row, row * sizeof *around);
    memcpy(around + row, other, n * sizeof *around);
    memcpy(around + row + n, other, row * sizeof *around);
    for (size_t y = 0; y < self->size; y++) {
        const uint64_t *from = other + y * row;
        uint64_t *to = beside + y * row;
        if ((y + colour) % 2) {
            memcpy(to, from + 1, (row - 1) * sizeof *to);
            to[row - 1] = from[0];
        } else {
            memcpy(to + 1, from, (row - 1) * sizeof *to);
            to[0] = from[row - 1];
        }
    }
}

/* A number of each chain at each site of a vector. */
typedef struct {
    vector ones, twos, fours;
} count;

#define VECTOR(words) (*(const vector *)(words))
#define ALWAYS        static inline __attribute__((always_inline))

/* The sum of three bits. The results may take the place of what is added. */
ALWAYS void add_three(const vector *a, const vector *b, const vector *c, vector *sum, vector *carry)
{
    const vector either = *a ^ *b, ones = either ^ *c, twos = (*a & *b) | (either & *c);
    *sum = ones;
    *carry = twos;
}

/* How many neighbours of the eight sites from q on are unlike their spins. */
ALWAYS void count_unlike(const ising *self, const vector *spin, size_t q, unsigned half, count *unlike)
{
    const size_t row = self->size / 2;
    const uint64_t *around = self->bits.around[half] + q;
    const vector above = *spin ^ VECTOR(around), same = *spin ^ VECTOR(around + row);
    const vector below = *spin ^ VECTOR(around + 2 * row), side = *spin ^ VECTOR(self->bits.beside[half] + q);
    vector sum, carry;
    add_three(&above, &same, &below, &sum, &carry);
    unlike->ones = sum ^ side;
    unlike->twos = carry ^ (sum & side);
    unlike->fours = carry & sum & side;
}

/* A flip in the making. */
typedef struct {
    vector like[LIKE]; /* whether 2, 3, 4 neighbours are like the spin */
    vector open;       /* whether the places so far have left it undecided */
    vector flips;
} trial;

ALWAYS void begin_trial(trial *self, const count *unlike)
{
    const vector few = ~unlike->fours;
    self->like[0] = unlike->twos & ~unlike->ones;
    self->like[1] = unlike->ones & ~unlike->twos;
    self->like[2] = few & ~unlike->ones & ~unlike->twos;
    self->open = self->like[0] | self->like[1] | self->like[2];
    self->flips = ~self->open;
}

/* Compares one place, whose bits in the three thresholds stand in mask[], all or none. */
ALWAYS void compare(trial *self, const vector *random, const uint64_t *mask)
{
    const vector bit = (self->like[0] & mask[0]) | (self->like[1] & mask[1]) | (self->like[2] & mask[2]);
    self->flips |= self->open & bit & ~*random;
    self->open &= ~(bit ^ *random);
}

ALWAYS bool is_open(const trial *self)
{
    uint64_t any = 0;
    for (int i = 0; i < SLOTS; i++) any |= self->open[i];
    return any;
}

/* Random numbers of a colour's sites in a sweep. */
typedef struct {
    const ulam_rng *rng;
    uint64_t first; /* draw-block of the first site */
    uint64_t drawn[PLANES][2][AT_ONCE];
} planes;

/* Plane b of n sites from q on. */
static inline void draw_plane(const planes *self, unsigned b, size_t q, size_t n, uint64_t *low, uint64_t *high)
{
    ulam_rng plane;
    ulam_substream(self->rng, b, &plane);
    ulam_rng_blocks(&plane, self->first + q, n, low, high);
}

/* The eight sites from q on. */
ALWAYS void update(const ising *self, const planes *random, size_t q, unsigned half, uint64_t *words)
{
    count unlike;
    trial flip;
    vector spin = VECTOR(words + q);
    count_unlike(self, &spin, q, half, &unlike);
    begin_trial(&flip, &unlike);
    for (int b = 0; b < PLANES; b++)
        compare(&flip, (const vector *)&random->drawn[b][half][q % AT_ONCE], self->bits.mask[b]);
    for (unsigned b = PLANES; b < PLACES && __builtin_expect(is_open(&flip), 0); b++) {
        uint64_t drawn[2][SLOTS];
        draw_plane(random, b, q, SLOTS, drawn[0], drawn[1]);
        compare(&flip, (const vector *)drawn[half], self->bits.mask[b]);
    }
    *(vector *)(words + q) = spin ^ flip.flips;
}

ULAM_IN_BUILDS(update_sites,
               (const ising *self, const planes *random, size_t q, size_t n, uint64_t *low, uint64_t *high),
               (self, random, q, n, low, high))
{
    for (size_t end = q + n; q < end; q += SLOTS) {
        update(self, random, q, 0, low);
        update(self, random, q, 1, high);
    }
}

static void bundle_sweep(const void *point, ulam_rng *rng, void *state)
{
    const ising *self = point;
    const size_t n = sites_of(self), words = words_of(self);
    const uint64_t first = ulam_rng_reserve(rng, self->sites);
    planes random; /* 6 KiB, which need not be cleared */
    random.rng = rng;
    for (unsigned colour = 0; colour < 2; colour++) {
        uint64_t *half[2] = {words_at(self, state, colour, 0), words_at(self, state, colour, 1)};
        for (unsigned k = 0; k < 2; k++) look_around(self, words_at(self, state, 1 - colour, k), colour, k);
        random.first = first + colour * n;
        for (size_t q = 0; q < words; q += AT_ONCE) {
            const size_t sites = words - q < AT_ONCE ? words - q : AT_ONCE;
            for (unsigned b = 0; b < PLANES; b++)
                draw_plane(&random, b, q, sites, random.drawn[b][0], random.drawn[b][1]);
            update_sites(self, &random, q, sites, half[0], half[1]);
        }
        for (unsigned k = 0; k < 2; k++) memset(half[k] + n, 0, (words - n) * sizeof *half[k]);
    }
}

/* Sums over sites, place by place: of each slot of a vector, over the vectors. */
typedef struct {
    uint64_t unlike[MOST_PLACES][SLOTS]; /* unlike pairs of neighbours */
    uint64_t down[MOST_PLACES][SLOTS];
} sums;

/* Adds a bit of the place `from` to a number. */
ALWAYS void add_bit(vector *number, int from, int places, const vector *bit)
{
    vector carry = *bit;
    for (int k = from; k < places; k++) {
        const vector sum = number[k] ^ carry;
        carry &= number[k];
        number[k] = sum;
    }
}

ALWAYS void add_number(vector *number, const vector *small, int small_places, int places)
{
    vector carry = {0};
    for (int k = 0; k < small_places; k++) add_three(&number[k], &small[k], &carry, &number[k], &carry);
    add_bit(number, small_places, places, &carry);
}

/* Adds up to four to a number. */
ALWAYS void add_count(vector *number, const count *x)
{
    vector carry = number[0] & x->ones, more;
    number[0] ^= x->ones;
    add_three(&number[1], &x->twos, &carry, &number[1], &more);
    add_three(&number[2], &x->fours, &more, &number[2], &carry);
    add_bit(number, 3, SHORT_PLACES, &carry);
}

/* Sums over the vectors of a half of the chains. Every pair of neighbours has one site of even x + y. */
ULAM_IN_BUILDS(sum_sites,
               (const ising *self, const uint64_t *even, const uint64_t *odd, unsigned half, int places, sums *out),
               (self, even, odd, half, places, out))
{
    const size_t n = sites_of(self);
    memset(out->unlike, 0, (size_t)places * sizeof *out->unlike);
    memset(out->down, 0, (size_t)places * sizeof *out->down);
    for (size_t begin = 0; begin < n; begin += SHORT_SUM * SLOTS) {
        const size_t end = n - begin < SHORT_SUM * SLOTS ? n : begin + SHORT_SUM * SLOTS;
        vector unlike[SHORT_PLACES] = {{0}}, down[SHORT_PLACES] = {{0}};
        for (size_t q = begin; q < end; q += SLOTS) {
            const vector spin = VECTOR(even + q), other = VECTOR(odd + q), nothing = {0};
            count seen;
            count_unlike(self, &spin, q, half, &seen);
            for (size_t i = n - q; i < SLOTS; i++) seen.ones[i] = seen.twos[i] = seen.fours[i] = 0;
            add_count(unlike, &seen);
            seen = (count){.ones = spin ^ other, .twos = spin & other, .fours = nothing};
            add_count(down, &seen);
        }
        add_number((vector *)out->unlike, unlike, SHORT_PLACES, places);
        add_number((vector *)out->down, down, SHORT_PLACES, places);
    }
}

/* Adds the slots of a number up, half of them to the others, into the first, and writes each chain's. */
ALWAYS void unpack(uint64_t (*number)[SLOTS], int places, int64_t *sum)
{
    for (int width = SLOTS / 2; width > 0; width /= 2) {
        uint64_t carry[SLOTS / 2] = {0};
        for (int k = 0; k < places; k++)
            for (int i = 0; i < width; i++) {
                const uint64_t a = number[k][i], b = number[k][i + width], either = a ^ b;
                number[k][i] = either ^ carry[i];
                carry[i] = (a & b) | (either & carry[i]);
            }
        for (int i = 0; i < width; i++) number[places][i] = carry[i];
        places++;
    }
    for (int chain = 0; chain < 64; chain++) sum[chain] = 0;
    for (int k = 0; k < places; k++)
        for (int chain = 0; chain < 64; chain++) sum[chain] += (int64_t)(number[k][0] >> chain & 1) << k;
}

ULAM_IN_BUILDS(observe, (const ising *self, sums *ULAM_RESTRICT sum, int places, double *ULAM_RESTRICT out),
               (self, sum, places, out))
{
    const int64_t sites = (int64_t)self->sites;
    int64_t unlike[64], down[64];
    unpack(sum->unlike, places, unlike);
    unpack(sum->down, places, down);
    for (size_t k = 0; k < 64; k++)
        ising_observe(self, 2 * (unlike[k] - sites), sites - 2 * down[k], out + k, ULAM_BUNDLE);
}

static void bundle_measure(const void *point, const void *state, double *out)
{
    const ising *self = point;
    int places = SHORT_PLACES;
    while (words_of(self) / SLOTS * 4 >> places) places++;
    for (unsigned half = 0; half < 2; half++) {
        const uint64_t *even = words_at(self, (void *)(uintptr_t)state, 0, half);
        const uint64_t *odd = words_at(self, (void *)(uintptr_t)state, 1, half);
        sums sum;
        look_around(self, odd, 0, half);
        sum_sites(self, even, odd, half, places, &sum);
        observe(self, &sum, places, out + 64 * half);
    }
}

const ulam_bundle ising_bundle = {
    .size = bundle_size, .init = bundle_init, .sweep = bundle_sweep, .measure = bundle_measure};
