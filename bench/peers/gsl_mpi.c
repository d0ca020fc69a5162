/* Three Monte Carlo jobs as one writes them by hand, with GSL's random numbers and MPI: `gsl_mpi JOB RUNS [SEED]`.
 *
 * Every rank performs its share of the runs with a generator of its own; the sums are reduced at the end. For each
 * quantity a line "name mean standard-error" is printed. */

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_QUANTITIES = 2,
    FIXINGS = 64
};

/* A call on an asset in geometric Brownian motion. */
static const double spot = 100, strike = 100, rate = 0.05, volatility = 0.2, maturity = 1;

typedef struct {
    double sum[MOST_QUANTITIES], squares[MOST_QUANTITIES];
} sums;

static inline void add(sums *to, int quantity, double x)
{
    to->sum[quantity] += x;
    to->squares[quantity] += x * x;
}

/* Needles as long as the floor's lines are apart. */
static void buffon(const gsl_rng *rng, long runs, sums *to)
{
    long crossings = 0;
    for (long i = 0; i < runs; i++) {
        const double centre = 0.5 * gsl_rng_uniform(rng), angle = M_PI_2 * gsl_rng_uniform(rng);
        crossings += centre < 0.5 * sin(angle);
    }
    to->sum[0] = to->squares[0] = (double)crossings;
}

static void european(const gsl_rng *rng, long runs, sums *to)
{
    const double median = spot * exp((rate - 0.5 * volatility * volatility) * maturity);
    const double spread = volatility * sqrt(maturity), discount = exp(-rate * maturity);
    for (long i = 0; i < runs; i++) {
        const double gain = median * exp(spread * gsl_ran_gaussian_ziggurat(rng, 1)) - strike;
        add(to, 0, gain > 0 ? discount * gain : 0);
        add(to, 1, gain > 0);
    }
}

/* The mean of the price at 64 equally spaced dates, arithmetic and geometric. */
static void asian(const gsl_rng *rng, long runs, sums *to)
{
    const double step = maturity / FIXINGS, drift = (rate - 0.5 * volatility * volatility) * step;
    const double spread = volatility * sqrt(step), discount = exp(-rate * maturity);
    for (long i = 0; i < runs; i++) {
        double path = log(spot), prices = 0, logarithms = 0;
        for (int k = 0; k < FIXINGS; k++) {
            path += drift + spread * gsl_ran_gaussian_ziggurat(rng, 1);
            prices += exp(path);
            logarithms += path;
        }
        add(to, 0, discount * fmax(0, prices / FIXINGS - strike));
        add(to, 1, discount * fmax(0, exp(logarithms / FIXINGS) - strike));
    }
}

static const struct {
    const char *name;
    void (*perform)(const gsl_rng *rng, long runs, sums *to);
    const char *quantities[MOST_QUANTITIES];
} jobs[] = {
    {"buffon", buffon, {"crossing"}},
    {"european", european, {"price", "exercised"}},
    {"asian", asian, {"arithmetic", "geometric"}},
};

static void print(const char *name, double sum, double squares, double n)
{
    const double mean = sum / n, variance = (squares - n * mean * mean) / (n - 1);
    printf("%s %.17g %.17g\n", name, mean, sqrt(variance / n));
}

int main(int argc, char **argv)
{
    int rank, ranks, job = -1;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    for (int i = 0; i < 3; i++)
        if (argc > 2 && strcmp(argv[1], jobs[i].name) == 0) job = i;
    const long runs = argc > 2 ? (long)atof(argv[2]) : 0;
    if (job < 0 || runs < 2) {
        if (rank == 0) fputs("usage: gsl_mpi buffon|european|asian RUNS [SEED]\n", stderr);
        MPI_Finalize();
        return 2;
    }

    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, (argc > 3 ? strtoul(argv[3], NULL, 10) : 1) + (unsigned long)rank);
    sums own = {0}, all = {0};
    jobs[job].perform(rng, runs / ranks + (rank < runs % ranks), &own);
    MPI_Reduce(&own, &all, 2 * MOST_QUANTITIES, MPI_DOUBLE, MPI_SUM, 0, MPI_COMM_WORLD);
    for (int k = 0; rank == 0 && k < MOST_QUANTITIES && jobs[job].quantities[k]; k++)
        print(jobs[job].quantities[k], all.sum[k], all.squares[k], (double)runs);
    gsl_rng_free(rng);
    MPI_Finalize();
    return 0;
}
