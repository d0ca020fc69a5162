#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_rng.h>

#include "ising.h"

struct peer_ising {
    int size;
    double accept[9]; /* by the cost of a flip over 2 J, and 4 */
    double join;
    gsl_rng *rng;
    int *stack; /* [size * size], as are the spins */
    int *spin;
};

peer_ising *peer_ising_begin(unsigned size, double temperature)
{
    peer_ising *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    self->size = (int)size;
    for (int cost = -4; cost <= 4; cost++) self->accept[cost + 4] = exp(-2 * cost / temperature);
    self->join = 1 - exp(-2 / temperature);
    self->rng = gsl_rng_alloc(gsl_rng_mt19937);
    self->stack = calloc((size_t)size * size, sizeof *self->stack);
    self->spin = calloc((size_t)size * size, sizeof *self->spin);
    if (!self->rng || !self->stack || !self->spin) {
        peer_ising_end(self);
        return NULL;
    }
    for (unsigned i = 0; i < size * size; i++) self->spin[i] = 1;
    return self;
}

void peer_ising_end(peer_ising *self)
{
    if (!self) return;
    if (self->rng) gsl_rng_free(self->rng);
    free(self->stack);
    free(self->spin);
    free(self);
}

void peer_ising_metropolis(peer_ising *self, int sweeps)
{
    const int size = self->size;
    int *spin = self->spin;
    for (int sweep = 0; sweep < sweeps; sweep++)
        for (int y = 0; y < size; y++) {
            const int *above = spin + (y > 0 ? y - 1 : size - 1) * size;
            const int *below = spin + (y + 1 < size ? y + 1 : 0) * size;
            int *row = spin + y * size;
            for (int x = 0; x < size; x++) {
                const int sum = above[x] + below[x] + row[x > 0 ? x - 1 : size - 1] + row[x + 1 < size ? x + 1 : 0];
                const int cost = row[x] * sum;
                if (cost <= 0 || gsl_rng_uniform(self->rng) < self->accept[cost + 4]) row[x] = -row[x];
            }
        }
}

static int reach(peer_ising *self, int site, int old, int open)
{
    if (self->spin[site] != old || gsl_rng_uniform(self->rng) >= self->join) return open;
    self->spin[site] = -old;
    self->stack[open] = site;
    return open + 1;
}

uint64_t peer_ising_wolff(peer_ising *self, int clusters)
{
    const int size = self->size;
    uint64_t flipped = 0;
    for (int cluster = 0; cluster < clusters; cluster++) {
        const int seed = (int)gsl_rng_uniform_int(self->rng, (unsigned long)(size * size)), old = self->spin[seed];
        int open = 1;
        self->stack[0] = seed;
        self->spin[seed] = -old;
        while (open > 0) {
            const int site = self->stack[--open], x = site % size, y = site / size;
            flipped++;
            open = reach(self, y * size + (x > 0 ? x - 1 : size - 1), old, open);
            open = reach(self, y * size + (x + 1 < size ? x + 1 : 0), old, open);
            open = reach(self, (y > 0 ? y - 1 : size - 1) * size + x, old, open);
            open = reach(self, (y + 1 < size ? y + 1 : 0) * size + x, old, open);
        }
    }
    return flipped;
}
