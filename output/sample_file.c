#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "difference.h"
#include "hdf5_read.h"
#include "labelled.h"
#include "read_parts.h"
#include "sample_file.h"
#include "samples.h"
#include "state_bytes.h"

enum {
    SAMPLES_FORMAT = 1,
    DIGEST = sizeof(XXH128_canonical_t),
    PAGE = 4096
};

static const hsize_t chunk_bytes = (hsize_t)512 << 10;
static const size_t cache_bytes = (size_t)16 << 20;

uint64_t ulam_sample_columns(const ulam_job *job)
{
    uint64_t most = 1;
    for (size_t p = 0; p < job->n_points; p++) {
        const uint64_t runs = job->points[p].runs - job->points[p].first;
        if (runs > most) most = runs;
    }
    return most;
}

static hid_t type_of(ulam_sample_type type)
{
    switch (type) {
    case ULAM_SAMPLE_INTEGER:
        return H5T_NATIVE_INT64;
    case ULAM_SAMPLE_INDICATOR:
        return H5T_NATIVE_UINT8;
    case ULAM_SAMPLE_REAL:
        break;
    }
    return H5T_NATIVE_DOUBLE;
}

/* On disk, all metadata checksummed. The lock of the output covers the file: HDF5's own would keep readers out. */
hid_t ulam_sample_file_access(void)
{
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access < 0) return access;
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 12, 0))
    H5Pset_file_locking(access, false, true);
#endif
    if (H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) >= 0 &&
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0 && H5Pset_alignment(access, PAGE, PAGE) >= 0 &&
        H5Pset_cache(access, 0, 1009, cache_bytes, 1) >= 0)
        return access;
    H5Pclose(access);
    return H5I_INVALID_HID;
}

/* Chunks of one point's runs. */
static herr_t set_packed(hid_t creation, const hsize_t *shape, int rank, size_t run_size)
{
    hsize_t chunk[3] = {1, chunk_bytes / run_size, rank == 3 ? shape[2] : 1};
    if (chunk[1] == 0) chunk[1] = 1;
    if (chunk[1] > shape[1]) chunk[1] = shape[1];
    return H5Pset_chunk(creation, rank, chunk) < 0 || H5Pset_shuffle(creation) < 0 ? -1 : H5Pset_deflate(creation, 1);
}

/* All of its room in the file is taken at once, and nothing written to it. */
static hid_t make_array(hid_t group, const char *name, hid_t type, const hsize_t *shape, int rank, const void *fill,
                        size_t run_size, bool packed)
{
    hid_t dataset = H5I_INVALID_HID;
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(rank, shape, NULL);
    if (creation >= 0 && space >= 0 && H5Pset_obj_track_times(creation, false) >= 0 &&
        H5Pset_fill_value(creation, type, fill) >= 0 &&
        (packed ? set_packed(creation, shape, rank, run_size) >= 0
                : H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY) >= 0 &&
                      H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER) >= 0))
        dataset = H5Dcreate2(group, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    if (space >= 0) H5Sclose(space);
    if (creation >= 0) H5Pclose(creation);
    return dataset;
}

/* By which readers of netCDF know a value that is none. */
static void put_mark(ulam_h5 *h5, hid_t dataset, const char *name, hid_t type, const void *value)
{
    const hsize_t one = 1;
    if (h5->status == ULAM_OK)
        ulam_h5_put_attribute(h5, dataset, name, H5Tcopy(type), type, H5Screate_simple(1, &one, NULL), value);
}

/* Integers need a second mark where runs without a value are to be expected; a NaN speaks for itself. */
static bool has_second_mark(const ulam_job *job, const ulam_observable *observable)
{
    return ulam_sample_type_of(observable) != ULAM_SAMPLE_REAL &&
           (observable->may_be_nan || job->conduct.on_failure == ULAM_ON_FAILURE_RECORD);
}

static void put_array(ulam_labelled *group, const ulam_job *job, size_t observable, const size_t *dimensions,
                      size_t rank, bool packed)
{
    const ulam_observable *declared = &job->model->observables[observable];
    const ulam_sample_type type = ulam_sample_type_of(declared);
    const size_t size = ulam_sample_size(type);
    const int64_t no_integer = ULAM_INTEGER_NO_VALUE;
    const unsigned char no_indicator = ULAM_INDICATOR_NO_VALUE;
    unsigned char fill[8];
    hsize_t shape[3] = {0};
    if (group->h5->status != ULAM_OK) return;
    for (size_t i = 0; i < rank; i++) shape[i] = group->dimensions[dimensions[i]].length;
    ulam_sample_fill(type, fill, 1);
    const hid_t dataset = make_array(group->group, declared->name, type_of(type), shape, (int)rank, fill,
                                     size * job->extents[observable].length, packed);
    if (dataset < 0) ulam_h5_fail(group->h5, "make the dataset", declared->name);
    ulam_labelled_attach(group, dataset, declared->name, dimensions, rank);
    ulam_labelled_describe(group, dataset, declared->unit, declared->help);
    put_mark(group->h5, dataset, "_FillValue", type_of(type), fill);
    if (has_second_mark(job, declared))
        put_mark(group->h5, dataset, "missing_value", type_of(type),
                 type == ULAM_SAMPLE_INTEGER ? (const void *)&no_integer : &no_indicator);
    ulam_h5_done(group->h5, dataset);
}

static void put_arrays(ulam_h5 *h5, const ulam_job *job, bool packed)
{
    ulam_labelled group;
    ulam_labelled_open(&group, h5, "samples");
    for (size_t i = 0; i < job->n_samples; i++)
        ulam_labelled_name(&group, job->model->observables[job->samples[i]].name, "");
    size_t dimensions[3];
    dimensions[0] = ulam_labelled_index(&group, ulam_labelled_name(&group, "point", "_index"), job->n_points);
    dimensions[1] = ulam_labelled_bare(&group, ulam_labelled_name(&group, "run", "_index"), ulam_sample_columns(job));
    for (size_t i = 0; i < job->n_samples; i++) {
        const size_t observable = job->samples[i];
        const ulam_extent *extent = &job->extents[observable];
        if (!extent->scalar)
            dimensions[2] = ulam_labelled_bare(
                &group, ulam_labelled_name(&group, job->model->observables[observable].name, "_index"), extent->length);
        put_array(&group, job, observable, dimensions, extent->scalar ? 2 : 3, packed);
    }
    ulam_labelled_close(&group);
}

/* What is needed to make sense of the arrays without the result file. */
static void put_points(ulam_h5 *h5, const ulam_job *job)
{
    const size_t n = job->n_points;
    unsigned char *digests = malloc(n * DIGEST);
    uint64_t *columns = malloc(2 * n * sizeof *columns);
    ulam_labelled group;
    ulam_labelled_open(&group, h5, "points");
    if (!digests || !columns) ulam_h5_fail_memory(h5);
    for (size_t p = 0; p < n && h5->status == ULAM_OK; p++) {
        XXH128_canonical_t digest;
        if (ulam_point_digest(job, p, &digest)) ulam_h5_fail_memory(h5);
        memcpy(digests + p * DIGEST, digest.digest, DIGEST);
        columns[p] = job->points[p].first;
        columns[n + p] = job->points[p].block;
    }
    size_t dimensions[2];
    dimensions[0] = ulam_labelled_index(&group, ulam_labelled_name(&group, "point", ""), n);
    dimensions[1] = ulam_labelled_bare(&group, ulam_labelled_name(&group, "byte", ""), DIGEST);
    const char *const names[] = {"first_run", "block"};
    for (size_t i = 0; i < 2; i++)
        ulam_h5_done(h5, ulam_labelled_put(&group, names[i], ULAM_H5_COUNT, dimensions, 1, columns + i * n));
    ulam_h5_done(h5, ulam_labelled_put(&group, "digest", ULAM_H5_BYTE, dimensions, 2, digests));
    ulam_labelled_close(&group);
    free(columns);
    free(digests);
}

static void put_all(ulam_h5 *h5, const ulam_job *job, bool packed)
{
    char *identity = ulam_job_identity(job);
    if (!identity) ulam_h5_fail_memory(h5);
    ulam_h5_put_integer(h5, h5->file, "ulam_samples_format", SAMPLES_FORMAT);
    ulam_h5_put_text(h5, h5->file, "ulam_version", ULAM_VERSION);
    ulam_h5_put_text(h5, h5->file, "model", job->model->name);
    ulam_h5_put_unsigned(h5, h5->file, "seed", job->seed);
    ulam_h5_put_text(h5, h5->file, "identity", identity);
    ulam_h5_put_unsigned(h5, h5->file, "part", job->part);
    ulam_h5_put_unsigned(h5, h5->file, "parts", job->parts);
    put_points(h5, job);
    put_arrays(h5, job, packed);
    free(identity);
}

static ulam_status close_within(ulam_h5 *h5, const char *path)
{
    ulam_h5_close(h5);
    if (h5->status != ULAM_OK) ulam_read_say_path(h5, path);
    return h5->status;
}

ulam_status ulam_sample_file_create(const char *path, const ulam_job *job, bool packed, ulam_error *error)
{
    ulam_error own = {0};
    ulam_h5 h5;
    const double size = (double)ulam_job_sample_size(job) * (double)job->n_points * (double)ulam_sample_columns(job);
    if (size > 0x1p62)
        return ulam_fail(error, ULAM_EINVAL, "the samples would take %s; a file holds at most 2^62 bytes",
                         ulam_show_size(size).text);
    ulam_h5_begin(&h5, ULAM_EIO, error ? error : &own);
    const hid_t access = ulam_sample_file_access(), creation = H5Pcreate(H5P_FILE_CREATE);
    if (access >= 0 && creation >= 0 && H5Pset_obj_track_times(creation, false) >= 0)
        h5.file = H5Fcreate(path, H5F_ACC_EXCL, creation, access);
    if (h5.file < 0) ulam_h5_fail(&h5, "make", "the file");
    if (creation >= 0) H5Pclose(creation);
    if (access >= 0) H5Pclose(access);
    put_all(&h5, job, packed);
    return close_within(&h5, path);
}

static int by_digest(const void *a, const void *b) { return memcmp(a, b, DIGEST); }

typedef struct {
    unsigned char digest[DIGEST];
    size_t row;
} known_row;

/* Which row of the file is which point of the job. */
static void find_rows(ulam_sample_file *self, const unsigned char *digests)
{
    ulam_h5 *h5 = &self->h5;
    const size_t n = self->job->n_points;
    known_row *rows = calloc((size_t)self->points + 1, sizeof *rows);
    self->row = calloc(n + 1, sizeof *self->row);
    if (!rows || !self->row) ulam_h5_fail_memory(h5);
    for (size_t i = 0; rows && i < self->points; i++) {
        memcpy(rows[i].digest, digests + i * DIGEST, DIGEST);
        rows[i].row = i;
    }
    if (rows) qsort(rows, (size_t)self->points, sizeof *rows, by_digest);
    for (size_t p = 0; p < n && h5->status == ULAM_OK; p++) {
        XXH128_canonical_t digest;
        if (ulam_point_digest(self->job, p, &digest)) ulam_h5_fail_memory(h5);
        const known_row *found = bsearch(digest.digest, rows, (size_t)self->points, sizeof *rows, by_digest);
        self->row[p] = found ? found->row : SIZE_MAX;
        self->fits &= found && found->row == p && self->first[p] == self->job->points[p].first;
    }
    free(rows);
}

static void read_points(ulam_sample_file *self)
{
    ulam_h5 *h5 = &self->h5;
    const hid_t group = ulam_h5_get_group(h5, h5->file, "points");
    const hid_t digest = ulam_h5_get_dataset(h5, group, "digest");
    const hid_t first = ulam_h5_get_dataset(h5, group, "first_run");
    self->points = ulam_h5_length(h5, first);
    self->first = ulam_h5_get_counts(h5, first, (size_t)self->points);
    unsigned char *digests = ulam_h5_get_bytes(h5, digest, (size_t)self->points * DIGEST);
    self->fits &= self->points == self->job->n_points;
    if (h5->status == ULAM_OK) find_rows(self, digests);
    free(digests);
    ulam_h5_done(h5, first);
    ulam_h5_done(h5, digest);
    ulam_h5_done(h5, group);
}

/* Shape, type and layout of an array are as they were made. */
static bool is_sound(ulam_sample_file *self, ulam_sample_array *array, const ulam_extent *extent)
{
    const hid_t space = H5Dget_space(array->dataset), type = H5Dget_type(array->dataset),
                creation = H5Dget_create_plist(array->dataset);
    hsize_t shape[3] = {0};
    const int rank = extent->scalar ? 2 : 3;
    bool sound = space >= 0 && type >= 0 && creation >= 0 && H5Sget_simple_extent_ndims(space) == rank &&
                 H5Sget_simple_extent_dims(space, shape, NULL) == rank && H5Tequal(type, type_of(array->type)) > 0 &&
                 shape[0] == self->points && shape[1] > 0 && (extent->scalar || shape[2] == extent->length);
    if (sound) {
        const bool packed = H5Pget_layout(creation) != H5D_CONTIGUOUS;
        const haddr_t offset = packed ? 0 : H5Dget_offset(array->dataset);
        sound = (self->runs == 0 || (self->runs == shape[1] && self->packed == packed)) && offset != HADDR_UNDEF;
        self->runs = shape[1];
        self->packed = packed;
        array->offset = offset;
    }
    if (creation >= 0) H5Pclose(creation);
    if (type >= 0) H5Tclose(type);
    if (space >= 0) H5Sclose(space);
    return sound;
}

static void read_arrays(ulam_sample_file *self)
{
    ulam_h5 *h5 = &self->h5;
    const ulam_job *job = self->job;
    const hid_t group = ulam_h5_get_group(h5, h5->file, "samples");
    for (size_t i = 0; i < job->n_samples && h5->status == ULAM_OK; i++) {
        const ulam_observable *observable = &job->model->observables[job->samples[i]];
        const ulam_extent *extent = &job->extents[job->samples[i]];
        ulam_sample_array *array = &self->arrays[i];
        *array = (ulam_sample_array){.type = ulam_sample_type_of(observable), .length = extent->length};
        array->run_size = array->length * ulam_sample_size(array->type);
        array->dataset = ulam_h5_get_dataset(h5, group, observable->name);
        if (h5->status == ULAM_OK && !is_sound(self, array, extent))
            ulam_h5_fail_format(h5, "not of the expected shape, type or layout", observable->name);
        if (h5->status == ULAM_OK)
            self->fits &= has_second_mark(job, observable) == (H5Aexists(array->dataset, "missing_value") > 0);
    }
    self->fits &= self->runs == ulam_sample_columns(job);
    ulam_h5_done(h5, group);
}

static void judge_identity(ulam_sample_file *self, bool accept_model)
{
    ulam_h5 *h5 = &self->h5;
    char *difference = NULL;
    size_t size;
    const uint64_t format = ulam_h5_get_unsigned(h5, h5->file, "ulam_samples_format");
    if (h5->status == ULAM_OK && format != SAMPLES_FORMAT)
        ulam_h5_fail_format(h5, "of a format that this version of ulam does not know", "ulam_samples_format");
    char *identity = ulam_h5_need_text(h5, h5->file, "identity"), *now = ulam_job_identity(self->job);
    FILE *out = open_memstream(&difference, &size);
    if (!out || !now) ulam_h5_fail_memory(h5);
    if (h5->status == ULAM_OK) {
        const ulam_named_identity file = {identity, "the file"}, here = {now, "the job"};
        ulam_identity_difference(out, &file, &here, accept_model);
        self->fits = strcmp(identity, now) == 0;
    }
    if (out && fclose(out) != 0) ulam_h5_fail_memory(h5);
    if (h5->status == ULAM_OK && *difference) {
        difference[strcspn(difference, "\n")] = '\0';
        h5->status = ulam_fail(h5->error, ULAM_EIDENTITY, "the samples belong to another job (%s)", difference);
    }
    free(difference);
    free(now);
    free(identity);
}

static void open_hdf5(ulam_sample_file *self, ulam_sample_purpose purpose, bool accept_model)
{
    ulam_h5 *h5 = &self->h5;
    const hid_t access = ulam_sample_file_access();
    if (access >= 0)
        h5->file = H5Fopen(self->path, purpose == ULAM_SAMPLES_PACK ? H5F_ACC_RDWR : H5F_ACC_RDONLY, access);
    if (h5->file < 0) ulam_h5_fail(h5, "open", "the file");
    if (access >= 0) H5Pclose(access);
    judge_identity(self, accept_model);
    read_points(self);
    read_arrays(self);
    self->fits &= !self->packed;
}

ulam_status ulam_sample_file_open(ulam_sample_file *self, const char *path, const ulam_job *job,
                                  ulam_sample_purpose purpose, bool accept_model, ulam_error *error)
{
    ulam_error own = {0};
    *self = (ulam_sample_file){.job = job, .file = -1, .path = strdup(path)};
    ulam_h5_begin(&self->h5, ULAM_EFORMAT, error ? error : &own);
    self->arrays = calloc(job->n_samples + 1, sizeof *self->arrays);
    if (!self->path || !self->arrays) return self->h5.status = ulam_fail_memory(error, "opening samples");
    self->file = open(path, (purpose == ULAM_SAMPLES_WRITE ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK);
    if (self->file < 0)
        return self->h5.status = ulam_fail(error, ULAM_EIO, "%s: cannot open the samples: %s", path, strerror(errno));
    open_hdf5(self, purpose, accept_model);
    if (self->h5.status != ULAM_OK) ulam_read_say_path(&self->h5, path);
    if (self->h5.status != ULAM_OK || !self->packed) ulam_h5_close(&self->h5);
    const ulam_status status = self->h5.status;
    if (self->h5.error == &own) self->h5.error = NULL;
    return status;
}

ulam_status ulam_sample_file_close(ulam_sample_file *self, ulam_error *error)
{
    ulam_error own = {0};
    ulam_status status = ULAM_OK;
    if (self->h5.file > 0) {
        self->h5.error = error ? error : &own;
        self->h5.status = ULAM_OK;
        self->h5.failure = ULAM_EIO;
        status = close_within(&self->h5, self->path);
    }
    if (self->file >= 0 && self->path) close(self->file);
    free(self->row);
    free(self->first);
    free(self->arrays);
    free(self->path);
    *self = (ulam_sample_file){.file = -1, .h5 = {.file = H5I_INVALID_HID}};
    return status;
}
