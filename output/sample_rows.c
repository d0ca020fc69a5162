/* Values of a file of samples: getting, putting, filling, checking. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image.h"
#include "sample_file.h"
#include "samples.h"
#include "stored.h"

/* Bytes that are read or written at once, unless a block is larger. */
static const uint64_t buffer_bytes = (uint64_t)4 << 20;

static ulam_status fail_system(const ulam_sample_file *self, const char *doing, ulam_error *error)
{
    return ulam_fail(error, ULAM_EIO, "%s: cannot %s the samples: %s", self->path, doing, strerror(errno));
}

static off_t place(const ulam_sample_file *self, const ulam_sample_array *array, size_t row, uint64_t column)
{
    return (off_t)(array->offset + (row * self->runs + column) * array->run_size);
}

/* Selects n runs of a row and reads or writes them through HDF5. */
static ulam_status transfer(ulam_sample_file *self, const ulam_sample_array *array, size_t row, uint64_t column,
                            uint64_t n, void *to, const void *from, ulam_error *error)
{
    const hsize_t start[3] = {row, column, 0}, count[3] = {1, n, array->length};
    const hid_t file = H5Dget_space(array->dataset), type = H5Dget_type(array->dataset);
    const int rank = file < 0 ? 0 : H5Sget_simple_extent_ndims(file);
    const hid_t memory = rank > 0 ? H5Screate_simple(rank, count, NULL) : H5I_INVALID_HID;
    herr_t done = -1;
    if (memory >= 0 && H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, count, NULL) >= 0)
        done = to ? H5Dread(array->dataset, type, memory, file, H5P_DEFAULT, to)
                  : H5Dwrite(array->dataset, type, memory, file, H5P_DEFAULT, from);
    if (memory >= 0) H5Sclose(memory);
    if (type >= 0) H5Tclose(type);
    if (file >= 0) H5Sclose(file);
    if (done >= 0) return ULAM_OK;
    if (to) return ulam_fail(error, ULAM_EFORMAT, "%s: the samples are damaged: HDF5 cannot read them", self->path);
    return ulam_fail(error, ULAM_EIO, "%s: HDF5 cannot write the samples: is the disk full?", self->path);
}

ulam_status ulam_sample_file_get(ulam_sample_file *self, size_t array, size_t row, uint64_t column, uint64_t n,
                                 void *bytes, ulam_error *error)
{
    const ulam_sample_array *from = &self->arrays[array];
    if (self->packed) return transfer(self, from, row, column, n, bytes, NULL, error);
    unsigned char *to = bytes;
    off_t at = place(self, from, row, column);
    for (uint64_t left = n * from->run_size; left > 0;) {
        const ssize_t got = pread(self->file, to, left < buffer_bytes ? left : buffer_bytes, at);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail_system(self, "read", error);
        if (got == 0) return ulam_fail(error, ULAM_EFORMAT, "%s: the samples end early", self->path);
        to += got;
        at += got;
        left -= (uint64_t)got;
    }
    return ULAM_OK;
}

ulam_status ulam_sample_file_put(ulam_sample_file *self, size_t array, size_t row, uint64_t column, uint64_t n,
                                 const void *bytes, ulam_error *error)
{
    const ulam_sample_array *to = &self->arrays[array];
    if (self->packed) return transfer(self, to, row, column, n, NULL, bytes, error);
    const unsigned char *from = bytes;
    off_t at = place(self, to, row, column);
    for (uint64_t left = n * to->run_size; left > 0;) {
        const ssize_t put = pwrite(self->file, from, left < UINT64_C(1) << 30 ? left : UINT64_C(1) << 30, at);
        if (put < 0 && errno == EINTR) continue;
        if (put == 0) errno = ENOSPC;
        if (put <= 0) return fail_system(self, "write", error);
        from += put;
        at += put;
        left -= (uint64_t)put;
    }
    return ULAM_OK;
}

/* Where the file system can, so that a full disk is found before the first run. */
ulam_status ulam_sample_file_reserve(ulam_sample_file *self, ulam_error *error)
{
    struct stat facts;
    int failed;
    if (fstat(self->file, &facts) != 0) return fail_system(self, "look at", error);
    do failed = fallocate(self->file, 0, 0, facts.st_size);
    while (failed && errno == EINTR);
    const int cause = errno;
    if (!failed || cause == EOPNOTSUPP || cause == ENOSYS) return ULAM_OK;
    return ulam_fail(error, ULAM_EIO, "%s: cannot make room for %s of samples: %s", self->path,
                     ulam_show_size((double)facts.st_size).text, strerror(cause));
}

/* Writes "not done" into the columns [from, end) of a row. */
static ulam_status fill_gap(ulam_sample_file *self, size_t array, size_t row, uint64_t from, uint64_t end,
                            const unsigned char *filling, ulam_error *error)
{
    const uint64_t most = buffer_bytes / self->arrays[array].run_size;
    ulam_status status = ULAM_OK;
    while (from < end && !status) {
        const uint64_t room = most ? most : 1, n = end - from < room ? end - from : room;
        status = ulam_sample_file_put(self, array, row, from, n, filling, error);
        from += n;
    }
    return status;
}

static ulam_status fill_row(ulam_sample_file *self, size_t array, size_t point, const ulam_state *known,
                            const unsigned char *filling, ulam_error *error)
{
    ulam_run_range range;
    uint64_t at = 0;
    const uint64_t first = self->job->points[point].first;
    for (size_t i = 0; known && ulam_known_range(known, point, i, &range); i++) {
        const ulam_status status = fill_gap(self, array, point, at, range.first - first, filling, error);
        if (status) return status;
        at = range.end - first;
    }
    return fill_gap(self, array, point, at, self->runs, filling, error);
}

ulam_status ulam_sample_file_fill(ulam_sample_file *self, const ulam_state *known, ulam_error *error)
{
    ulam_status status = ULAM_OK;
    for (size_t i = 0; i < self->job->n_samples && !status; i++) {
        const ulam_sample_array *array = &self->arrays[i];
        const uint64_t size = array->run_size > buffer_bytes ? array->run_size : buffer_bytes;
        unsigned char *filling = malloc((size_t)size);
        if (!filling) return ulam_fail_memory(error, "making a file of samples");
        ulam_sample_fill(array->type, filling, (size_t)size / ulam_sample_size(array->type));
        for (size_t p = 0; p < self->job->n_points && !status; p++)
            status = fill_row(self, i, p, known, filling, error);
        free(filling);
    }
    return status;
}

/* Consecutive runs that a state knows at a point, as they stand in the files. */
typedef struct {
    size_t point; /* of the job */
    uint64_t first, runs, block;
    size_t row, to_row;
    uint64_t column, to_column;
    ulam_hash_sum hash;
} piece;

static ulam_status fail_piece(const ulam_sample_file *self, const piece *of, const char *how, ulam_error *error)
{
    return ulam_fail(error, ULAM_EFORMAT, "%s: the samples of point %zu, runs %" PRIu64 " to %" PRIu64 ", %s",
                     self->path, of->point, of->first, of->first + of->runs - 1, how);
}

/* Reads one array's part of a piece, some blocks at a time, hashes it and copies it. */
static ulam_status check_array(ulam_sample_file *self, size_t array, const piece *of, ulam_sample_file *copy,
                               unsigned char *buffer, uint64_t room, ulam_hash_sum *hash, ulam_error *error)
{
    const size_t size = self->arrays[array].run_size;
    for (uint64_t done = 0, n; done < of->runs; done += n) {
        n = of->runs - done < room ? of->runs - done : room;
        ulam_status status = ulam_sample_file_get(self, array, of->row, of->column + done, n, buffer, error);
        if (status) return status;
        for (uint64_t at = 0; at < n; at += of->block) {
            const uint64_t runs = n - at < of->block ? n - at : of->block;
            ulam_hash_sum_add(hash, (of->first + done + at) / of->block, self->job->n_samples, array,
                              buffer + at * size, (size_t)(runs * size));
        }
        if (copy) status = ulam_sample_file_put(copy, array, of->to_row, of->to_column + done, n, buffer, error);
        if (status) return status;
    }
    return ULAM_OK;
}

static ulam_status check_piece(ulam_sample_file *self, const piece *of, ulam_sample_file *copy, ulam_error *error)
{
    ulam_hash_sum hash = {0};
    ulam_status status = ULAM_OK;
    for (size_t i = 0; i < self->job->n_samples && !status; i++) {
        const size_t size = self->arrays[i].run_size;
        const uint64_t fitting = buffer_bytes / size / of->block * of->block, room = fitting ? fitting : of->block;
        unsigned char *buffer = malloc((size_t)((of->runs < room ? of->runs : room) * size));
        if (!buffer) return ulam_fail_memory(error, "checking samples");
        status = check_array(self, i, of, copy, buffer, room, &hash, error);
        free(buffer);
    }
    if (status || (hash.low == of->hash.low && hash.high == of->hash.high)) return status;
    return fail_piece(self, of, "are damaged: they do not fit the hash in the result file", error);
}

/* The job asks for a partial last block other than the one that is known. */
static bool is_dropped(const ulam_point *known, const ulam_point *asked, const ulam_run_range *range)
{
    return range->end % known->block != 0 && range->end != asked->runs;
}

static ulam_status check_point(ulam_sample_file *self, const ulam_state *known, size_t p, size_t point,
                               ulam_sample_file *copy, ulam_error *error)
{
    const ulam_point *at = &known->job->points[p], *asked = &self->job->points[point];
    ulam_run_range range;
    ulam_status status = ULAM_OK;
    for (size_t i = 0; !status && ulam_known_range(known, p, i, &range); i++) {
        piece next = {.point = point, .first = range.first, .runs = range.end - range.first, .block = at->block};
        if (is_dropped(at, asked, &range)) continue;
        next.hash = ulam_known_tally(known, p, i)->samples;
        next.row = self->row[point];
        if (next.row == SIZE_MAX || self->first[next.row] > range.first ||
            range.end - self->first[next.row] > self->runs)
            return fail_piece(self, &next, "are not there", error);
        next.column = range.first - self->first[next.row];
        if (copy) next.to_row = copy->row[point];
        if (copy) next.to_column = range.first - copy->first[next.to_row];
        status = check_piece(self, &next, copy, error);
    }
    return status;
}

ulam_status ulam_sample_file_check(ulam_sample_file *self, const ulam_state *known, const size_t *places,
                                   ulam_sample_file *copy, ulam_error *error)
{
    ulam_status status = ULAM_OK;
    for (size_t p = 0; p < known->job->n_points && !status; p++)
        status = check_point(self, known, p, places ? places[p] : p, copy, error);
    return status;
}
