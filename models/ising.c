/* The Ising model on the square lattice of L x L sites, periodic, without a field: spins s_i = 1 or -1 of energy
 *
 *     E = -J sum of s_i s_j over the 2 L^2 pairs of neighbours,
 *
 * and temperatures in units of J / k_B. Chains by Metropolis' algorithm (Metropolis et al. 1953), of single spins, or by
 * Wolff's (1989), of clusters.
 *
 * Metropolis' flips are accepted with probability min(1, exp(-dE / T)), those that leave the energy as it is with 15/16:
 * any probability will do for these, but with 1 and spins taken in turn a lattice of stripes, all of whose flips cost
 * nothing, would turn into its negative for ever, and no other state would lead to it. */

#include "ising.h"

#include <ulam/math.h>

static const char *const algorithms[] = {
    [METROPOLIS] = "metropolis", [METROPOLIS_SCALAR] = "metropolis_scalar", [WOLFF] = "wolff", NULL};
static const char *const starts[] = {[COLD] = "cold", [HOT] = "hot", NULL};

static const ulam_parameter parameters[N_PARAMETERS] = {
    [SIZE] = {.name = "size",
              .type = ULAM_INTEGER,
              .default_value = "32",
              .bounds = "[2, 16384]",
              .help = "sites in a row and in a column, L; even for metropolis"},
    [TEMPERATURE] = {.name = "temperature",
                     .type = ULAM_REAL,
                     .default_value = "2.269185314213022",
                     .bounds = "(0, inf)",
                     .help = "in units of J / k_B; the infinite lattice orders below 2 / ln(1 + sqrt 2) = 2.269..."},
    [ALGORITHM] = {.name = "algorithm",
                   .type = ULAM_CHOICE,
                   .default_value = "metropolis",
                   .choices = algorithms,
                   .help =
                       "metropolis: single spins, 128 chains in step; metropolis_scalar: single spins, each chain by "
                       "itself; wolff: a sweep flips one cluster"},
    [START] = {.name = "start",
               .type = ULAM_CHOICE,
               .default_value = "cold",
               .choices = starts,
               .help = "cold: all spins up; hot: each up or down by chance"},
};

/* p 2^64, as an integer. */
static uint64_t threshold(double p) { return p < 1 ? (uint64_t)(p * 0x1p64) : UINT64_MAX; }

static ulam_status ising_setup(const ulam_value *values, void *point, ulam_error *error)
{
    ising *self = point;
    const double t = values[TEMPERATURE].real;
    self->size = (unsigned)values[SIZE].integer;
    self->sites = (size_t)self->size * self->size;
    self->algorithm = values[ALGORITHM].choice;
    self->hot = values[START].choice == HOT;
    if (self->algorithm == METROPOLIS && self->size % 2)
        return ulam_fail(error, ULAM_EINVAL,
                         "size %u is odd, and algorithm: metropolis updates the sites as a checkerboard's two colours: "
                         "expected an even size, or algorithm: metropolis_scalar or wolff",
                         self->size);
    self->threshold[0] = self->threshold[1] = UINT64_MAX;
    self->threshold[2] = threshold(15. / 16);
    self->threshold[3] = threshold(ulam_exp(-4 / t));
    self->threshold[4] = threshold(ulam_exp(-8 / t));
    self->bond = threshold(1 - ulam_exp(-2 / t));

    bool enough = true;
    if (self->algorithm == METROPOLIS) enough = !ising_bits_allocate(self);
    if (self->algorithm == WOLFF) enough = (self->boundary = malloc(self->sites * sizeof *self->boundary));
    return enough ? ULAM_OK : ulam_fail_memory(error, "preparing the lattice");
}

static void ising_teardown(void *point)
{
    ising *self = point;
    ising_bits_free(self);
    free(self->boundary);
    self->boundary = NULL;
}

static size_t chain_size(const void *point)
{
    const ising *self = point;
    return sizeof(ising_chain) + self->sites;
}

void ising_sum(const ising *self, ising_chain *chain)
{
    const unsigned size = self->size;
    chain->energy = chain->magnetisation = 0;
    for (size_t y = 0; y < size; y++) {
        const int8_t *row = chain->spin + y * size, *below = chain->spin + (y + 1 < size ? y + 1 : 0) * size;
        for (size_t x = 0; x < size; x++) {
            chain->energy -= row[x] * (below[x] + row[x + 1 < size ? x + 1 : 0]);
            chain->magnetisation += row[x];
        }
    }
}

static void chain_init(const void *point, ulam_rng *rng, unsigned member, void *state)
{
    const ising *self = point;
    ising_chain *chain = state;
    uint32_t word = 0;
    chain->member = member;
    if (self->algorithm == METROPOLIS) {
        ising_member_init(self, rng, chain);
    } else {
        for (size_t i = 0; i < self->sites; i++) {
            if (self->hot) word = i % 32 ? word >> 1 : ulam_word32(rng);
            chain->spin[i] = word & 1 ? -1 : 1;
        }
    }
    ising_sum(self, chain);
}

static void chain_sweep(const void *point, ulam_rng *rng, void *state)
{
    const ising *self = point;
    if (self->algorithm == METROPOLIS)
        ising_member_sweep(self, rng, state);
    else if (self->algorithm == METROPOLIS_SCALAR)
        ising_scalar_sweep(self, rng, state);
    else
        ising_wolff_sweep(self, rng, state);
}

static void chain_measure(const void *point, const void *state, double *out)
{
    const ising_chain *chain = state;
    ising_observe(point, chain->energy, chain->magnetisation, out, 1);
}

static bool is_bundled(const ulam_value *values) { return values[ALGORITHM].choice == METROPOLIS; }

static void energy_exact(const ulam_value *values, double *exact)
{
    double heat_capacity;
    ising_exact((unsigned)values[SIZE].integer, values[TEMPERATURE].real, exact, &heat_capacity);
}

static void energy2_exact(const ulam_value *values, double *exact)
{
    const double t = values[TEMPERATURE].real, sites = (double)values[SIZE].integer * (double)values[SIZE].integer;
    double energy, heat_capacity;
    ising_exact((unsigned)values[SIZE].integer, t, &energy, &heat_capacity);
    *exact = energy * energy + t * t * heat_capacity / sites;
}

static const ulam_observable observables[N_OBSERVABLES] = {
    [ENERGY] = {.name = "energy", .unit = "J", .help = "energy per site", .exact = energy_exact},
    [ENERGY2] = {.name = "energy2", .unit = "J^2", .help = "square of the energy per site", .exact = energy2_exact},
    [ABS_M] = {.name = "abs_m", .help = "absolute magnetisation per site"},
    [M2] = {.name = "m2", .help = "square of the magnetisation per site"},
    [M4] = {.name = "m4", .help = "its fourth power"},
};

static const ulam_derived derived[] = {
    {.name = "heat_capacity",
     .unit = "k_B",
     .help = "per site",
     .expression = "size^2 * (energy2 - energy^2) / temperature^2"},
    {.name = "susceptibility",
     .unit = "1/J",
     .help = "per site, of the absolute magnetisation",
     .expression = "size^2 * (m2 - abs_m^2) / temperature"},
    {.name = "binder", .help = "Binder's cumulant", .expression = "1 - m4 / (3 * m2^2)"},
};

static const ulam_chain chain = {
    .size = chain_size,
    .init = chain_init,
    .sweep = chain_sweep,
    .measure = chain_measure,
    .bundle = &ising_bundle,
    .is_bundled = is_bundled,
};

const ulam_model ulam_model_ising = {
    .interface = ULAM_MODEL_INTERFACE,
    .name = "ising",
    .summary = "Ising model on the square lattice: energy, magnetisation and their fluctuations",
    .reference = "Metropolis et al. (1953), J. Chem. Phys. 21, 1087; Wolff (1989), Phys. Rev. Lett. 62, 361",
    .source = ULAM_MODEL_SOURCE,
    .parameters = parameters,
    .n_parameters = N_PARAMETERS,
    .observables = observables,
    .n_observables = N_OBSERVABLES,
    .point_size = sizeof(ising),
    .setup = ising_setup,
    .teardown = ising_teardown,
    .derived = derived,
    .n_derived = sizeof derived / sizeof *derived,
    .chain = &chain,
};
