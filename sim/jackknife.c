#include <math.h>
#include <stdbool.h>

#include <ulam/jackknife.h>

static const ulam_estimate undefined = {NAN, NAN, {NAN, NAN}};

void ulam_groups_replicate(const ulam_groups *self, ulam_replicates *replicates)
{
    uint64_t total = 0;
    for (int g = 0; g < ULAM_GROUPS; g++) total += self->count[g];
    replicates->all = ulam_groups_mean(self);
    ulam_groups_means_without(self, replicates->without);
    for (int g = 0; g < ULAM_GROUPS; g++) replicates->share[g] = total ? (double)self->count[g] / (double)total : 0;
}

/* What a group adds to the value's correction. */
static double part_of(const ulam_replicates *self, int g)
{
    return (1 - self->share[g]) * (self->all - self->without[g]);
}

void ulam_replicates_subtract(ulam_replicates *self, const ulam_replicates *other)
{
    const double all = self->all - other->all;
    for (int g = 0; g < ULAM_GROUPS; g++) {
        const double share = (self->share[g] + other->share[g]) / 2;
        self->without[g] = all - (part_of(self, g) - part_of(other, g)) / (1 - share);
        self->share[g] = share;
    }
    self->all = all;
}

/* Groups that have a run; 0: not all of them are defined. */
static size_t count_groups(const ulam_replicates *self)
{
    size_t n = 0;
    for (int g = 0; g < ULAM_GROUPS; g++) {
        if (self->share[g] == 0) continue;
        if (!isfinite(self->without[g])) return 0;
        n++;
    }
    return isfinite(self->all) ? n : 0;
}

void ulam_jackknife(const ulam_replicates *replicates, double level, ulam_estimate *estimate)
{
    const size_t n = count_groups(replicates);
    const double *share = replicates->share;
    double correction = 0, variance = 0;
    *estimate = undefined;
    if (n < 2) return;
    for (int g = 0; g < ULAM_GROUPS; g++)
        if (share[g] > 0) correction += part_of(replicates, g);
    for (int g = 0; g < ULAM_GROUPS; g++) {
        if (share[g] == 0) continue;
        const double others = 1 / share[g] - 1;
        const double away = others * (replicates->all - replicates->without[g]) - correction;
        variance += away * away / others;
    }
    estimate->value = replicates->all + correction;
    estimate->std_error = sqrt(variance / (double)n);
    estimate->interval = ulam_student_interval(n, estimate->value, estimate->std_error * sqrt((double)n), level);
}
