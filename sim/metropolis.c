#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <ulam/math.h>
#include <ulam/metropolis.h>

/* A chain. */
typedef struct {
    double log_density; /* at the place */
    double scale;
    uint64_t tuned;    /* proposals by which the scale has been adapted */
    uint64_t accepted; /* whether the last proposal was */
    double vector[];   /* [3 dimension]: the place, the widths of the steps, room for a proposal */
} chain;

static size_t dimension_of(const ulam_metropolis *target, const void *point)
{
    return target->dimension ? target->dimension : target->dimension_of(point);
}

size_t ulam_metropolis_size(const ulam_metropolis *target, const void *point)
{
    return sizeof(chain) + 3 * dimension_of(target, point) * sizeof(double);
}

/* The place as text: "(1.5, 2)"; of very many coordinates the first. */
static const char *place_text(char text[256], const double *x, size_t n)
{
    size_t length = 0;
    for (size_t i = 0; i < n; i++) {
        if (length > 200) {
            snprintf(text + length, 256 - length, ", ...");
            break;
        }
        length += (size_t)snprintf(text + length, 256 - length, "%s%.17g", i ? ", " : "", x[i]);
    }
    return text;
}

/* Whether a chain can be, or be refused to be, where the density has that logarithm. */
static bool is_density(double log_density, const double *x, size_t n, ulam_rng *rng)
{
    char text[256];
    if (log_density < INFINITY) return true;
    ulam_run_fail(rng, "log_density is %g, expected a number or -inf, at x = (%s)", log_density,
                  place_text(text, x, n));
    return false;
}

void ulam_metropolis_init(const ulam_metropolis *target, const void *point, ulam_rng *rng, void *state)
{
    chain *self = state;
    const size_t n = dimension_of(target, point);
    double *x = self->vector, *width = x + n;
    char text[256];
    for (size_t i = 0; i < n; i++) {
        x[i] = 0;
        width[i] = 1;
    }
    if (target->widths) target->widths(point, width);
    if (target->start) target->start(point, rng, x);
    self->scale = 2.38 / ulam_sqrt((double)n);
    self->log_density = target->log_density(point, x);
    if (is_density(self->log_density, x, n, rng) && self->log_density == -INFINITY)
        ulam_run_fail(rng, "the density is 0 where the chain starts, at x = (%s)", place_text(text, x, n));
}

/* Proposes a step, and returns the logarithm of the ratio of the densities. */
static double propose(const ulam_metropolis *target, const void *point, ulam_rng *rng, chain *self)
{
    const size_t n = dimension_of(target, point);
    const double *x = self->vector, *width = x + n;
    double *proposal = self->vector + 2 * n;
    for (size_t i = 0; i < n; i++) proposal[i] = x[i] + self->scale * width[i] * ulam_gaussian(rng);
    const double chance =
        ulam_log(ulam_uniform_open(rng)); /* drawn in any case: a sweep takes a fixed number of words */
    const double log_density = target->log_density(point, proposal);
    self->accepted = 0;
    if (!is_density(log_density, proposal, n, rng)) return -INFINITY;
    const double log_ratio = log_density - self->log_density;
    if (chance < log_ratio) {
        memcpy(self->vector, proposal, n * sizeof *proposal);
        self->log_density = log_density;
        self->accepted = 1;
    }
    return log_ratio;
}

void ulam_metropolis_sweep(const ulam_metropolis *target, const void *point, ulam_rng *rng, void *state)
{
    propose(target, point, rng, state);
}

void ulam_metropolis_tune(const ulam_metropolis *target, const void *point, ulam_rng *rng, void *state)
{
    chain *self = state;
    const double log_ratio = propose(target, point, rng, self);
    const double probability = log_ratio < 0 ? ulam_exp(log_ratio) : 1;
    const double best = 0.234 + 0.206 / (double)dimension_of(target, point);
    const double step = ulam_exp(-0.6 * ulam_log((double)++self->tuned));
    self->scale *= ulam_exp((probability - best) * step);
}

void ulam_metropolis_measure(const ulam_metropolis *target, const void *point, const void *state, double *out)
{
    const chain *self = state;
    if (!target->measure) {
        memcpy(out, self->vector, dimension_of(target, point) * sizeof *out);
        return;
    }
    const ulam_metropolis_place place = {
        .x = self->vector, .log_density = self->log_density, .scale = self->scale, .accepted = self->accepted != 0};
    target->measure(point, &place, out);
}
