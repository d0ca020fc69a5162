#include <math.h>
#include <stdbool.h>

#include <ulam/groups.h>

#include "exact_quotient.h"
#include "two_sum.h"
#include "vectorised.h"

enum {
    FEW = ULAM_GROUPS, /* so few values are added one by one */
};

/* Sums in doubles, and what rounding took away from each. */
typedef struct {
    double sum[ULAM_GROUPS], lost[ULAM_GROUPS];
    int64_t count[ULAM_GROUPS];
} partial;

void ulam_groups_free(ulam_groups *self)
{
    for (int g = 0; g < ULAM_GROUPS; g++) ulam_exact_free(&self->sum[g]);
    *self = (ulam_groups){0};
}

/* Adds a value to each group in turn. */
VECTORISED static void add_row(partial *self, const double *row)
{
    for (int g = 0; g < ULAM_GROUPS; g++) {
        const bool is_number = row[g] == row[g];
        two_sum_add(&self->sum[g], &self->lost[g], is_number ? row[g] : 0);
        self->count[g] += is_number;
    }
}

static void add_value(partial *self, uint64_t run, double x)
{
    const size_t g = run % ULAM_GROUPS;
    if (isnan(x)) return;
    two_sum_add(&self->sum[g], &self->lost[g], x);
    self->count[g]++;
}

/* Consecutive runs, by rows that begin with group 0. */
static void add_rows(partial *self, ulam_series values, uint64_t first)
{
    double buffer[ULAM_GROUPS];
    size_t i = 0;
    for (; i < values.n && (first + i) % ULAM_GROUPS; i++) add_value(self, first + i, values.value[i * values.step]);
    for (; i + ULAM_GROUPS <= values.n; i += ULAM_GROUPS) {
        const double *row = values.value + i * values.step;
        for (size_t g = 0; values.step != 1 && g < ULAM_GROUPS; g++) buffer[g] = row[g * values.step];
        add_row(self, values.step == 1 ? row : buffer);
    }
    for (; i < values.n; i++) add_value(self, first + i, values.value[i * values.step]);
}

static ulam_status add_partial(ulam_groups *self, const partial *part)
{
    for (int g = 0; g < ULAM_GROUPS; g++) {
        if (ulam_exact_add_product(&self->sum[g], &part->sum[g], 1) ||
            ulam_exact_add_product(&self->sum[g], &part->lost[g], 1))
            return ULAM_ENOMEM;
        self->count[g] += (uint64_t)part->count[g];
    }
    return ULAM_OK;
}

static ulam_status add_each(ulam_groups *self, ulam_series values, uint64_t first, const uint64_t *run)
{
    for (size_t i = 0; i < values.n; i++) {
        const double x = values.value[i * values.step];
        const size_t g = (run ? run[i] : first + i) % ULAM_GROUPS;
        if (isnan(x)) continue;
        if (ulam_exact_add_product(&self->sum[g], &x, 1)) return ULAM_ENOMEM;
        self->count[g]++;
    }
    return ULAM_OK;
}

ulam_status ulam_groups_add_block(ulam_groups *self, ulam_series values, uint64_t first, const uint64_t *run)
{
    if (values.n <= FEW) return add_each(self, values, first, run);
    partial part = {0};
    if (run)
        for (size_t i = 0; i < values.n; i++) add_value(&part, run[i], values.value[i * values.step]);
    else
        add_rows(&part, values, first);
    bool finite = true;
    for (int g = 0; g < ULAM_GROUPS; g++) finite &= isfinite(part.sum[g]) && isfinite(part.lost[g]);
    return finite ? add_partial(self, &part) : add_each(self, values, first, run);
}

ulam_status ulam_groups_merge(ulam_groups *self, const ulam_groups *other)
{
    for (int g = 0; g < ULAM_GROUPS; g++) {
        if (ulam_exact_merge(&self->sum[g], &other->sum[g])) return ULAM_ENOMEM;
        self->count[g] += other->count[g];
    }
    return ULAM_OK;
}

/* The mean of each group; or, the total being given, of all others. */
static void find_means(const ulam_groups *self, bool of_others, double mean[ULAM_GROUPS])
{
    mpz_t sum[ULAM_GROUPS], total, n, scratch[EXACT_SCRATCH];
    int32_t unit = 0;
    uint64_t all = 0;
    mpz_inits(total, n, scratch[0], scratch[1], scratch[2], NULL);
    for (int g = 0; g < ULAM_GROUPS; g++) unit = self->sum[g].low < unit ? self->sum[g].low : unit;
    for (int g = 0; g < ULAM_GROUPS; g++) {
        mpz_init(sum[g]);
        exact_read(sum[g], scratch[0], &self->sum[g], unit);
        mpz_add(total, total, sum[g]);
        all += self->count[g];
    }
    for (int g = 0; g < ULAM_GROUPS; g++) {
        const uint64_t count = of_others ? all - self->count[g] : self->count[g];
        if (of_others) mpz_sub(sum[g], total, sum[g]);
        exact_read_count(n, count);
        mean[g] = count ? exact_quotient(scratch, sum[g], n, 64L * unit, false) : NAN;
        mpz_clear(sum[g]);
    }
    mpz_clears(total, n, scratch[0], scratch[1], scratch[2], NULL);
}

double ulam_groups_mean(const ulam_groups *self)
{
    mpz_t total, term, scratch[EXACT_SCRATCH];
    int32_t unit = 0;
    uint64_t count = 0;
    mpz_inits(total, term, scratch[0], scratch[1], scratch[2], NULL);
    for (int g = 0; g < ULAM_GROUPS; g++) unit = self->sum[g].low < unit ? self->sum[g].low : unit;
    for (int g = 0; g < ULAM_GROUPS; g++) {
        exact_read(term, scratch[0], &self->sum[g], unit);
        mpz_add(total, total, term);
        count += self->count[g];
    }
    exact_read_count(term, count);
    const double mean = count ? exact_quotient(scratch, total, term, 64L * unit, false) : NAN;
    mpz_clears(total, term, scratch[0], scratch[1], scratch[2], NULL);
    return mean;
}

void ulam_groups_means(const ulam_groups *self, double mean[ULAM_GROUPS]) { find_means(self, false, mean); }

void ulam_groups_means_without(const ulam_groups *self, double mean[ULAM_GROUPS]) { find_means(self, true, mean); }
