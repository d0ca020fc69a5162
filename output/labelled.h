/* A group of labelled arrays, as netCDF-4 lays them out in HDF5: each dimension is a dataset (a dimension scale) in the
 * group, and each array names the dimensions it stands on. */

#ifndef ULAM_LABELLED_H
#define ULAM_LABELLED_H

#include "hdf5_write.h"

typedef struct {
    hobj_ref_t array;
    int side; /* of the array */
} ulam_dimension_use;

typedef struct {
    const char *name; /* among the group's names */
    hsize_t length;
    hobj_ref_t scale;
    ulam_dimension_use *uses; /* [n_uses], owned */
    size_t n_uses;
} ulam_dimension;

typedef struct {
    ulam_h5 *h5;
    hid_t group;
    char **names; /* [n_names], taken in the group, owned */
    size_t n_names;
    ulam_dimension *dimensions; /* [n_dimensions], owned */
    size_t n_dimensions;
} ulam_labelled;

/* Makes the group in the file's root. Whatever comes of it, call ulam_labelled_close(), which completes the dimensions. */
void ulam_labelled_open(ulam_labelled *self, ulam_h5 *h5, const char *name);
void ulam_labelled_close(ulam_labelled *self);

/* Takes a name: the one wanted, or if it is taken, with suffix, and then a number behind it. Lives as long as self. */
const char *ulam_labelled_name(ulam_labelled *self, const char *wanted, const char *suffix);

/* Makes a dimension with coordinates, [length] of that type. Returns its index. `dataset` (NULL: not wanted) receives its
 * dataset, for more attributes; the caller closes it. */
size_t ulam_labelled_dimension(ulam_labelled *self, const char *name, size_t length, ulam_h5_type type,
                               const void *coordinates, hid_t *dataset);

/* A dimension of the coordinates 0, 1, 2, ... */
size_t ulam_labelled_index(ulam_labelled *self, const char *name, size_t length);

/* A dimension without coordinates, which takes no room however long it is. */
size_t ulam_labelled_bare(ulam_labelled *self, const char *name, size_t length);

/* Makes an array over dimensions[rank], row-major, the last varying fastest. The caller closes the dataset. */
hid_t ulam_labelled_put(ulam_labelled *self, const char *name, ulam_h5_type type, const size_t *dimensions, size_t rank,
                        const void *data);

/* Names the dimensions of an array of that name that the caller has made, in the group. */
void ulam_labelled_attach(ulam_labelled *self, hid_t dataset, const char *name, const size_t *dimensions, size_t rank);

/* The attributes by which readers label values; NULL leaves one out. */
void ulam_labelled_describe(ulam_labelled *self, hid_t dataset, const char *unit, const char *long_name);

#endif
