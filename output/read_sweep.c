#include <stdlib.h>
#include <string.h>

#include "hdf5_read.h"
#include "read_parts.h"

/* The shape of an array, of n dimensions; owned by the caller. NULL: it cannot be had, or it has another number. */
static hsize_t *get_shape(ulam_h5 *h5, hid_t dataset, size_t n)
{
    if (h5->status != ULAM_OK) return NULL;
    hsize_t *shape = calloc(n + 1, sizeof *shape);
    const hid_t space = H5Dget_space(dataset);
    if (!shape)
        ulam_h5_fail_memory(h5);
    else if (space < 0)
        ulam_h5_fail(h5, "read", "runs");
    else if (H5Sget_simple_extent_ndims(space) != (int)n)
        ulam_h5_fail_format(h5, "not of the expected length", "dimensions");
    else if (H5Sget_simple_extent_dims(space, shape, NULL) < 0)
        ulam_h5_fail(h5, "read", "runs");
    if (space >= 0) H5Sclose(space);
    if (h5->status == ULAM_OK) return shape;
    free(shape);
    return NULL;
}

/* Finds the parameters that vary along each dimension. */
static void order_parameters(ulam_h5 *h5, ulam_result *result)
{
    result->swept = calloc(result->n_parameters + 1, sizeof *result->swept);
    if (!result->swept) {
        ulam_h5_fail_memory(h5);
        return;
    }
    for (size_t d = 0; d < result->n_dimensions; d++)
        for (size_t i = 0; i < result->n_parameters && result->n_swept < result->n_parameters; i++) {
            const char *along = result->parameters[i].dimension;
            if (along && strcmp(along, result->dimensions[d].name) == 0) result->swept[result->n_swept++] = i;
        }
}

void ulam_read_sweep(ulam_h5 *h5, ulam_result *result)
{
    size_t n = 0;
    const hid_t group = ulam_h5_get_group(h5, h5->file, "results");
    const hid_t runs = ulam_h5_get_dataset(h5, group, "runs");
    char **names = ulam_h5_get_words(h5, group, "dimensions", &n);
    hsize_t *shape = get_shape(h5, runs, n);
    if (shape) result->dimensions = calloc(n + 1, sizeof *result->dimensions);
    if (shape && !result->dimensions) ulam_h5_fail_memory(h5);
    for (size_t i = 0; result->dimensions && i < n; i++) {
        result->dimensions[i] = (ulam_result_dimension){.name = names[i], .length = (size_t)shape[i]};
        names[i] = NULL;
        result->n_dimensions = i + 1;
    }
    if (h5->status == ULAM_OK) order_parameters(h5, result);
    free(shape);
    ulam_texts_free(names, n);
    ulam_h5_done(h5, runs);
    ulam_h5_done(h5, group);
}
