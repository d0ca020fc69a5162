/* Stochastic SIR epidemic in a closed, well-mixed population of N. With s susceptible and i infected, an infection
 * happens at rate beta s i / N and a recovery at rate gamma i, beta = R_0 gamma (Bailey 1975). By Gillespie's direct
 * method (1977) the time to the next event is exponential with the total rate, and the event is an infection with that
 * rate's share of it. A run ends when nobody is infected. */

#include <ulam/math.h>
#include <ulam/model.h>

enum {
    POPULATION,
    INITIAL,
    R0,
    RECOVERY_RATE,
    HORIZON,
    SAMPLES,
    N_PARAMETERS
};

enum {
    EXACT_LIMIT = 2000 /* the largest population whose exact means are computed: some milliseconds */
};

static const ulam_parameter parameters[N_PARAMETERS] = {
    [POPULATION] = {.name = "population",
                    .type = ULAM_INTEGER,
                    .default_value = "1000",
                    .bounds = "[1, 100000000]",
                    .help = "number of people, N"},
    [INITIAL] = {.name = "initial",
                 .type = ULAM_INTEGER,
                 .default_value = "1",
                 .bounds = "[1, 100000000]",
                 .help = "infected at the start, at most the population; the others are susceptible"},
    [R0] = {.name = "r0",
            .type = ULAM_REAL,
            .default_value = "2",
            .bounds = "[0, 1e6]",
            .help = "basic reproduction number: whom one infects among susceptible people only"},
    [RECOVERY_RATE] = {.name = "recovery_rate",
                       .type = ULAM_REAL,
                       .default_value = "0.2",
                       .unit = "1/d",
                       .bounds = "(0, 1e9]",
                       .help = "rate gamma at which an infected person recovers"},
    [HORIZON] = {.name = "horizon",
                 .type = ULAM_REAL,
                 .default_value = "100",
                 .unit = "d",
                 .bounds = "(0, 1e300]", /* times the index of a sample it is still finite */
                 .help = "time of the last sample of `infected`; the epidemic itself is followed to its end"},
    [SAMPLES] = {.name = "samples",
                 .type = ULAM_INTEGER,
                 .default_value = "51",
                 .bounds = "[1, 100000]",
                 .help = "samples of `infected`, evenly spaced from time 0 to horizon; a single one stands at horizon"},
};

typedef struct {
    int64_t population, initial;
    double infection; /* rate per infected person, if all others were susceptible, over N: beta / N */
    double recovery;  /* gamma */
    double horizon;
    int64_t samples;
} epidemic;

static ulam_status epidemic_setup(const ulam_value *values, void *point, ulam_error *error)
{
    epidemic *self = point;
    self->population = values[POPULATION].integer;
    self->initial = values[INITIAL].integer;
    self->recovery = values[RECOVERY_RATE].real;
    self->infection = values[R0].real * self->recovery / (double)self->population;
    self->horizon = values[HORIZON].real;
    self->samples = values[SAMPLES].integer;
    if (self->initial > self->population)
        return ulam_fail(error, ULAM_EINVAL,
                         "initial %lld is greater than population %lld: expected initial <= population",
                         (long long)self->initial, (long long)self->population);
    return ULAM_OK;
}

static double sample_time(double horizon, int64_t samples, int64_t k)
{
    return samples == 1 ? horizon : horizon * (double)k / (double)(samples - 1);
}

static void epidemic_run(const void *point, ulam_rng *rng, double *out)
{
    const epidemic *self = point;
    double *infected_at = out, *final_size = out + self->samples, *peak = final_size + 1, *duration = peak + 1;
    int64_t susceptible = self->population - self->initial;
    int64_t infected = self->initial, most = infected;
    int64_t sample = 0;
    double time = 0;

    while (infected > 0) {
        const double infection = self->infection * (double)susceptible;
        const double total = infection + self->recovery; /* per infected person */
        time += ulam_exponential(rng) / (total * (double)infected);
        while (sample < self->samples && sample_time(self->horizon, self->samples, sample) < time)
            infected_at[sample++] = (double)infected;

        if (ulam_uniform(rng) * total < infection) {
            susceptible--;
            if (++infected > most) most = infected;
        } else {
            infected--;
        }
    }
    while (sample < self->samples) infected_at[sample++] = 0;
    *final_size = (double)(self->population - susceptible);
    *peak = (double)most;
    *duration = time;
}

/* Exact means by the embedded jump chain. `visit[i]` is the probability that the epidemic passes through (s, i); rows s
 * are walked downwards and, in a row, i downwards, because an infection leads to (s - 1, i + 1) and a recovery to
 * (s, i - 1). The next row is built in the places of the last. All terms are positive, hence stable. */
static void exact_means(const ulam_value *values, double *final_size, double *duration)
{
    const int64_t population = values[POPULATION].integer, initial = values[INITIAL].integer;
    double visit[EXACT_LIMIT + 2] = {0};

    *final_size = *duration = NAN;
    if (population > EXACT_LIMIT || initial > population) return;
    *final_size = *duration = 0;
    visit[initial] = 1;
    for (int64_t s = population - initial; s >= 0; s--) {
        const double infection = values[R0].real * (double)s / (double)population; /* over gamma, as the next */
        const double total = infection + 1;
        for (int64_t i = population - s; i > 0; i--) {
            *duration += visit[i] / (total * (double)i * values[RECOVERY_RATE].real);
            visit[i - 1] += visit[i] * (1 / total);
            visit[i + 1] = visit[i] * (infection / total);
        }
        *final_size += visit[0] * (double)(population - s);
        visit[0] = visit[1] = 0;
    }
}

static void final_size_exact(const ulam_value *values, double *exact)
{
    double duration;
    exact_means(values, exact, &duration);
}

static void duration_exact(const ulam_value *values, double *exact)
{
    double final_size;
    exact_means(values, &final_size, exact);
}

static void infected_time(const ulam_value *values, double *time)
{
    const int64_t samples = values[SAMPLES].integer;
    for (int64_t k = 0; k < samples; k++) time[k] = sample_time(values[HORIZON].real, samples, k);
}

/* Known at the start and, without infections, at all times. */
static void infected_exact(const ulam_value *values, double *exact)
{
    const double initial = (double)values[INITIAL].integer;
    infected_time(values, exact);
    for (int64_t k = 0; k < values[SAMPLES].integer; k++) {
        const double known = initial * exp(-values[RECOVERY_RATE].real * exact[k]);
        exact[k] = exact[k] == 0 || values[R0].real == 0 ? known : NAN;
    }
}

static void peak_exact(const ulam_value *values, double *exact)
{
    *exact = values[R0].real == 0 ? (double)values[INITIAL].integer : NAN;
}

static uint64_t epidemic_block(const ulam_value *values)
{
    const int64_t runs = 16384 / values[POPULATION].integer;
    return runs < 1 ? 1 : runs > 256 ? 256 : (uint64_t)runs;
}

static const ulam_observable observables[] = {
    {.name = "infected",
     .kind = ULAM_COUNT,
     .help = "people infected at each time",
     .length_from = "samples",
     .dimension = "time",
     .dimension_unit = "d",
     .coordinate = infected_time,
     .exact = infected_exact},
    {.name = "final_size",
     .kind = ULAM_COUNT,
     .help = "people ever infected, the initial ones included",
     .exact = final_size_exact},
    {.name = "peak", .kind = ULAM_COUNT, .help = "most people infected at one time", .exact = peak_exact},
    {.name = "duration", .unit = "d", .help = "time of the last recovery", .exact = duration_exact},
};

const ulam_model ulam_model_sir = {
    .interface = ULAM_MODEL_INTERFACE,
    .name = "sir",
    .summary = "Stochastic SIR epidemic by Gillespie's direct method",
    .reference =
        "Gillespie (1977), J. Phys. Chem. 81, 2340; Bailey (1975), The Mathematical Theory of Infectious Diseases",
    .source = ULAM_MODEL_SOURCE,
    .parameters = parameters,
    .n_parameters = N_PARAMETERS,
    .observables = observables,
    .n_observables = sizeof observables / sizeof *observables,
    .block = epidemic_block,
    .point_size = sizeof(epidemic),
    .setup = epidemic_setup,
    .run = epidemic_run,
};
