#include <float.h>
#include <math.h>
#include <stdlib.h>

#include <ulam/statistics.h>

bool ulam_statistics_need_pilot(const ulam_statistics *self)
{
    for (size_t i = 0; self && i < self->n_sketches; i++)
        if (isnan(self->sketches[i].centre)) return true;
    for (size_t i = 0; self && i < self->n_histograms; i++)
        if (isnan(self->histograms[i].low)) return true;
    return false;
}

size_t ulam_statistics_frame_size(const ulam_statistics *self)
{
    return self ? self->n_sketches + 2 * self->n_histograms : 0;
}

size_t ulam_statistics_group(const ulam_statistics *self, size_t element)
{
    size_t low = 0, high = self ? self->n_grouped : 0;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (self->grouped[middle] == element) return middle;
        if (self->grouped[middle] < element)
            low = middle + 1;
        else
            high = middle;
    }
    return SIZE_MAX;
}

size_t ulam_statistics_pair(const ulam_statistics *self, size_t a, size_t b)
{
    const size_t first = a < b ? a : b, second = a < b ? b : a;
    for (size_t i = 0; self && i < self->n_pairs; i++)
        if (self->pairs[i].first == first && self->pairs[i].second == second) return i;
    return SIZE_MAX;
}

uint64_t ulam_pilot_runs(uint64_t block) { return block < ULAM_PILOT_RUNS ? block : ULAM_PILOT_RUNS; }

/* Hoare's selection: puts the value of that rank (0: the least) in its place and returns it. */
static double select_rank(double *value, size_t n, size_t rank)
{
    size_t first = 0, last = n - 1;
    while (first < last) {
        const double pivot = value[first + (last - first) / 2];
        size_t i = first, j = last;
        while (i <= j) {
            while (value[i] < pivot) i++;
            while (value[j] > pivot) j--;
            if (i > j) break;
            const double swapped = value[i];
            value[i++] = value[j];
            value[j] = swapped;
            if (j-- == 0) break;
        }
        if (rank <= j && j < last)
            last = j;
        else if (rank >= i)
            first = i;
        else
            break;
    }
    return value[rank];
}

static double median(ulam_series pilot, double *scratch)
{
    size_t n = 0;
    for (size_t i = 0; i < pilot.n; i++) {
        const double x = pilot.value[i * pilot.step];
        if (!isnan(x)) scratch[n++] = x;
    }
    return n ? select_rank(scratch, n, (n - 1) / 2) + 0.0 : 0;
}

static void find_range(ulam_series pilot, double *low, double *high)
{
    double least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < pilot.n; i++) {
        const double x = pilot.value[i * pilot.step];
        if (x < least) least = x;
        if (x > most) most = x;
    }
    *low = 0;
    *high = 1;
    if (!(least <= most)) return;
    const double largest = fmax(fabs(least), fabs(most)), quarter = most / 4 - least / 4;
    const double distinct = fmax(0x1p-30 * largest, 0x1p-900); /* so that a double can tell the edges apart */
    const double more = least < most ? fmax(quarter, distinct) : fmax(largest, 0.5);
    const double limit = 0x1p-20 * DBL_MAX; /* no edge may overflow on the way */
    *low = fmax(fmin(least - more, 0.5 * limit), -limit);
    *high = fmin(fmax(most + more, -0.5 * limit), limit);
    if (least >= 0 && *low < 0) *low = 0;
}

ulam_status ulam_pilot_frame(const ulam_statistics *self, const ulam_block_values *pilot, double *frame)
{
    double *scratch = malloc((pilot->n + 1) * sizeof *scratch);
    if (!scratch) return ULAM_ENOMEM;
    for (size_t i = 0; i < self->n_sketches; i++, frame++) {
        const ulam_sketch_plan *plan = &self->sketches[i];
        *frame = isnan(plan->centre) ? median(ulam_block_series(pilot, plan->element), scratch) : plan->centre;
    }
    for (size_t i = 0; i < self->n_histograms; i++, frame += 2) {
        const ulam_histogram_plan *plan = &self->histograms[i];
        frame[0] = plan->low;
        frame[1] = plan->high;
        if (isnan(plan->low)) find_range(ulam_block_series(pilot, plan->element), &frame[0], &frame[1]);
    }
    free(scratch);
    return ULAM_OK;
}
