#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <ulam/execute.h>

#include "chain_block.h"
#include "grow.h"
#include "perform_run.h"

/* s, between questions whether to pause. */
static const double pause_interval = 1e-3;

static bool is_bundled(const ulam_chain_block *self) { return self->stride > 1; }

static size_t size_of_state(const ulam_chain_block *self)
{
    const ulam_chain *chain = self->job->model->chain;
    return is_bundled(self) ? chain->bundle->size(self->point) : chain->size(self->point);
}

static ulam_status make_room(ulam_chain_block *self)
{
    const size_t width = self->job->width, numbers = self->chains * width;
    self->state_size = size_of_state(self);
    self->state = calloc(1, self->state_size ? self->state_size : 1);
    self->sums = malloc((numbers ? numbers : 1) * sizeof *self->sums);
    self->failed = calloc(self->chains, sizeof *self->failed);
    self->measured = malloc(width * self->stride * sizeof *self->measured);
    self->batch = malloc(numbers * ULAM_CHAIN_BATCH * sizeof *self->batch);
    self->open_bin = calloc(numbers, sizeof *self->open_bin);
    for (size_t i = 0; self->sums && i < numbers; i++) ulam_chain_sums_init(&self->sums[i]);
    return self->state && self->sums && self->failed && self->measured && self->batch && self->open_bin ? ULAM_OK
                                                                                                        : ULAM_ENOMEM;
}

static void begin(ulam_chain_block *self)
{
    const ulam_chain *chain = self->job->model->chain;
    self->rng.failure = &self->begun;
    if (is_bundled(self))
        chain->bundle->init(self->point, &self->rng, self->state);
    else
        chain->init(self->point, &self->rng, self->member, self->state);
    self->rng.failure = NULL;
}

/* Puts the stream where it was. */
static void seek(ulam_rng *rng, uint64_t draw, uint32_t next)
{
    rng->draw = draw;
    if (next < 4) {
        rng->draw--;
        ulam_rng_refill(rng);
    }
    rng->next = next;
}

static void get_reals(const unsigned char *from, double *values, size_t n)
{
    ulam_reader reader = {.at = from, .end = from + n * sizeof *values};
    for (size_t i = 0; i < n; i++) values[i] = ulam_reader_get_real(&reader);
}

static ulam_status take_up_series(ulam_chain_block *self, ulam_chain_reader *reader)
{
    const size_t row = self->chains * self->job->width;
    ulam_chain_series series;
    const ulam_status status = ulam_chain_reader_series(reader, self->job->width, &series);
    if (status || series.bin != self->job->chain.bin) return ULAM_EFORMAT;
    if (series.bin == 0) return ULAM_OK;
    self->series = malloc(((size_t)series.n + 1) * row * sizeof *self->series);
    if (!self->series) return ULAM_ENOMEM;
    self->n_bins = (size_t)series.n;
    self->bins_capacity = self->n_bins + 1;
    self->open = series.open;
    get_reals(series.means, self->series, self->n_bins * row);
    get_reals(series.sums, self->open_bin, row);
    return ULAM_OK;
}

static ulam_status take_up(ulam_chain_block *self, const ulam_chain_record *record)
{
    ulam_chain_reader reader;
    ulam_status status = ulam_chain_reader_start(&reader, record);
    if (status) return status;
    if (reader.state_size != self->state_size || record->chains != self->chains) return ULAM_EFORMAT;
    memcpy(self->state, reader.state, self->state_size);
    seek(&self->rng, reader.draw, (uint32_t)reader.next);
    self->sweeps = record->sweeps;
    for (size_t i = 0; i < self->chains && !status; i++)
        status = ulam_chain_reader_next(&reader, self->job->width, self->sums + i * self->job->width, &self->failed[i]);
    return status ? status : take_up_series(self, &reader);
}

ulam_status ulam_chain_block_open(ulam_chain_block *self, const ulam_job *job, const void *point,
                                  const ulam_chunk *chunk, const ulam_chain_record *record)
{
    const uint64_t size = job->points[chunk->point].block;
    *self = (ulam_chain_block){.job = job,
                               .point = point,
                               .p = chunk->point,
                               .first = chunk->first * size,
                               .chains = (size_t)chunk->runs,
                               .stride = (size_t)size};
    if (make_room(self)) return ULAM_ENOMEM;
    ulam_rng_start(&self->rng, job->points[chunk->point].key, chunk->first);
    if (record) return take_up(self, record);
    begin(self);
    return ULAM_OK;
}

ulam_status ulam_chain_block_open_single(ulam_chain_block *self, const ulam_job *job, const void *point, size_t p,
                                         uint64_t run)
{
    const uint64_t size = job->points[p].block;
    *self = (ulam_chain_block){
        .job = job, .point = point, .p = p, .first = run, .chains = 1, .stride = 1, .member = (unsigned)(run % size)};
    if (make_room(self)) return ULAM_ENOMEM;
    ulam_rng_start(&self->rng, job->points[p].key, run / size);
    begin(self);
    return ULAM_OK;
}

void ulam_chain_block_close(ulam_chain_block *self)
{
    for (size_t i = 0; self->sums && i < self->chains * self->job->width; i++) ulam_chain_sums_free(&self->sums[i]);
    free(self->state);
    free(self->sums);
    free(self->failed);
    free(self->measured);
    free(self->batch);
    free(self->series);
    free(self->open_bin);
    *self = (ulam_chain_block){0};
}

static ulam_status close_bin(ulam_chain_block *self, ulam_error *error)
{
    const size_t width = self->job->width, row = self->chains * width;
    double *series = ulam_grow(self->series, self->n_bins, &self->bins_capacity, row * sizeof *series);
    if (!series) return ulam_fail_memory(error, "keeping a series");
    self->series = series;
    double *means = self->series + self->n_bins++ * row;
    for (size_t i = 0; i < row; i++) {
        means[i] = self->open_bin[i] / (double)self->open;
        self->open_bin[i] = self->failed[i / width] ? NAN : 0;
    }
    self->open = 0;
    return ULAM_OK;
}

static ulam_status add_to_series(ulam_chain_block *self, size_t n, ulam_error *error)
{
    const size_t width = self->job->width;
    ulam_status status = ULAM_OK;
    for (size_t k = 0; k < n && !status; k++) {
        for (size_t c = 0; c < self->chains; c++)
            for (size_t e = 0; e < width && !self->failed[c]; e++)
                self->open_bin[c * width + e] += self->batch[(e * self->chains + c) * ULAM_CHAIN_BATCH + k];
        if (++self->open == self->job->chain.bin) status = close_bin(self, error);
    }
    return status;
}

static ulam_status add_batch(ulam_chain_block *self, ulam_error *error)
{
    const size_t width = self->job->width, n = self->n_batch;
    self->n_batch = 0;
    for (size_t c = 0; c < self->chains; c++)
        for (size_t e = 0; e < width && !self->failed[c]; e++) {
            const double *values = self->batch + (e * self->chains + c) * ULAM_CHAIN_BATCH;
            if (ulam_chain_sums_add(&self->sums[c * width + e], values, n, 1))
                return ulam_fail_memory(error, "adding measurements");
        }
    return self->job->chain.bin ? add_to_series(self, n, error) : ULAM_OK;
}

/* The measurements before are added first, so that a series ends with the last bin that was complete. */
static ulam_status note(ulam_chain_block *self, size_t c, const ulam_error *cause, const ulam_chain_witness *witness,
                        ulam_error *error)
{
    if (self->failed[c]) return ULAM_OK;
    const ulam_status status = add_batch(self, error);
    if (status) return status;
    self->failed[c] = true;
    for (size_t e = 0; e < self->job->width; e++) self->open_bin[c * self->job->width + e] = NAN;
    return witness->note(witness->self, self->first + c, self->sweeps, cause, error);
}

/* Measurements of which some are not finite. */
static ulam_status judge(ulam_chain_block *self, const ulam_chain_witness *witness, ulam_error *error)
{
    const size_t width = self->job->width;
    double *values = malloc(width * sizeof *values);
    ulam_status status = values ? ULAM_OK : ulam_fail_memory(error, "judging measurements");
    for (size_t c = 0; c < self->chains && !status; c++) {
        ulam_error cause = {0};
        for (size_t e = 0; e < width; e++) values[e] = self->measured[e * self->stride + c];
        if (!ulam_are_finite(values, width) && ulam_judge_values(self->job, values, &cause))
            status = note(self, c, &cause, witness, error);
    }
    free(values);
    return status;
}

static ulam_status measure(ulam_chain_block *self, const ulam_chain_witness *witness, ulam_error *error)
{
    const ulam_chain *chain = self->job->model->chain;
    const size_t width = self->job->width;
    for (size_t i = 0; i < width * self->stride; i++) self->measured[i] = NAN;
    if (is_bundled(self))
        chain->bundle->measure(self->point, self->state, self->measured);
    else
        chain->measure(self->point, self->state, self->measured);
    if (!ulam_are_finite(self->measured, width * self->stride)) {
        const ulam_status status = judge(self, witness, error);
        if (status) return status;
    }
    for (size_t e = 0; e < width; e++)
        for (size_t c = 0; c < self->chains; c++)
            self->batch[(e * self->chains + c) * ULAM_CHAIN_BATCH + self->n_batch] =
                self->measured[e * self->stride + c];
    return ++self->n_batch < ULAM_CHAIN_BATCH ? ULAM_OK : add_batch(self, error);
}

static void make_sweep(ulam_chain_block *self, ulam_error *cause)
{
    const ulam_chain *chain = self->job->model->chain;
    self->rng.failure = cause;
    if (is_bundled(self))
        chain->bundle->sweep(self->point, &self->rng, self->state);
    else if (self->sweeps < self->job->chain.thermalize && chain->tune)
        chain->tune(self->point, &self->rng, self->state);
    else
        chain->sweep(self->point, &self->rng, self->state);
    self->rng.failure = NULL;
}

/* A sweep in which one chain fails is every chain's of the block. Chains that have failed as they began do so in the first. */
static ulam_status sweep(ulam_chain_block *self, const ulam_chain_witness *witness, ulam_error *error)
{
    const ulam_chain_plan *plan = &self->job->chain;
    ulam_error cause = {0};
    if (self->begun.status)
        cause = self->begun;
    else
        make_sweep(self, &cause);
    self->sweeps++;
    for (size_t c = 0; cause.status && c < self->chains; c++) {
        const ulam_status status = note(self, c, &cause, witness, error);
        if (status) return status;
    }
    const bool due = self->sweeps > plan->thermalize && (self->sweeps - plan->thermalize) % plan->every == 0;
    return due && !cause.status ? measure(self, witness, error) : ULAM_OK;
}

static bool all_failed(const ulam_chain_block *self)
{
    for (size_t c = 0; c < self->chains; c++)
        if (!self->failed[c]) return false;
    return true;
}

ulam_status ulam_chain_block_advance(ulam_chain_block *self, uint64_t to, const ulam_chain_pause *pause,
                                     const ulam_chain_witness *witness, double *longest, ulam_error *error)
{
    ulam_status status = ULAM_OK;
    uint64_t stretch = 1, left = stretch;
    double asked = ulam_clock();
    while (!status && self->sweeps < to && !all_failed(self)) {
        status = sweep(self, witness, error);
        if (--left) continue;
        const double now = ulam_clock(), took = now - asked;
        *longest = fmax(*longest, took / (double)stretch);
        asked = now;
        if (pause && pause->stop(pause->self, now)) break;
        if (took < pause_interval / 2)
            stretch *= 2;
        else if (took > 2 * pause_interval && stretch > 1)
            stretch /= 2;
        left = stretch;
    }
    return status ? status : add_batch(self, error);
}

static ulam_status put_reals(ulam_bytes *bytes, const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (ulam_bytes_put_real(bytes, values[i])) return ULAM_ENOMEM;
    return ULAM_OK;
}

static ulam_status pack_series(const ulam_chain_block *self, ulam_bytes *bytes)
{
    const size_t row = self->chains * self->job->width;
    if (ulam_bytes_put_u64(bytes, self->job->chain.bin)) return ULAM_ENOMEM;
    if (self->job->chain.bin == 0) return ULAM_OK;
    if (ulam_bytes_put_u64(bytes, self->n_bins) || put_reals(bytes, self->series, self->n_bins * row) ||
        ulam_bytes_put_u64(bytes, self->open))
        return ULAM_ENOMEM;
    return put_reals(bytes, self->open_bin, row);
}

static ulam_status pack(const ulam_chain_block *self, ulam_bytes *bytes)
{
    const size_t width = self->job->width;
    if (ulam_bytes_put_u64(bytes, self->rng.draw) || ulam_bytes_put_u64(bytes, self->rng.next) ||
        ulam_bytes_put_u64(bytes, self->state_size) || ulam_bytes_put(bytes, self->state, self->state_size) ||
        ulam_bytes_put_u64(bytes, self->chains))
        return ULAM_ENOMEM;
    for (size_t c = 0; c < self->chains; c++) {
        if (ulam_bytes_put_u64(bytes, self->failed[c])) return ULAM_ENOMEM;
        for (size_t e = 0; e < width && !self->failed[c]; e++)
            if (ulam_chain_sums_pack(&self->sums[c * width + e], bytes)) return ULAM_ENOMEM;
    }
    return pack_series(self, bytes);
}

ulam_chain_record *ulam_chain_block_record(const ulam_chain_block *self)
{
    ulam_bytes bytes = {0};
    uint64_t failed = 0;
    for (size_t c = 0; c < self->chains; c++) failed += self->failed[c];
    ulam_chain_record *record = NULL;
    if (!pack(self, &bytes)) record = ulam_chain_record_new(self->sweeps, self->chains, failed, bytes.data, bytes.size);
    ulam_bytes_free(&bytes);
    return record;
}
