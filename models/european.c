/* European option on an asset that follows geometric Brownian motion (Black and Scholes 1973; with a dividend yield,
 * Merton 1973). Under the risk-neutral measure the asset's price at maturity T is
 *
 *     S_T = S_0 exp((r - q - sigma^2 / 2) T + sigma sqrt(T) Z),   Z standard normal,
 *
 * and the option is worth the mean of exp(-r T) max(0, S_T - K) for a call, exp(-r T) max(0, K - S_T) for a put. */

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
    KIND,
    N_PARAMETERS
};

enum {
    CALL,
    PUT
};

enum {
    PRICE,
    EXERCISED,
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
    [KIND] = {.name = "kind",
              .type = ULAM_CHOICE,
              .default_value = "call",
              .choices = kinds,
              .help = "call: the right to buy; put: the right to sell"},
};

typedef struct {
    double sign;     /* of the payoff: 1 for a call, -1 for a put */
    double strike;   /* K */
    double median;   /* of S_T */
    double spread;   /* sigma sqrt(T) */
    double discount; /* exp(-r T) */
} option;

static option option_of(const ulam_value *values)
{
    const double rate = values[RATE].real;
    const double volatility = values[VOLATILITY].real;
    const double maturity = values[MATURITY].real;
    const double drift = rate - values[DIVIDEND].real - 0.5 * volatility * volatility;

    return (option){
        .sign = values[KIND].choice == CALL ? 1 : -1,
        .strike = values[STRIKE].real,
        .median = values[SPOT].real * ulam_exp(drift * maturity),
        .spread = volatility * ulam_sqrt(maturity),
        .discount = ulam_exp(-rate * maturity),
    };
}

/* What the option yields at maturity, (S_T - K) or (K - S_T), where S_T is so many times its median. Worth exercising where
 * it is positive. */
static inline double gain(const option *self, double growth)
{
    return self->sign * (self->median * growth - self->strike);
}

/* x, or 0 where that is more. No branch: half of them would be guessed wrong. */
static inline double positive(double x) { return 0.5 * (x + fabs(x)); }

static ulam_status option_setup(const ulam_value *values, void *point, ulam_error *error)
{
    option *self = point;
    *self = option_of(values);

    const double extreme = 9; /* beyond every standard normal that a stream can draw */
    if (self->median < DBL_MIN || self->discount < DBL_MIN ||
        !isfinite(self->discount * gain(self, ulam_exp(self->spread * extreme))))
        return ulam_fail(error, ULAM_EINVAL,
                         "rate %g, dividend %g, volatility %g and maturity %g together take prices out of a double's "
                         "range: expected rates times maturity within a few hundred",
                         values[RATE].real, values[DIVIDEND].real, values[VOLATILITY].real, values[MATURITY].real);
    return ULAM_OK;
}

static void option_run(const void *point, ulam_rng *rng, double *out)
{
    const option *self = point;
    const double yield = gain(self, ulam_exp(self->spread * ulam_gaussian(rng)));

    out[PRICE] = self->discount * positive(yield);
    out[EXERCISED] = yield > 0;
}

/* option_run() of all lanes: array calls in place of calls, loops in place of expressions. */
ULAM_LANES_KERNEL(option_run_lanes)
{
    const option *self = point;
    double *price = out + PRICE * ULAM_LANES, *exercised = out + EXERCISED * ULAM_LANES;
    double growth[ULAM_LANES];

    ulam_lanes_gaussian(lanes, growth);
    for (int i = 0; i < ULAM_LANES; i++) growth[i] *= self->spread;
    ulam_lanes_exp(growth, growth);
    for (int i = 0; i < ULAM_LANES; i++) {
        const double yield = gain(self, growth[i]);
        price[i] = self->discount * positive(yield);
        exercised[i] = yield > 0;
    }
}

static double normal_cdf(double x) { return 0.5 * erfc(-M_SQRT1_2 * x); }

static void exercised_exact(const ulam_value *values, double *exact)
{
    const option self = option_of(values);
    if (self.spread == 0)
        *exact = gain(&self, 1) > 0;
    else
        *exact = normal_cdf(self.sign * log(self.median / self.strike) / self.spread);
}

static void price_exact(const ulam_value *values, double *exact)
{
    const option self = option_of(values);
    if (self.spread == 0) {
        *exact = self.discount * fmax(0, gain(&self, 1));
        return;
    }
    const double forward = self.median * exp(0.5 * self.spread * self.spread);
    const double d2 = log(self.median / self.strike) / self.spread;
    const double d1 = d2 + self.spread;
    *exact =
        self.discount * self.sign * (forward * normal_cdf(self.sign * d1) - self.strike * normal_cdf(self.sign * d2));
}

static uint64_t option_block(const ulam_value *values)
{
    (void)values;
    return 4096;
}

static const ulam_observable observables[N_OBSERVABLES] = {
    [PRICE] = {.name = "price", .help = "discounted payoff, in the spot's currency", .exact = price_exact},
    [EXERCISED] = {.name = "exercised",
                   .kind = ULAM_INDICATOR,
                   .help = "whether the option ends in the money",
                   .exact = exercised_exact},
};

const ulam_model ulam_model_european = {
    .interface = ULAM_MODEL_INTERFACE,
    .name = "european",
    .summary = "European call or put on an asset in geometric Brownian motion",
    .reference = "Black and Scholes (1973), J. Political Economy 81, 637",
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
