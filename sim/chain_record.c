#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "chain_record.h"

/* A state, sums and a series larger than this are no chain's; a bundle of the largest Ising lattices takes 2^32. */
static const uint64_t largest_record = UINT64_C(1) << 40;

/* More than this deflate cannot make of bytes. */
static const uint64_t most_deflated = 1032;

ulam_chain_record *ulam_chain_record_new(uint64_t sweeps, uint64_t chains, uint64_t failed, const void *data,
                                         size_t size)
{
    ulam_chain_record *self = malloc(sizeof *self + size);
    if (!self) return NULL;
    self->owners = 1;
    self->sweeps = sweeps;
    self->failed = failed;
    self->chains = chains;
    self->packed = NULL;
    self->packed_size = 0;
    self->size = size;
    if (data) memcpy(self->data, data, size);
    return self;
}

ulam_chain_record *ulam_chain_record_share(ulam_chain_record *self)
{
    if (self) self->owners++;
    return self;
}

void ulam_chain_record_drop(ulam_chain_record *self)
{
    if (!self || --self->owners != 0) return;
    free(self->packed);
    free(self);
}

ulam_status ulam_chain_reader_start(ulam_chain_reader *self, const ulam_chain_record *record)
{
    *self = (ulam_chain_reader){.record = record, .reader = {.at = record->data, .end = record->data + record->size}};
    self->draw = ulam_reader_get_u64(&self->reader);
    self->next = ulam_reader_get_u64(&self->reader);
    const uint64_t size = ulam_reader_get_u64(&self->reader);
    self->state_size = (size_t)size;
    self->state = size <= record->size ? ulam_reader_get(&self->reader, (size_t)size) : NULL;
    const uint64_t chains = ulam_reader_get_u64(&self->reader);
    const bool sound = self->state && !self->reader.failed && chains == record->chains && self->next <= 4 &&
                       self->draw <= ULAM_MAX_DRAWS && (self->draw > 0 || self->next == 4);
    return sound ? ULAM_OK : ULAM_EFORMAT;
}

static ulam_status begin_chain(ulam_chain_reader *self, bool *failed)
{
    const uint64_t mark = ulam_reader_get_u64(&self->reader);
    *failed = mark;
    self->chain++;
    return self->reader.failed || mark > 1 ? ULAM_EFORMAT : ULAM_OK;
}

ulam_status ulam_chain_reader_next(ulam_chain_reader *self, size_t width, ulam_chain_sums *sums, bool *failed)
{
    for (size_t i = 0; i < width; i++) ulam_chain_sums_init(&sums[i]);
    ulam_status status = begin_chain(self, failed);
    for (size_t i = 0; i < width && !*failed && !status; i++) status = ulam_chain_sums_unpack(&sums[i], &self->reader);
    return status;
}

ulam_status ulam_chain_reader_pick(ulam_chain_reader *self, size_t width, size_t element, ulam_chain_sums *sums,
                                   bool *failed)
{
    ulam_chain_sums_init(sums);
    ulam_status status = begin_chain(self, failed);
    for (size_t i = 0; i < width && !*failed && !status; i++)
        status = i == element ? ulam_chain_sums_unpack(sums, &self->reader) : ulam_chain_sums_skip(&self->reader);
    return status;
}

ulam_status ulam_chain_reader_series(ulam_chain_reader *self, size_t width, ulam_chain_series *series)
{
    ulam_reader *reader = &self->reader;
    const size_t row = (size_t)self->record->chains * width * sizeof(double);
    *series = (ulam_chain_series){.bin = ulam_reader_get_u64(reader)};
    if (series->bin && !reader->failed) {
        series->n = ulam_reader_get_u64(reader);
        if (reader->failed || series->n > (uint64_t)(reader->end - reader->at) / row) return ULAM_EFORMAT;
        series->means = ulam_reader_get(reader, (size_t)series->n * row);
        series->open = ulam_reader_get_u64(reader);
        series->sums = ulam_reader_get(reader, row);
        if (series->open >= series->bin) return ULAM_EFORMAT;
    }
    return reader->failed ? ULAM_EFORMAT : ULAM_OK;
}

/* Puts the first bytes of all words together, then the second ones, and so on: most of a record are reals, of which neighbours
 * differ little in the first bytes and hardly repeat in the others, so that runs of equal bytes are all that compresses. */
static void shuffle(const unsigned char *data, size_t size, unsigned char *shuffled)
{
    const size_t n = size / sizeof(double), rest = n * sizeof(double);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < sizeof(double); k++) shuffled[k * n + i] = data[i * sizeof(double) + k];
    memcpy(shuffled + rest, data + rest, size - rest);
}

static void unshuffle(const unsigned char *shuffled, size_t size, unsigned char *data)
{
    const size_t n = size / sizeof(double), rest = n * sizeof(double);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < sizeof(double); k++) data[i * sizeof(double) + k] = shuffled[k * n + i];
    memcpy(data + rest, shuffled + rest, size - rest);
}

/* Compresses the data, once. */
static ulam_status compress_data(ulam_chain_record *self)
{
    if (self->packed) return ULAM_OK;
    uLongf size = compressBound((uLong)self->size);
    unsigned char *shuffled = malloc(self->size), *packed = malloc(size);
    if (shuffled && packed) {
        shuffle(self->data, self->size, shuffled);
        if (compress2(packed, &size, shuffled, (uLong)self->size, 1) == Z_OK) {
            unsigned char *fitting = realloc(packed, size);
            self->packed = fitting ? fitting : packed;
            self->packed_size = size;
            packed = NULL;
        }
    }
    free(shuffled);
    free(packed);
    return self->packed ? ULAM_OK : ULAM_ENOMEM;
}

static ulam_status put_data(ulam_chain_record *self, bool compressed, ulam_bytes *bytes)
{
    if (compressed && compress_data(self)) return ULAM_ENOMEM;
    const bool pays = compressed && self->packed_size < self->size;
    const size_t size = pays ? self->packed_size : self->size;
    const ulam_status status = ulam_bytes_put_u64(bytes, size);
    return status ? status : ulam_bytes_put(bytes, pays ? self->packed : self->data, size);
}

ulam_status ulam_chain_record_pack(ulam_chain_record *self, bool compressed, ulam_bytes *bytes)
{
    if (!self) return ulam_bytes_put_u64(bytes, 0);
    if (ulam_bytes_put_u64(bytes, self->sweeps) || ulam_bytes_put_u64(bytes, self->chains) ||
        ulam_bytes_put_u64(bytes, self->failed) || ulam_bytes_put_u64(bytes, self->size))
        return ULAM_ENOMEM;
    return put_data(self, compressed, bytes);
}

/* Whether the bytes can be gone through from end to end. */
static ulam_status check(const ulam_chain_record *self, size_t width)
{
    ulam_chain_reader reader;
    uint64_t failed = 0;
    ulam_chain_sums *sums = malloc((width ? width : 1) * sizeof *sums);
    if (!sums) return ULAM_ENOMEM;
    ulam_status status = ulam_chain_reader_start(&reader, self);
    while (!status && reader.chain < self->chains) {
        bool is_failed = false;
        status = ulam_chain_reader_next(&reader, width, sums, &is_failed);
        failed += is_failed;
        for (size_t i = 0; i < width; i++) ulam_chain_sums_free(&sums[i]);
    }
    free(sums);
    ulam_chain_series series;
    if (!status) status = ulam_chain_reader_series(&reader, width, &series);
    if (status) return status;
    return reader.reader.at == reader.reader.end && failed == self->failed ? ULAM_OK : ULAM_EFORMAT;
}

/* Fills a record with what was compressed, and keeps that: of a record that stays as it is, it is wanted again. */
static ulam_status decompress(ulam_chain_record *self, const unsigned char *packed, size_t packed_size)
{
    uLongf length = (uLongf)self->size;
    unsigned char *shuffled = malloc(self->size);
    self->packed = malloc(packed_size);
    ulam_status status = shuffled && self->packed ? ULAM_OK : ULAM_ENOMEM;
    if (!status && (uncompress(shuffled, &length, packed, (uLong)packed_size) != Z_OK || length != self->size))
        status = ULAM_EFORMAT;
    if (!status) {
        unshuffle(shuffled, self->size, self->data);
        memcpy(self->packed, packed, packed_size);
        self->packed_size = packed_size;
    }
    free(shuffled);
    return status;
}

ulam_status ulam_chain_record_read(ulam_chain_record **self, ulam_reader *reader)
{
    *self = NULL;
    const uint64_t sweeps = ulam_reader_get_u64(reader);
    if (reader->failed) return ULAM_EFORMAT;
    if (sweeps == 0) return ULAM_OK;
    const uint64_t chains = ulam_reader_get_u64(reader), failed = ulam_reader_get_u64(reader),
                   size = ulam_reader_get_u64(reader), packed = ulam_reader_get_u64(reader);
    const unsigned char *data = packed <= SIZE_MAX ? ulam_reader_get(reader, (size_t)packed) : NULL;
    if (reader->failed || !data || packed == 0 || packed > size || size > largest_record ||
        size / most_deflated > packed || sweeps > 2 * ULAM_MAX_RUNS || failed > chains)
        return ULAM_EFORMAT;
    ulam_chain_record *made = ulam_chain_record_new(sweeps, chains, failed, packed == size ? data : NULL, (size_t)size);
    if (!made) return ULAM_ENOMEM;
    *self = made;
    return packed == size ? ULAM_OK : decompress(made, data, (size_t)packed);
}

ulam_status ulam_chain_record_unpack(ulam_chain_record **self, uint64_t chains, size_t width, ulam_reader *reader)
{
    ulam_status status = ulam_chain_record_read(self, reader);
    if (!status && *self) status = (*self)->chains == chains ? check(*self, width) : ULAM_EFORMAT;
    return status;
}
