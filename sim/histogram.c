#include <math.h>
#include <stdlib.h>

#include <ulam/histogram.h>

#include "counts.h"
#include "histogram_bytes.h"
#include "vectorised.h"

enum {
    CHUNK = 256
};

void ulam_histogram_init(ulam_histogram *self, const ulam_histogram_plan *plan)
{
    *self = (ulam_histogram){.low = plan->low, .high = plan->high, .bins = plan->bins};
}

void ulam_histogram_free(ulam_histogram *self)
{
    free(self->count);
    free(self->edge);
    *self = (ulam_histogram){.low = NAN, .high = NAN, .bins = self->bins};
}

double ulam_histogram_edge(double low, double high, size_t bins, size_t i)
{
    return i == bins ? high : low + (double)i * (high - low) / (double)bins;
}

/* Memory is taken for a histogram that counts something. */
static ulam_status make_room(ulam_histogram *self)
{
    if (self->count) return ULAM_OK;
    self->edge = malloc((self->bins + 1) * sizeof *self->edge);
    self->count = self->edge ? calloc(self->bins + 3, sizeof *self->count) : NULL;
    if (!self->count) return ULAM_ENOMEM;
    for (size_t i = 0; i <= self->bins; i++) self->edge[i] = ulam_histogram_edge(self->low, self->high, self->bins, i);
    return ULAM_OK;
}

/* Finds the place of each value among the counts: a first guess by division, mended by looking at the edges. */
VECTORISED static void find_places(const ulam_histogram *self, const double *x, size_t n, int32_t *place)
{
    const double low = self->low, high = self->high, scale = (double)self->bins / (high - low);
    const double most = (double)(self->bins - 1);
    const double *edge = self->edge;
    const int32_t above = (int32_t)self->bins + 1, nowhere = above + 1;
    for (size_t i = 0; i < n; i++) {
        const double value = x[i];
        double guess = (value - low) * scale;
        guess = guess > 0 ? guess : 0;
        guess = guess < most ? guess : most;
        const int32_t bin = (int32_t)guess;
        const int32_t mended = bin + 1 - (value < edge[bin]) + (value >= edge[bin + 1]);
        const int32_t outer = value < low ? 0 : value >= high ? above : nowhere;
        place[i] = ((value >= low) & (value < high)) ? mended : outer;
    }
}

ulam_status ulam_histogram_add(ulam_histogram *self, ulam_series values)
{
    double buffer[CHUNK];
    int32_t place[CHUNK];
    if (make_room(self)) return ULAM_ENOMEM;
    for (size_t done = 0, n; done < values.n; done += n) {
        n = values.n - done < CHUNK ? values.n - done : CHUNK;
        const double *chunk = values.value + done * values.step;
        for (size_t i = 0; values.step != 1 && i < n; i++) buffer[i] = chunk[i * values.step];
        find_places(self, values.step == 1 ? chunk : buffer, n, place);
        for (size_t i = 0; i < n; i++) self->count[place[i]]++;
    }
    self->count[self->bins + 2] = 0;
    return ULAM_OK;
}

ulam_status ulam_histogram_merge(ulam_histogram *self, const ulam_histogram *other)
{
    if (isnan(other->low)) return ULAM_OK;
    if (!isnan(self->low) && (self->low != other->low || self->high != other->high)) return ULAM_EINVAL;
    self->low = other->low;
    self->high = other->high;
    if (!other->count) return ULAM_OK;
    if (make_room(self)) return ULAM_ENOMEM;
    for (size_t i = 0; i < self->bins + 2; i++) self->count[i] += other->count[i];
    return ULAM_OK;
}

uint64_t ulam_histogram_total(const ulam_histogram *self)
{
    uint64_t total = 0;
    for (size_t i = 0; self->count && i < self->bins + 2; i++) total += self->count[i];
    return total;
}

ulam_status ulam_histogram_pack(const ulam_histogram *self, ulam_bytes *bytes)
{
    if (isnan(self->low)) return ulam_natural_pack(0, bytes);
    ulam_status status = ulam_natural_pack(1, bytes);
    if (!status) status = ulam_bytes_put_real(bytes, self->low);
    if (!status) status = ulam_bytes_put_real(bytes, self->high);
    if (status) return status;
    return self->count ? ulam_counts_pack(self->count, self->bins + 2, bytes) : ulam_natural_pack(0, bytes);
}

static bool is_edge(double x) { return isfinite(x) && !(x == 0 && signbit(x)); }

ulam_status ulam_histogram_unpack(ulam_histogram *self, const ulam_histogram_plan *plan, ulam_reader *reader)
{
    const uint64_t is_known = ulam_natural_unpack(reader);
    if (is_known == 0 && isnan(plan->low)) return ULAM_OK;
    self->low = ulam_reader_get_real(reader);
    self->high = ulam_reader_get_real(reader);
    if (is_known != 1 || reader->failed || !is_edge(self->low) || !is_edge(self->high) || !(self->low < self->high))
        return ULAM_EFORMAT;
    if (!isnan(plan->low) && (self->low != plan->low || self->high != plan->high)) return ULAM_EFORMAT;
    if (make_room(self)) return ULAM_ENOMEM;
    ulam_counts_unpack(self->count, self->bins + 2, reader);
    return reader->failed ? ULAM_EFORMAT : ULAM_OK;
}
