/* Random walks on the hypercubic lattice in d dimensions: simple, each step to one of the 2 d neighbours with equal
 * chances; or self-avoiding, drawn uniformly from all walks of n steps that visit no site twice (Madras and Slade
 * 1993).
 *
 * Self-avoiding walks come from dimerisation (Suzuki 1968, Alexandrowicz 1969): two independent uniform walks of half
 * the length are joined, and both are thrown away where they meet again. Every self-avoiding walk is one such pair, all
 * pairs are equally likely, and so are the walks that remain: nothing is weighted or correlated. */

#include <stdlib.h>

#include <ulam/math.h>
#include <ulam/model.h>

enum {
    DIMENSION,
    STEPS,
    KIND,
    N_PARAMETERS
};

enum {
    SIMPLE,
    SELF_AVOIDING
};

enum {
    R2,
    END_TO_END,
    N_OBSERVABLES
};

enum {
    MAX_DIMENSION = 8,
    SHORT_WALK = 8, /* steps up to which a self-avoiding walk is drawn step by step */
    DRAWN_BITS = 60 /* of a word, from which a simple walk takes several steps */
};

static const char *const kinds[] = {[SIMPLE] = "simple", [SELF_AVOIDING] = "self_avoiding", NULL};

static const ulam_parameter parameters[N_PARAMETERS] = {
    [DIMENSION] = {.name = "dimension",
                   .type = ULAM_INTEGER,
                   .default_value = "2",
                   .bounds = "[1, 8]",
                   .help = "dimension of the lattice, d"},
    [STEPS] = {.name = "steps",
               .type = ULAM_INTEGER,
               .default_value = "100",
               .bounds = "[1, 1000000000]",
               .help =
                   "steps of a walk, n; of a self-avoiding one at most 1000 in 2 dimensions, 10000 in 3 and 4, 2047 in "
                   "5, 511 in 6, 255 in 7 and 127 in 8"},
    [KIND] = {.name = "kind",
              .type = ULAM_CHOICE,
              .default_value = "simple",
              .choices = kinds,
              .help = "simple: may come back; self_avoiding: visits no site twice"},
};

/* A site is its coordinates, the bits of each above those of the one before, in two's complement and added up modulo
 * 2^64: adding sites adds their coordinates. */
typedef uint64_t site;

typedef struct {
    site site;
    uint64_t check; /* the comparison that put the site here; a slot of another one is free */
} slot;

typedef struct {
    site *sites; /* [steps + 1] of the walk */
    slot *slots; /* hash table of the sites of a first half */
    uint64_t checks;
} scratch;

typedef struct {
    unsigned dimension;
    unsigned bits; /* of a coordinate */
    size_t steps;
    size_t steps_a_word; /* of a simple walk */
    bool self_avoiding;
    scratch *scratch; /* of self-avoiding walks in two dimensions and more; owned */
} walk;

/* Longer ones would take minutes each, or their coordinates would not fit. */
static size_t longest_self_avoiding(unsigned dimension, unsigned bits)
{
    const size_t longest = dimension == 2 ? 1000 : 10000;
    return bits < 15 ? ((size_t)1 << (bits - 1)) - 1 : longest;
}

/* Slots for the first half of n steps, at most half full: a power of two. */
static size_t table_size(size_t n)
{
    size_t size = 16;
    while (size < n) size *= 2;
    return size;
}

static void walk_teardown(void *point)
{
    walk *self = point;
    if (!self->scratch) return;
    free(self->scratch->sites);
    free(self->scratch->slots);
    free(self->scratch);
    self->scratch = NULL;
}

/* A simple walk reads a word as a fraction f, goes in direction floor(2 d f), and on with the fraction that is left of
 * 2 d f. Directions so stay within 2^-40 of equal chances while 40 bits are left, and equal where 2 d is a power of 2. */
static size_t steps_a_word(unsigned dimension)
{
    size_t steps = 0;
    for (uint64_t paths = 1; paths * 2 * dimension <= UINT64_C(1) << (DRAWN_BITS - 40); paths *= 2 * dimension) steps++;
    return steps;
}

static ulam_status walk_setup(const ulam_value *values, void *point, ulam_error *error)
{
    walk *self = point;
    self->dimension = (unsigned)values[DIMENSION].integer;
    self->bits = 64 / self->dimension;
    self->steps = (size_t)values[STEPS].integer;
    self->steps_a_word = steps_a_word(self->dimension);
    self->self_avoiding = values[KIND].choice == SELF_AVOIDING;
    if (!self->self_avoiding || self->dimension == 1) return ULAM_OK;

    const size_t longest = longest_self_avoiding(self->dimension, self->bits);
    if (self->steps > longest)
        return ulam_fail(error, ULAM_EINVAL,
                         "steps %zu: expected at most %zu for a self-avoiding walk, dimension being %u", self->steps,
                         longest, self->dimension);

    self->scratch = calloc(1, sizeof *self->scratch);
    if (!self->scratch) return ulam_fail_memory(error, "setting up a walk");
    self->scratch->sites = calloc(self->steps + 1, sizeof *self->scratch->sites);
    self->scratch->slots = calloc(table_size(self->steps), sizeof *self->scratch->slots);
    if (!self->scratch->sites || !self->scratch->slots) return ulam_fail_memory(error, "setting up a walk");
    return ULAM_OK;
}

/* The neighbour of the origin in one of the 2 d directions; directions 2 k and 2 k + 1 are opposite. */
static site neighbour(const walk *self, unsigned direction)
{
    const site along = (site)1 << self->bits * (direction / 2);
    return direction % 2 ? 0 - along : along;
}

static double squared_length(const walk *self, site end)
{
    double sum = 0;
    for (unsigned k = 0; k < self->dimension; k++) {
        const unsigned spare = 64 - self->bits;
        const int64_t coordinate = (int64_t)(end << spare) >> spare;
        sum += (double)(coordinate * coordinate);
        end = (end - (site)coordinate) >> self->bits;
    }
    return sum;
}

static bool visited(const site *sites, size_t n, site candidate)
{
    for (size_t k = 0; k < n; k++)
        if (sites[k] == candidate) return true;
    return false;
}

/* Simple sampling: steps that do not turn straight back, from the start again where a site repeats. */
static void draw_short(const walk *self, ulam_rng *rng, site *sites, size_t n)
{
    size_t k = 0;
    unsigned back = 0;

    sites[0] = 0;
    while (k < n) {
        const unsigned choices = k == 0 ? 2 * self->dimension : 2 * self->dimension - 1;
        unsigned direction = (unsigned)ulam_integer_below(rng, choices);
        if (k > 0 && direction >= back) direction++;
        const site next = sites[k] + neighbour(self, direction);
        if (visited(sites, k, next)) {
            k = 0;
            continue;
        }
        sites[++k] = next;
        back = direction ^ 1;
    }
}

static size_t slot_of(site where, size_t size)
{
    return (size_t)((where * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (size - 1);
}

/* Whether a site of first[n_first] is one of second[n_second]. */
static bool meet(scratch *self, const site *first, size_t n_first, const site *second, size_t n_second)
{
    const size_t size = table_size(2 * n_first);
    const uint64_t check = ++self->checks;
    slot *slots = self->slots;

    for (size_t k = 0; k < n_first; k++) {
        size_t at = slot_of(first[k], size);
        while (slots[at].check == check) at = (at + 1) & (size - 1);
        slots[at] = (slot){first[k], check};
    }
    for (size_t k = 0; k < n_second; k++)
        for (size_t at = slot_of(second[k], size); slots[at].check == check; at = (at + 1) & (size - 1))
            if (slots[at].site == second[k]) return true;
    return false;
}

/* A uniform self-avoiding walk from the origin into sites[n + 1]. */
static void draw_self_avoiding(const walk *self, ulam_rng *rng, site *sites, size_t n)
{
    if (n <= SHORT_WALK) {
        draw_short(self, rng, sites, n);
        return;
    }
    const size_t half = n / 2;
    do {
        draw_self_avoiding(self, rng, sites, half);
        const site joint = sites[half];
        draw_self_avoiding(self, rng, sites + half, n - half);
        for (size_t k = half; k <= n; k++) sites[k] += joint;
    } while (meet(self->scratch, sites, half, sites + half + 1, n - half));
}

static double self_avoiding_r2(const walk *self, ulam_rng *rng)
{
    if (self->dimension == 1) return (double)self->steps * (double)self->steps; /* straight on, either way */

    draw_self_avoiding(self, rng, self->scratch->sites, self->steps);
    return squared_length(self, self->scratch->sites[self->steps]);
}

/* The displacement by a word's steps: 128 + coordinate, a byte each. */
static const uint64_t no_displacement = UINT64_C(0x8080808080808080);
static const uint64_t drawn = (UINT64_C(1) << DRAWN_BITS) - 1;

static inline uint64_t displacement_by(uint64_t direction)
{
    const uint64_t one = 1 - 2 * (direction & 1); /* or -1 */
    return one << (direction >> 1 << 3);
}

static inline int64_t coordinate_of(uint64_t displacement, unsigned k)
{
    return (int64_t)(displacement >> 8 * k & 255) - 128;
}

static double simple_r2(const walk *self, ulam_rng *rng)
{
    const uint64_t choices = 2 * self->dimension;
    int64_t position[MAX_DIMENSION] = {0};
    double sum = 0;

    for (size_t left = self->steps; left > 0;) {
        const size_t steps = left < self->steps_a_word ? left : self->steps_a_word;
        uint64_t fraction = ulam_word64(rng) >> (64 - DRAWN_BITS), displacement = no_displacement;
        for (size_t step = 0; step < steps; step++) {
            const uint64_t product = fraction * choices;
            displacement += displacement_by(product >> DRAWN_BITS);
            fraction = product & drawn;
        }
        for (unsigned k = 0; k < self->dimension; k++) position[k] += coordinate_of(displacement, k);
        left -= steps;
    }
    for (unsigned k = 0; k < self->dimension; k++) sum += (double)position[k] * (double)position[k];
    return sum;
}

/* Simple walks; self-avoiding ones reject, each as often as it must, and are left to walk_run(). */
ULAM_LANES_KERNEL(walk_run_lanes)
{
    const walk *self = point;
    double *r2 = out + R2 * ULAM_LANES, *end_to_end = out + END_TO_END * ULAM_LANES;
    const uint64_t choices = 2 * self->dimension;
    int64_t position[MAX_DIMENSION][ULAM_LANES] = {0};
    uint64_t fraction[ULAM_LANES], displacement[ULAM_LANES];

    if (self->self_avoiding) return;
    for (size_t left = self->steps; left > 0;) {
        const size_t steps = left < self->steps_a_word ? left : self->steps_a_word;
        ulam_lanes_word64(lanes, fraction);
        for (int i = 0; i < ULAM_LANES; i++) fraction[i] >>= 64 - DRAWN_BITS;
        for (int i = 0; i < ULAM_LANES; i++) displacement[i] = no_displacement;
        for (size_t step = 0; step < steps; step++)
            for (int i = 0; i < ULAM_LANES; i++) {
                const uint64_t product = fraction[i] * choices;
                displacement[i] += displacement_by(product >> DRAWN_BITS);
                fraction[i] = product & drawn;
            }
        for (unsigned k = 0; k < self->dimension; k++)
            for (int i = 0; i < ULAM_LANES; i++) position[k][i] += coordinate_of(displacement[i], k);
        left -= steps;
    }
    for (int i = 0; i < ULAM_LANES; i++) r2[i] = 0;
    for (unsigned k = 0; k < self->dimension; k++)
        for (int i = 0; i < ULAM_LANES; i++) r2[i] += (double)position[k][i] * (double)position[k][i];
    ulam_lanes_sqrt(r2, end_to_end);
}

static void walk_run(const void *point, ulam_rng *rng, double *out)
{
    const walk *self = point;
    const double r2 = self->self_avoiding ? self_avoiding_r2(self, rng) : simple_r2(self, rng);

    out[R2] = r2;
    out[END_TO_END] = ulam_sqrt(r2);
}

/* Enumerated: how many self-avoiding walks of 0, 1, 2, ... steps there are, and the sum of their r2. */
typedef struct {
    double walks, sum;
} enumeration;

static const enumeration square[] = {{1, 0},
                                     {4, 4},
                                     {12, 32},
                                     {36, 164},
                                     {100, 704},
                                     {284, 2716},
                                     {780, 9808},
                                     {2172, 33788},
                                     {5916, 112480},
                                     {16268, 364588},
                                     {44100, 1157296},
                                     {120292, 3610884},
                                     {324932, 11108448},
                                     {881500, 33765276},
                                     {2374444, 101594000},
                                     {6416596, 302977204},
                                     {17245332, 896627936},
                                     {46466676, 2635423124},
                                     {124658732, 7699729296}};

static const enumeration cubic[] = {{1, 0},
                                    {6, 6},
                                    {30, 72},
                                    {150, 582},
                                    {726, 4032},
                                    {3534, 25566},
                                    {16926, 153528},
                                    {81390, 886926},
                                    {387966, 4983456},
                                    {1853886, 27401502},
                                    {8809878, 148157880},
                                    {41934150, 790096950}};

static void r2_exact(const ulam_value *values, double *exact)
{
    const int64_t dimension = values[DIMENSION].integer;
    const uint64_t n = (uint64_t)values[STEPS].integer;

    if (values[KIND].choice == SIMPLE || n == 1)
        *exact = (double)n;
    else if (dimension == 1)
        *exact = (double)n * (double)n;
    else if (dimension == 2 && n < sizeof square / sizeof *square)
        *exact = square[n].sum / square[n].walks;
    else if (dimension == 3 && n < sizeof cubic / sizeof *cubic)
        *exact = cubic[n].sum / cubic[n].walks;
    else
        *exact = NAN;
}

static void end_to_end_exact(const ulam_value *values, double *exact)
{
    const int64_t n = values[STEPS].integer;
    const bool straight = values[KIND].choice == SELF_AVOIDING && values[DIMENSION].integer == 1;
    *exact = straight || n == 1 ? (double)n : NAN;
}

static uint64_t walk_block(const ulam_value *values)
{
    const int64_t n = values[STEPS].integer;
    int64_t runs = values[KIND].choice == SIMPLE ? 65536 / n : 1000000 / (n * n);
    if (values[KIND].choice == SIMPLE && runs < ULAM_LANES && n <= 1000000) runs = ULAM_LANES;
    return runs < 1 ? 1 : runs > 4096 ? 4096 : (uint64_t)runs;
}

static const ulam_observable observables[N_OBSERVABLES] = {
    [R2] = {.name = "r2",
            .kind = ULAM_COUNT,
            .help = "squared distance between the ends, in lattice spacings",
            .exact = r2_exact},
    [END_TO_END] = {.name = "end_to_end",
                    .help = "distance between the ends, in lattice spacings",
                    .exact = end_to_end_exact},
};

const ulam_model ulam_model_walk = {
    .interface = ULAM_MODEL_INTERFACE,
    .name = "walk",
    .summary = "Simple or self-avoiding random walk: its end-to-end distance",
    .reference = "Madras and Slade (1993), The Self-Avoiding Walk; Alexandrowicz (1969), J. Chem. Phys. 51, 561",
    .source = ULAM_MODEL_SOURCE,
    .parameters = parameters,
    .n_parameters = N_PARAMETERS,
    .observables = observables,
    .n_observables = N_OBSERVABLES,
    .block = walk_block,
    .point_size = sizeof(walk),
    .setup = walk_setup,
    .teardown = walk_teardown,
    .run = walk_run,
    .run_lanes = walk_run_lanes,
};
