/* Asian option: a call or put on the average of an asset's prices at n equally spaced times t_i = i T / n, i = 1 .. n. The
 * asset follows geometric Brownian motion under the risk-neutral measure,
 *
 *     log(S_i / S_0) = log(S_(i-1) / S_0) + (r - q - sigma^2 / 2) T / n + sigma sqrt(T / n) Z_i,   Z_i standard normal,
 *
 * and the option is worth the mean of exp(-r T) max(0, A - K) for a call, exp(-r T) max(0, K - A) for a put. With the
 * geometric mean in place of the arithmetic one, log A is normal and the price known (Kemna and Vorst 1990): with the same
 * numbers it makes a control variate. */

#include <float.h>

#include <ulam/math.h>
#include <ulam/model.h>

enum {
    SPOT,
    STRIKE,
    RATE,
    DIVIDEND,
    VOLATILITY,
    MATURITY,
    FIXINGS,
    KIND,
    N_PARAMETERS
};

enum {
    CALL,
    PUT
};

enum {
    PRICE,
    GEOMETRIC,
    N_OBSERVABLES
};

static const char *const kinds[] = {[CALL] = "call", [PUT] = "put", NULL};

static const ulam_parameter parameters[N_PARAMETERS] = {
    [SPOT] = {.name = "spot",
              .type = ULAM_REAL,
              .default_value = "100",
              .bounds = "(0, inf)",
              .help = "price of the asset today, S_0"},
    [STRIKE] = {.name = "strike",
                .type = ULAM_REAL,
                .default_value = "100",
                .bounds = "(0, inf)",
                .help = "price K at which the option may be exercised"},
    [RATE] = {.name = "rate",
              .type = ULAM_REAL,
              .default_value = "0.05",
              .unit = "1/yr",
              .bounds = "(-inf, inf)",
              .help = "risk-free interest rate r, continuously compounded"},
    [DIVIDEND] = {.name = "dividend",
                  .type = ULAM_REAL,
                  .default_value = "0",
                  .unit = "1/yr",
                  .bounds = "(-inf, inf)",
                  .help = "dividend yield q, continuously compounded"},
    [VOLATILITY] = {.name = "volatility",
                    .type = ULAM_REAL,
                    .default_value = "0.2",
                    .unit = "yr^-1/2",
                    .bounds = "[0, inf)",
                    .help = "volatility sigma of the asset's logarithm"},
    [MATURITY] = {.name = "maturity",
                  .type = ULAM_REAL,
                  .default_value = "1",
                  .unit = "yr",
                  .bounds = "[0, inf)",
                  .help = "time T until the option expires"},
    [FIXINGS] = {.name = "fixings",
                 .type = ULAM_INTEGER,
                 .default_value = "64",
                 .bounds = "[1, 100000]",
                 .help = "prices that are averaged, n: equally spaced, the last one at maturity"},
    [KIND] = {.name = "kind",
              .type = ULAM_CHOICE,
              .default_value = "call",
              .choices = kinds,
              .help = "call: the right to buy; put: the right to sell"},
};

typedef struct {
    double sign;     /* of the payoff: 1 for a call, -1 for a put */
    double spot;     /* S_0 */
    double strike;   /* K */
    double drift;    /* of log S between two fixings: (r - q - sigma^2 / 2) T / n */
    double spread;   /* and its standard deviation: sigma sqrt(T / n) */
    double discount; /* exp(-r T) */
    size_t fixings;  /* n */
} option;

static option option_of(const ulam_value *values)
{
    const double rate = values[RATE].real;
    const double volatility = values[VOLATILITY].real;
    const double maturity = values[MATURITY].real;
    const double interval = maturity / (double)values[FIXINGS].integer;

    return (option){
        .sign = values[KIND].choice == CALL ? 1 : -1,
        .spot = values[SPOT].real,
        .strike = values[STRIKE].real,
        .drift = (rate - values[DIVIDEND].real - 0.5 * volatility * volatility) * interval,
        .spread = volatility * ulam_sqrt(interval),
        .discount = ulam_exp(-rate * maturity),
        .fixings = (size_t)values[FIXINGS].integer,
    };
}

static ulam_status option_setup(const ulam_value *values, void *point, ulam_error *error)
{
    option *self = point;
    *self = option_of(values);

    /* At nine standard deviations, where no path will go, its last price must still be a number. */
    const double n = (double)self->fixings;
    const double reach = 9 * self->spread * ulam_sqrt(n);
    const double highest = self->spot * ulam_exp(fmax(0, self->drift * n + reach));
    const double lowest = self->spot * ulam_exp(fmin(0, self->drift * n - reach));
    if (lowest < DBL_MIN || self->discount < DBL_MIN || !isfinite(self->discount * (highest * n + self->strike)))
        return ulam_fail(error, ULAM_EINVAL,
                         "rate %g, dividend %g, volatility %g and maturity %g together take prices out of a double's "
                         "range: expected rates times maturity within a few hundred",
                         values[RATE].real, values[DIVIDEND].real, values[VOLATILITY].real, values[MATURITY].real);
    return ULAM_OK;
}

/* Discounted payoff where the average is so many times S_0. */
static inline double value_of(const option *self, double average)
{
    const double yield = self->sign * (self->spot * average - self->strike);
    return self->discount * (0.5 * (yield + fabs(yield))); /* 0 where it is negative, without a branch */
}

static void option_run(const void *point, ulam_rng *rng, double *out)
{
    const option *self = point;
    const double n = (double)self->fixings;
    double log_price = 0; /* log(S_i / S_0) */
    double sum = 0, log_sum = 0;

    for (size_t left = self->fixings, batch; left > 0; left -= batch) {
        double path[ULAM_LANES] = {0}; /* array calls take any numbers, be they of one run */
        batch = left < ULAM_LANES ? left : ULAM_LANES;
        ulam_gaussian_fill(rng, path, batch);
        for (size_t i = 0; i < batch; i++) {
            log_price += self->drift + self->spread * path[i];
            log_sum += log_price;
            path[i] = log_price;
        }
        ulam_lanes_exp(path, path);
        for (size_t i = 0; i < batch; i++) sum += path[i];
    }
    out[PRICE] = value_of(self, sum / n);
    out[GEOMETRIC] = value_of(self, ulam_exp(log_sum / n));
}

ULAM_LANES_KERNEL(option_run_lanes)
{
    const option *self = point;
    const double n = (double)self->fixings;
    double *price = out + PRICE * ULAM_LANES, *geometric = out + GEOMETRIC * ULAM_LANES;
    double log_price[ULAM_LANES] = {0}, sum[ULAM_LANES] = {0}, log_sum[ULAM_LANES] = {0};
    double step[ULAM_LANES], growth[ULAM_LANES];

    for (size_t fixing = 0; fixing < self->fixings; fixing++) {
        ulam_lanes_gaussian(lanes, step);
        for (int i = 0; i < ULAM_LANES; i++) {
            log_price[i] += self->drift + self->spread * step[i];
            log_sum[i] += log_price[i];
        }
        ulam_lanes_exp(log_price, growth);
        for (int i = 0; i < ULAM_LANES; i++) sum[i] += growth[i];
    }
    for (int i = 0; i < ULAM_LANES; i++) log_sum[i] /= n;
    ulam_lanes_exp(log_sum, growth);
    for (int i = 0; i < ULAM_LANES; i++) price[i] = value_of(self, sum[i] / n);
    for (int i = 0; i < ULAM_LANES; i++) geometric[i] = value_of(self, growth[i]);
}

static double normal_cdf(double x) { return 0.5 * erfc(-M_SQRT1_2 * x); }

/* Without volatility every run is the same. */
static double certain_value(const option *self, size_t observable)
{
    double out[N_OBSERVABLES];
    ulam_rng any;
    ulam_rng_start(&any, 0, 0);
    option_run(self, &any, out);
    return out[observable];
}

/* The mean of log(S_1 .. S_n) / n about log S_0 is drift (n + 1) / 2, its variance spread^2 (n + 1) (2 n + 1) / (6 n). */
static void geometric_exact(const ulam_value *values, double *exact)
{
    const option self = option_of(values);
    const double n = (double)self.fixings;
    const double mean = 0.5 * self.drift * (n + 1);
    const double spread = self.spread * sqrt((n + 1) * (2 * n + 1) / (6 * n));
    if (spread == 0) {
        *exact = certain_value(&self, GEOMETRIC);
        return;
    }
    const double forward = self.spot * exp(mean + 0.5 * spread * spread);
    const double d2 = (log(self.spot / self.strike) + mean) / spread;
    const double d1 = d2 + spread;
    *exact =
        self.discount * self.sign * (forward * normal_cdf(self.sign * d1) - self.strike * normal_cdf(self.sign * d2));
}

static void price_exact(const ulam_value *values, double *exact)
{
    const option self = option_of(values);
    if (self.fixings == 1) /* the two means are one */
        geometric_exact(values, exact);
    else
        *exact = self.spread == 0 ? certain_value(&self, PRICE) : NAN;
}

static uint64_t option_block(const ulam_value *values)
{
    const int64_t runs = 262144 / values[FIXINGS].integer;
    return runs < ULAM_LANES ? ULAM_LANES : runs > 4096 ? 4096 : (uint64_t)runs;
}

static const ulam_observable observables[N_OBSERVABLES] = {
    [PRICE] = {.name = "price", .help = "discounted payoff on the arithmetic mean", .exact = price_exact},
    [GEOMETRIC] = {.name = "geometric", .help = "discounted payoff on the geometric mean", .exact = geometric_exact},
};

const ulam_model ulam_model_asian = {
    .interface = ULAM_MODEL_INTERFACE,
    .name = "asian",
    .summary = "Asian call or put: on the arithmetic or geometric mean of an asset's prices",
    .reference = "Kemna and Vorst (1990), J. Banking and Finance 14, 113",
    .source = ULAM_MODEL_SOURCE,
    .parameters = parameters,
    .n_parameters = N_PARAMETERS,
    .observables = observables,
    .n_observables = N_OBSERVABLES,
    .block = option_block,
    .point_size = sizeof(option),
    .setup = option_setup,
    .run = option_run,
    .run_lanes = option_run_lanes,
};
