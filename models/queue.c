/* M/M/1 queue: customers arrive in a Poisson process of rate lambda, and one server takes an exponential time of mean
 * 1 / mu for each. The time that customer k waits for service follows Lindley's recursion (Lindley 1952)
 *
 *     W_(k+1) = max(0, W_k + S_k - A_(k+1)),   S_k a service time, A_(k+1) the time to the next arrival.
 *
 * With rho = lambda / mu < 1 the stationary waiting time is 0 with probability 1 - rho, and P(W > t) = rho
 * exp(-(mu - lambda) t). */

#include <ulam/math.h>
#include <ulam/model.h>

enum {
    ARRIVAL_RATE,
    SERVICE_RATE,
    CUSTOMERS,
    START,
    THRESHOLD,
    N_PARAMETERS
};

enum {
    STATIONARY,
    EMPTY
};

enum {
    TRANSIENT_LIMIT = 10000 /* customers up to whom the exact transient means are summed: well below a second */
};

static const char *const starts[] = {[STATIONARY] = "stationary", [EMPTY] = "empty", NULL};

static const ulam_parameter parameters[N_PARAMETERS] = {
    [ARRIVAL_RATE] = {.name = "arrival_rate",
                      .type = ULAM_REAL,
                      .default_value = "1",
                      .unit = "1/s",
                      .bounds = "(0, inf)",
                      .help = "customers that arrive per time, lambda"},
    [SERVICE_RATE] = {.name = "service_rate",
                      .type = ULAM_REAL,
                      .default_value = "2",
                      .unit = "1/s",
                      .bounds = "(0, inf)",
                      .help = "customers that a busy server serves per time, mu"},
    [CUSTOMERS] = {.name = "customers",
                   .type = ULAM_INTEGER,
                   .default_value = "100",
                   .bounds = "[1, 1000000]",
                   .help = "customers followed in a run"},
    [START] = {.name = "start",
               .type = ULAM_CHOICE,
               .default_value = "stationary",
               .choices = starts,
               .help = "what the first customer finds: the stationary queue (needs arrival_rate < service_rate), or an "
                       "empty one"},
    [THRESHOLD] = {.name = "threshold",
                   .type = ULAM_REAL,
                   .default_value = "1",
                   .unit = "s",
                   .bounds = "[0, inf)",
                   .help = "waiting time above which a customer counts as delayed"},
};

typedef struct {
    double interarrival, service; /* mean times */
    double log_load, relaxation;  /* log(rho) and 1 / (mu - lambda): the stationary law; used where it is the start */
    size_t customers;
    bool stationary;
    double threshold;
} queue;

static ulam_status queue_setup(const ulam_value *values, void *point, ulam_error *error)
{
    queue *self = point;
    const double arrival = values[ARRIVAL_RATE].real;
    const double service = values[SERVICE_RATE].real;

    self->stationary = values[START].choice == STATIONARY;
    if (self->stationary && arrival >= service)
        return ulam_fail(error, ULAM_EINVAL,
                         "arrival_rate %g is not below service_rate %g, so that no stationary queue exists: expected "
                         "arrival_rate < service_rate, or start: empty",
                         arrival, service);
    self->interarrival = 1 / arrival;
    self->service = 1 / service;
    self->log_load = ulam_log(arrival / service);
    self->relaxation = 1 / (service - arrival);
    self->customers = (size_t)values[CUSTOMERS].integer;
    self->threshold = values[THRESHOLD].real;
    return ULAM_OK;
}

static inline double positive(double x) { return x > 0 ? x : 0; }

static void queue_run(const void *point, ulam_rng *rng, double *out)
{
    const queue *self = point;
    double *wait = out, *mean_wait = out + self->customers, *delayed = mean_wait + 1;

    /* By inversion, and drawn for either start, so that under common random numbers the two stay in step. */
    const double first = positive((ulam_exponential(rng) + self->log_load) * self->relaxation);
    double now = self->stationary ? first : 0;
    double sum = 0;
    size_t late = 0;

    for (size_t k = 0; k < self->customers; k++) {
        wait[k] = now;
        sum += now;
        late += now > self->threshold;
        const double service = self->service * ulam_exponential(rng);
        const double interarrival = self->interarrival * ulam_exponential(rng);
        now = positive(now + service - interarrival);
    }
    *mean_wait = sum / (double)self->customers;
    *delayed = (double)late / (double)self->customers;
}

ULAM_LANES_KERNEL(queue_run_lanes)
{
    const queue *self = point;
    double *mean_wait = out + self->customers * ULAM_LANES, *delayed = mean_wait + ULAM_LANES;
    double now[ULAM_LANES], sum[ULAM_LANES] = {0}, late[ULAM_LANES] = {0};
    double service[ULAM_LANES], interarrival[ULAM_LANES];

    ulam_lanes_exponential(lanes, now);
    for (int i = 0; i < ULAM_LANES; i++)
        now[i] = self->stationary ? positive((now[i] + self->log_load) * self->relaxation) : 0;

    for (size_t k = 0; k < self->customers; k++) {
        double *wait = out + k * ULAM_LANES;
        ulam_lanes_exponential(lanes, service);
        ulam_lanes_exponential(lanes, interarrival);
        for (int i = 0; i < ULAM_LANES; i++) {
            wait[i] = now[i];
            sum[i] += now[i];
            late[i] += now[i] > self->threshold;
            now[i] = positive(now[i] + self->service * service[i] - self->interarrival * interarrival[i]);
        }
    }
    for (int i = 0; i < ULAM_LANES; i++) mean_wait[i] = sum[i] / (double)self->customers;
    for (int i = 0; i < ULAM_LANES; i++) delayed[i] = late[i] / (double)self->customers;
}

/* E max(0, X - Y) for X and Y sums of k exponential times of rates mu >= lambda. Of a service and an arrival clock, the
 * next to ring is the arrivals' with probability p = lambda / (lambda + mu); j services end before arrival k with
 * probability C(k - 1 + j, j) p^k q^j, and then X - Y is a sum of k - j service times. `last` is the probability at
 * j = k - 1; the others follow from it. */
static double mean_excess(size_t k, double mu, double q, double last)
{
    double sum = 0;
    double probability = last;
    for (size_t j = k - 1;; j--) {
        const double term = (double)(k - j) * probability;
        sum += term;
        if (j == 0 || term < 1e-18 * sum || probability == 0) break;
        probability *= (double)j / ((double)(k - 1 + j) * q);
    }
    return sum / mu;
}

/* Means of the waiting times of a queue that starts empty, by Spitzer's identity: E W_n, n = 0, 1, ..., is the sum of
 * E max(0, T_k) / k over k = 1 .. n, T_k being the sum of k service times less the sum of k times between arrivals. */
static void transient_means(const ulam_value *values, double *wait, double *mean_wait)
{
    const double lambda = values[ARRIVAL_RATE].real, mu = values[SERVICE_RATE].real;
    const size_t customers = (size_t)values[CUSTOMERS].integer;
    /* An overloaded queue is mirrored: E max(0, T) = E T + E max(0, -T). */
    const bool overloaded = lambda > mu;
    const double slow = overloaded ? mu : lambda, fast = overloaded ? lambda : mu;
    const double p = slow / (slow + fast), q = fast / (slow + fast);
    const double growth = overloaded ? 1 / mu - 1 / lambda : 0;
    double mean = 0, sum = 0;
    double last = p;

    for (size_t n = 0; n < customers; n++) {
        if (n > 0) {
            const double k = (double)n;
            mean += growth + mean_excess(n, fast, q, last) / k;
            last *= 2 * (2 * k - 1) / k * p * q;
        }
        if (wait) wait[n] = mean;
        sum += mean;
    }
    *mean_wait = sum / (double)customers;
}

static double stationary_mean(const ulam_value *values)
{
    const double lambda = values[ARRIVAL_RATE].real, mu = values[SERVICE_RATE].real;
    return lambda / mu / (mu - lambda);
}

static void wait_exact(const ulam_value *values, double *exact)
{
    const size_t customers = (size_t)values[CUSTOMERS].integer;
    double mean_wait;
    if (values[START].choice == EMPTY && customers <= TRANSIENT_LIMIT)
        transient_means(values, exact, &mean_wait);
    else
        for (size_t k = 0; k < customers; k++)
            exact[k] = values[START].choice == STATIONARY ? stationary_mean(values) : NAN;
}

static void mean_wait_exact(const ulam_value *values, double *exact)
{
    if (values[START].choice == STATIONARY)
        *exact = stationary_mean(values);
    else if (values[CUSTOMERS].integer <= TRANSIENT_LIMIT)
        transient_means(values, NULL, exact);
    else
        *exact = NAN;
}

static void delayed_exact(const ulam_value *values, double *exact)
{
    const double lambda = values[ARRIVAL_RATE].real, mu = values[SERVICE_RATE].real;
    *exact = values[START].choice == STATIONARY ? lambda / mu * exp(-(mu - lambda) * values[THRESHOLD].real) : NAN;
}

static uint64_t queue_block(const ulam_value *values)
{
    const int64_t customers = values[CUSTOMERS].integer;
    int64_t runs = 65536 / customers;
    if (runs < ULAM_LANES && customers <= 10000) runs = ULAM_LANES;
    return runs < 1 ? 1 : runs > 4096 ? 4096 : (uint64_t)runs;
}

static const ulam_observable observables[] = {
    {.name = "wait",
     .unit = "s",
     .help = "waiting time of each customer, service not included",
     .length_from = "customers",
     .dimension = "customer",
     .exact = wait_exact},
    {.name = "mean_wait", .unit = "s", .help = "mean waiting time of a run's customers", .exact = mean_wait_exact},
    {.name = "delayed", .help = "fraction of a run's customers who wait longer than threshold", .exact = delayed_exact},
};

const ulam_model ulam_model_queue = {
    .interface = ULAM_MODEL_INTERFACE,
    .name = "queue",
    .summary = "M/M/1 queue: the customers' waiting times",
    .reference = "Lindley (1952), Proc. Cambridge Phil. Soc. 48, 277",
    .source = ULAM_MODEL_SOURCE,
    .parameters = parameters,
    .n_parameters = N_PARAMETERS,
    .observables = observables,
    .n_observables = sizeof observables / sizeof *observables,
    .block = queue_block,
    .point_size = sizeof(queue),
    .setup = queue_setup,
    .run = queue_run,
    .run_lanes = queue_run_lanes,
};
