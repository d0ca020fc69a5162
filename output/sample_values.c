#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hdf5_read.h"
#include "read_parts.h"
#include "sample_file.h"
#include "sample_values.h"
#include "samples.h"

typedef struct {
    hid_t dataset;
    ulam_sample_type type;
    int rank;
    size_t length; /* elements of a run */
} array;

struct ulam_sample_values {
    ulam_h5 h5;
    char *path;
    array *arrays; /* [n_samples] */
};

/* The file is the result's: of its identity, and laid out for its points. */
static void judge(ulam_sample_values *self, const ulam_result *result)
{
    ulam_h5 *h5 = &self->h5;
    char *identity = ulam_h5_need_text(h5, h5->file, "identity");
    const hid_t group = ulam_h5_get_group(h5, h5->file, "points");
    const hid_t dataset = ulam_h5_get_dataset(h5, group, "first_run");
    uint64_t *first = ulam_h5_get_counts(h5, dataset, result->n_points);
    if (first && identity &&
        (strcmp(identity, result->identity) != 0 ||
         memcmp(first, result->first, result->n_points * sizeof *first) != 0))
        h5->status = ulam_fail(h5->error, ULAM_EFORMAT, "the samples belong to another job");
    free(first);
    free(identity);
    ulam_h5_done(h5, dataset);
    ulam_h5_done(h5, group);
}

/* The type that values are kept in, by its class and size. */
static bool read_type(array *self)
{
    const hid_t type = H5Dget_type(self->dataset);
    const bool real = type >= 0 && H5Tget_class(type) == H5T_FLOAT,
               integer = type >= 0 && H5Tget_class(type) == H5T_INTEGER;
    const size_t size = type < 0 ? 0 : H5Tget_size(type);
    if (type >= 0) H5Tclose(type);
    self->type = real ? ULAM_SAMPLE_REAL : size == 8 ? ULAM_SAMPLE_INTEGER : ULAM_SAMPLE_INDICATOR;
    return (real || integer) && size == ulam_sample_size(self->type);
}

static uint64_t most_runs(const ulam_result *result)
{
    uint64_t most = 0;
    for (size_t p = 0; p < result->n_points; p++) most = result->runs[p] > most ? result->runs[p] : most;
    return most;
}

static void open_array(ulam_sample_values *self, const ulam_result *result, hid_t group, size_t i)
{
    ulam_h5 *h5 = &self->h5;
    const char *name = result->samples[i];
    array *it = &self->arrays[i];
    hsize_t shape[3] = {0, 0, 1};
    const ulam_result_observable *observable = NULL;
    for (size_t k = 0; k < result->n_observables; k++)
        if (strcmp(result->observables[k].name, name) == 0) observable = &result->observables[k];
    it->dataset = ulam_h5_get_dataset(h5, group, name);
    if (h5->status != ULAM_OK) return;
    const hid_t space = H5Dget_space(it->dataset);
    it->rank = space < 0 ? 0 : H5Sget_simple_extent_ndims(space);
    if (it->rank == 2 || it->rank == 3) H5Sget_simple_extent_dims(space, shape, NULL);
    if (space >= 0) H5Sclose(space);
    it->length = (size_t)shape[2];
    if (!observable || !read_type(it) || it->rank != (observable->scalar ? 2 : 3) || shape[0] != result->n_points ||
        shape[1] < most_runs(result) || it->length != observable->length)
        ulam_h5_fail_format(h5, "not of the expected shape or type", name);
}

static void open_all(ulam_sample_values *self, const ulam_result *result)
{
    ulam_h5 *h5 = &self->h5;
    const hid_t access = ulam_sample_file_access();
    if (access >= 0) h5->file = H5Fopen(self->path, H5F_ACC_RDONLY, access);
    if (h5->file < 0) ulam_h5_fail(h5, "open", "the file");
    if (access >= 0) H5Pclose(access);
    judge(self, result);
    const hid_t group = ulam_h5_get_group(h5, h5->file, "samples");
    for (size_t i = 0; i < result->n_samples && h5->status == ULAM_OK; i++) open_array(self, result, group, i);
    ulam_h5_done(h5, group);
}

ulam_status ulam_sample_values_open(ulam_sample_values **self, const ulam_result *result, const char *path,
                                    ulam_error *error)
{
    *self = NULL;
    if (result->n_samples == 0)
        return ulam_fail(error, ULAM_EINVAL, "%s keeps no samples; a job does with samples: true", path);
    ulam_sample_values *made = *self = calloc(1, sizeof *made);
    if (!made) return ulam_fail_memory(error, "opening samples");
    ulam_h5_begin(&made->h5, ULAM_EFORMAT, error);
    made->path = ulam_samples_path(path);
    made->arrays = calloc(result->n_samples, sizeof *made->arrays);
    if (!made->path || !made->arrays) return ulam_fail_memory(error, "opening samples");
    struct stat facts;
    if (stat(made->path, &facts) != 0 || access(made->path, R_OK) != 0)
        return ulam_fail(error, ULAM_EIO, "%s: cannot open the samples of %s: %s", made->path, path, strerror(errno));
    if (!S_ISREG(facts.st_mode))
        return ulam_fail(error, ULAM_EFORMAT, "%s: not a file, as the samples of %s are", made->path, path);
    open_all(made, result);
    if (made->h5.status != ULAM_OK) ulam_read_say_path(&made->h5, made->path);
    return made->h5.status;
}

ulam_status ulam_sample_values_get(ulam_sample_values *self, size_t sample, size_t point, uint64_t k, size_t n,
                                   double *values, ulam_error *error)
{
    const array *it = &self->arrays[sample];
    const size_t size = ulam_sample_size(it->type), cells = n * it->length;
    const hsize_t from[3] = {point, k, 0}, count[3] = {1, n, it->length}, flat = cells;
    unsigned char *bytes = malloc(cells * size);
    if (!bytes) return ulam_fail_memory(error, "reading samples");
    const hid_t space = H5Dget_space(it->dataset), memory = H5Screate_simple(1, &flat, NULL);
    const hid_t type = it->type == ULAM_SAMPLE_REAL      ? H5T_NATIVE_DOUBLE
                       : it->type == ULAM_SAMPLE_INTEGER ? H5T_NATIVE_INT64
                                                         : H5T_NATIVE_UINT8;
    const bool read = space >= 0 && memory >= 0 &&
                      H5Sselect_hyperslab(space, H5S_SELECT_SET, from, NULL, count, NULL) >= 0 &&
                      H5Dread(it->dataset, type, memory, space, H5P_DEFAULT, bytes) >= 0;
    if (memory >= 0) H5Sclose(memory);
    if (space >= 0) H5Sclose(space);
    for (size_t i = 0; read && i < cells; i++) values[i] = ulam_sample_value(it->type, bytes + i * size);
    free(bytes);
    return read ? ULAM_OK
                : ulam_fail(error, ULAM_EFORMAT, "%s: cannot read the samples of point %zu", self->path, point);
}

void ulam_sample_values_close(ulam_sample_values *self)
{
    if (!self) return;
    ulam_h5_close(&self->h5);
    free(self->arrays);
    free(self->path);
    free(self);
}
