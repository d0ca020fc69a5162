/* The lifetime of a radioactive source, out of a few counts: Bayes' law by a random walk.
 *
 * In the interval that begins at time t, n decays are counted, which a Poisson law with the mean
 *
 *     amplitude exp(-t / lifetime) + background
 *
 * makes more or less likely. Of the three unknown numbers nothing is known but that they are positive. The density of their
 * posterior law, up to a factor, is then the likelihood of the counts; ulam walks over it, and the means and the variance of
 * what it meets are the estimate and its uncertainty. */

#include <stdlib.h>
#include <string.h>

#include <ulam/math.h>
#include <ulam/metropolis.h>
#include <ulam/model.h>

enum {
    AMPLITUDE,
    LIFETIME,
    BACKGROUND,
    UNKNOWNS
};

typedef struct {
    size_t n;
    double *time, *count; /* [n] */
} data;

/* Reads lines "time,count" behind a first line that names the columns. */
static ulam_status read_counts(data *self, const ulam_file *file, ulam_error *error)
{
    size_t number = 1;
    for (const char *line = strchr(file->content, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
        char *comma, *end;
        number++;
        self->time[self->n] = strtod(line + 1, &comma);
        self->count[self->n] = strtod(comma + (*comma == ','), &end);
        if (*comma != ',' || end == comma + 1 || !strchr("\r\n", *end) || self->count[self->n] < 0)
            return ulam_fail(error, ULAM_EINVAL, "%s:%zu: expected a time and a count, such as '1.5,20'", file->path,
                             number);
        self->n++;
    }
    if (self->n == 0) return ulam_fail(error, ULAM_EINVAL, "%s has no counts", file->path);
    return ULAM_OK;
}

/* Once for each point: what its chains share. */
static ulam_status decay_setup(const ulam_value *values, void *point, ulam_error *error)
{
    data *self = point;
    const ulam_file *file = values[0].file;
    self->time = calloc(file->size + 1, sizeof *self->time);
    self->count = calloc(file->size + 1, sizeof *self->count);
    if (!self->time || !self->count) return ulam_fail_memory(error, "reading the counts");
    return read_counts(self, file, error);
}

static void decay_teardown(void *point)
{
    data *self = point;
    free(self->time);
    free(self->count);
}

/* What is sampled: the logarithm of the density, where x is; -INFINITY where nothing can be. */
static double log_density(const void *point, const double *x)
{
    const data *self = point;
    double sum = 0;
    if (x[AMPLITUDE] <= 0 || x[LIFETIME] <= 0 || x[BACKGROUND] <= 0) return -INFINITY;
    for (size_t i = 0; i < self->n; i++) {
        const double mean = x[AMPLITUDE] * ulam_exp(-self->time[i] / x[LIFETIME]) + x[BACKGROUND];
        sum += self->count[i] * ulam_log(mean) - mean;
    }
    return sum;
}

/* Where a chain starts: anywhere in a wide range, so that chains that agree in the end have not just stayed together. */
static void start(const void *point, ulam_rng *rng, double *x)
{
    const data *self = point;
    x[AMPLITUDE] = (0.5 + ulam_uniform(rng)) * (self->count[0] + 1);
    x[LIFETIME] = (0.1 + ulam_uniform(rng)) * (self->time[self->n - 1] + 1);
    x[BACKGROUND] = (0.1 + ulam_uniform(rng)) * (self->count[self->n - 1] + 1);
}

/* About how far the density reaches in each direction. The walk finds out by itself by how much that is wrong in common. */
static void widths(const void *point, double *width)
{
    const data *self = point;
    width[AMPLITUDE] = ulam_sqrt(self->count[0] + 1);
    width[LIFETIME] = 0.1 * (self->time[self->n - 1] + 1);
    width[BACKGROUND] = ulam_sqrt(self->count[self->n - 1] + 1);
}

/* What is averaged, after each proposal. */
static void measure(const void *point, const ulam_metropolis_place *place, double *out)
{
    (void)point;
    out[0] = place->x[AMPLITUDE];
    out[1] = place->x[LIFETIME];
    out[2] = place->x[LIFETIME] * place->x[LIFETIME];
    out[3] = place->x[BACKGROUND];
    out[4] = place->accepted;
}

static const ulam_metropolis posterior = {
    .dimension = UNKNOWNS, .log_density = log_density, .start = start, .widths = widths, .measure = measure};
ULAM_METROPOLIS(chain, posterior)

static const ulam_parameter parameters[] = {
    {.name = "counts", .type = ULAM_FILE, .help = "a CSV table of times and counts; its first line names the columns"},
};

static const ulam_observable observables[] = {
    {.name = "amplitude", .help = "decays expected in the interval that begins at time 0"},
    {.name = "lifetime", .unit = "h", .help = "mean lifetime"},
    {.name = "lifetime2", .unit = "h^2", .help = "its square"},
    {.name = "background", .help = "counts expected from elsewhere in every interval"},
    {.name = "accepted", .help = "fraction of the proposals that are accepted; some 0.2 to 0.4 is good"},
};

static const ulam_derived derived[] = {
    {.name = "uncertainty",
     .unit = "h",
     .help = "standard deviation of the lifetime's posterior law",
     .expression = "sqrt(lifetime2 - lifetime^2)"},
};

static const ulam_model decay = {
    .interface = ULAM_MODEL_INTERFACE,
    .name = "decay",
    .summary = "lifetime of a source, out of counts",
    .parameters = parameters,
    .n_parameters = 1,
    .observables = observables,
    .n_observables = sizeof observables / sizeof *observables,
    .point_size = sizeof(data),
    .setup = decay_setup,
    .teardown = decay_teardown,
    .derived = derived,
    .n_derived = 1,
    .chain = &chain,
};

ULAM_MODEL(decay)
