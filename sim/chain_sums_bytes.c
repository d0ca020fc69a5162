#include <math.h>

#include "chain_levels.h"
#include "counts.h"

/* n, and unless it is 0 everything else in the order of the declarations. n tells how many reals there are. */

static const uint64_t most_measurements = UINT64_C(1) << 56; /* beyond any chain */

static size_t least(uint64_t n, size_t most) { return n < most ? (size_t)n : most; }

static ulam_status put(ulam_bytes *bytes, const double *real, size_t n)
{
    ulam_status status = ULAM_OK;
    for (size_t i = 0; i < n && !status; i++) status = ulam_bytes_put_real(bytes, real[i]);
    return status;
}

static void get(ulam_reader *reader, double *real, size_t n)
{
    for (size_t i = 0; i < n; i++) real[i] = ulam_reader_get_real(reader);
}

static ulam_status pack_segment(const ulam_chain_segment *self, ulam_bytes *bytes)
{
    const double real[] = {self->sum, self->squares};
    return put(bytes, real, 2);
}

static void unpack_segment(ulam_chain_segment *self, ulam_reader *reader)
{
    self->sum = ulam_reader_get_real(reader);
    self->squares = ulam_reader_get_real(reader);
}

static ulam_status pack_level(const ulam_chain_level *self, uint64_t bins, ulam_bytes *bytes)
{
    const double ends[] = {self->sum, self->pending};
    ulam_status status = put(bytes, self->product, least(bins, ULAM_CHAIN_LAGS + 1));
    if (!status) status = put(bytes, self->first, least(bins, ULAM_CHAIN_LAGS));
    if (!status) status = put(bytes, self->last, least(bins, ULAM_CHAIN_LAGS));
    return status ? status : put(bytes, ends, 2);
}

static void unpack_level(ulam_chain_level *self, uint64_t bins, ulam_reader *reader)
{
    get(reader, self->product, least(bins, ULAM_CHAIN_LAGS + 1));
    get(reader, self->first, least(bins, ULAM_CHAIN_LAGS));
    get(reader, self->last, least(bins, ULAM_CHAIN_LAGS));
    self->sum = ulam_reader_get_real(reader);
    self->pending = ulam_reader_get_real(reader);
}

ulam_status ulam_chain_sums_pack(const ulam_chain_sums *self, ulam_bytes *bytes)
{
    const double head[] = {self->shift, self->sum.sum, self->sum.error, self->squares.sum, self->squares.error};
    const uint64_t running = self->n / ulam_chain_sums_width(self->n);
    uint64_t bins = self->n;
    ulam_status status = ulam_natural_pack(self->n, bytes);
    if (status || self->n == 0) return status;
    status = put(bytes, head, sizeof head / sizeof *head);
    if (!status) status = pack_segment(&self->group, bytes);
    for (uint64_t i = 0; i <= running && !status; i++) status = pack_segment(&self->segment[i], bytes);
    for (size_t j = 0; j < self->n_levels && !status; j++, bins /= ULAM_CHAIN_FOLD)
        status = pack_level(&self->levels[j], bins, bytes);
    return status;
}

ulam_status ulam_chain_sums_unpack(ulam_chain_sums *self, ulam_reader *reader)
{
    double head[5];
    ulam_chain_sums_init(self);
    const uint64_t n = ulam_natural_unpack(reader), running = n / ulam_chain_sums_width(n);
    uint64_t bins = n;
    if (reader->failed || n > most_measurements) return ULAM_EFORMAT;
    if (n == 0) return ULAM_OK;
    get(reader, head, sizeof head / sizeof *head);
    unpack_segment(&self->group, reader);
    for (uint64_t i = 0; i <= running; i++) unpack_segment(&self->segment[i], reader);
    if (reader->failed || !isfinite(head[0])) return ULAM_EFORMAT;
    if (ulam_chain_levels_reserve(self, n)) return ULAM_ENOMEM;
    for (size_t j = 0; j < self->n_levels; j++, bins /= ULAM_CHAIN_FOLD) unpack_level(&self->levels[j], bins, reader);
    self->n = n;
    self->shift = head[0];
    self->sum = (ulam_chain_total){head[1], head[2]};
    self->squares = (ulam_chain_total){head[3], head[4]};
    return reader->failed ? ULAM_EFORMAT : ULAM_OK;
}

ulam_status ulam_chain_sums_skip(ulam_reader *reader)
{
    const uint64_t n = ulam_natural_unpack(reader);
    size_t reals = 5 + 2 * (1 + (size_t)(n / ulam_chain_sums_width(n) + 1));
    for (uint64_t bins = n; bins > 0; bins /= ULAM_CHAIN_FOLD)
        reals += least(bins, ULAM_CHAIN_LAGS + 1) + 2 * least(bins, ULAM_CHAIN_LAGS) + 2;
    if (n > 0) ulam_reader_get(reader, reals * sizeof(double));
    return reader->failed ? ULAM_EFORMAT : ULAM_OK;
}
