#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "labelled.h"

void ulam_labelled_open(ulam_labelled *self, ulam_h5 *h5, const char *name)
{
    *self = (ulam_labelled){.h5 = h5, .group = ulam_h5_make_group(h5, h5->file, name)};
}

/* REFERENCE_LIST, as the HDF5 dimension scale specification has it. */
static void put_uses(ulam_h5 *h5, hid_t group, const ulam_dimension *dimension)
{
    if (h5->status != ULAM_OK || dimension->n_uses == 0) return;
    const hid_t scale = H5Dopen2(group, dimension->name, H5P_DEFAULT);
    const hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(ulam_dimension_use));
    const hsize_t n = dimension->n_uses;
    if (scale < 0 || type < 0 || H5Tinsert(type, "dataset", offsetof(ulam_dimension_use, array), H5T_STD_REF_OBJ) < 0 ||
        H5Tinsert(type, "dimension", offsetof(ulam_dimension_use, side), H5T_NATIVE_INT) < 0)
        ulam_h5_fail(h5, "label the dimension", dimension->name);
    ulam_h5_put_attribute(h5, scale, "REFERENCE_LIST", type, type, H5Screate_simple(1, &n, NULL), dimension->uses);
    ulam_h5_done(h5, scale);
}

void ulam_labelled_close(ulam_labelled *self)
{
    for (size_t i = 0; i < self->n_dimensions; i++) {
        put_uses(self->h5, self->group, &self->dimensions[i]);
        free(self->dimensions[i].uses);
    }
    for (size_t i = 0; i < self->n_names; i++) free(self->names[i]);
    free(self->dimensions);
    free(self->names);
    ulam_h5_done(self->h5, self->group);
    *self = (ulam_labelled){.group = H5I_INVALID_HID};
}

static bool taken(const ulam_labelled *self, const char *name)
{
    for (size_t i = 0; i < self->n_names; i++)
        if (strcmp(self->names[i], name) == 0) return true;
    return false;
}

const char *ulam_labelled_name(ulam_labelled *self, const char *wanted, const char *suffix)
{
    if (self->h5->status != ULAM_OK) return "";
    const size_t size = strlen(wanted) + strlen(suffix) + 24;
    char *name = malloc(size);
    char **names = realloc(self->names, (self->n_names + 1) * sizeof *names);
    if (names) self->names = names;
    if (!name || !names) {
        free(name);
        ulam_h5_fail_memory(self->h5);
        return "";
    }
    snprintf(name, size, "%s", wanted);
    for (unsigned i = 1; taken(self, name); i++)
        if (i == 1)
            snprintf(name, size, "%s%s", wanted, suffix);
        else
            snprintf(name, size, "%s%s_%u", wanted, suffix, i);
    self->names[self->n_names++] = name;
    return name;
}

static hobj_ref_t reference(ulam_labelled *self, const char *name)
{
    hobj_ref_t result = 0;
    if (self->h5->status == ULAM_OK && H5Rcreate(&result, self->group, name, H5R_OBJECT, H5I_INVALID_HID) < 0)
        ulam_h5_fail(self->h5, "refer to", name);
    return result;
}

/* Makes a dataset a dimension, under that title. */
static size_t add_dimension(ulam_labelled *self, hid_t scale, const char *name, size_t length, const char *title)
{
    ulam_dimension *dimensions = realloc(self->dimensions, (self->n_dimensions + 1) * sizeof *dimensions);
    if (!dimensions) {
        ulam_h5_fail_memory(self->h5);
        return 0;
    }
    self->dimensions = dimensions;
    ulam_h5_put_text(self->h5, scale, "CLASS", "DIMENSION_SCALE");
    ulam_h5_put_text(self->h5, scale, "NAME", title);
    dimensions[self->n_dimensions] = (ulam_dimension){.name = name, .length = length, .scale = reference(self, name)};
    return self->n_dimensions++;
}

size_t ulam_labelled_dimension(ulam_labelled *self, const char *name, size_t length, ulam_h5_type type,
                               const void *coordinates, hid_t *dataset)
{
    ulam_h5 *h5 = self->h5;
    if (dataset) *dataset = H5I_INVALID_HID;
    if (h5->status != ULAM_OK) return 0;
    const hsize_t shape = length;
    const hid_t scale = ulam_h5_put(h5, self->group, name, type, &shape, 1, coordinates);
    const size_t index = add_dimension(self, scale, name, length, name);
    if (dataset)
        *dataset = scale;
    else
        ulam_h5_done(h5, scale);
    return index;
}

size_t ulam_labelled_bare(ulam_labelled *self, const char *name, size_t length)
{
    char title[80]; /* as netCDF-4 has it */
    const hsize_t shape = length;
    if (self->h5->status != ULAM_OK) return 0;
    snprintf(title, sizeof title, "This is a netCDF dimension but not a netCDF variable.%10zu", length);
    const hid_t space = H5Screate_simple(1, &shape, NULL), creation = H5Pcreate(H5P_DATASET_CREATE);
    hid_t scale = H5I_INVALID_HID;
    if (space >= 0 && creation >= 0 && H5Pset_obj_track_times(creation, false) >= 0)
        scale = H5Dcreate2(self->group, name, H5T_IEEE_F32BE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    if (scale < 0) ulam_h5_fail(self->h5, "make the dimension", name);
    if (creation >= 0) H5Pclose(creation);
    if (space >= 0) H5Sclose(space);
    const size_t index = add_dimension(self, scale, name, length, title);
    ulam_h5_done(self->h5, scale);
    return index;
}

size_t ulam_labelled_index(ulam_labelled *self, const char *name, size_t length)
{
    int64_t *index = malloc((length ? length : 1) * sizeof *index);
    if (!index) {
        ulam_h5_fail_memory(self->h5);
        return 0;
    }
    for (size_t i = 0; i < length; i++) index[i] = (int64_t)i;
    const size_t result = ulam_labelled_dimension(self, name, length, ULAM_H5_INTEGER, index, NULL);
    free(index);
    return result;
}

/* Tells a dimension that it is a side of an array. */
static void add_use(ulam_labelled *self, ulam_dimension *dimension, hobj_ref_t array, size_t side)
{
    ulam_dimension_use *uses = realloc(dimension->uses, (dimension->n_uses + 1) * sizeof *uses);
    if (!uses) {
        ulam_h5_fail_memory(self->h5);
        return;
    }
    dimension->uses = uses;
    memset(&uses[dimension->n_uses], 0, sizeof *uses); /* padding goes into the file */
    uses[dimension->n_uses].array = array;
    uses[dimension->n_uses].side = (int)side;
    dimension->n_uses++;
}

hid_t ulam_labelled_put(ulam_labelled *self, const char *name, ulam_h5_type type, const size_t *dimensions, size_t rank,
                        const void *data)
{
    ulam_h5 *h5 = self->h5;
    if (h5->status != ULAM_OK) return H5I_INVALID_HID;
    if (rank > H5S_MAX_RANK) {
        h5->status = ulam_fail(h5->error, ULAM_EINVAL, "%s has %zu dimensions, and HDF5 holds at most %d", name, rank,
                               H5S_MAX_RANK);
        return H5I_INVALID_HID;
    }
    hsize_t shape[H5S_MAX_RANK] = {0};
    for (size_t i = 0; i < rank; i++) shape[i] = self->dimensions[dimensions[i]].length;
    const hid_t dataset = ulam_h5_put(h5, self->group, name, type, shape, (int)rank, data);
    ulam_labelled_attach(self, dataset, name, dimensions, rank);
    return dataset;
}

void ulam_labelled_attach(ulam_labelled *self, hid_t dataset, const char *name, const size_t *dimensions, size_t rank)
{
    ulam_h5 *h5 = self->h5;
    hvl_t list[H5S_MAX_RANK];
    if (rank == 0 || h5->status != ULAM_OK) return;
    for (size_t i = 0; i < rank; i++) list[i] = (hvl_t){1, &self->dimensions[dimensions[i]].scale};
    const hid_t of_references = H5Tvlen_create(H5T_STD_REF_OBJ);
    const hsize_t n = rank;
    ulam_h5_put_attribute(h5, dataset, "DIMENSION_LIST", of_references, of_references, H5Screate_simple(1, &n, NULL),
                          list);
    const hobj_ref_t array = reference(self, name);
    for (size_t i = 0; i < rank; i++) add_use(self, &self->dimensions[dimensions[i]], array, i);
}

void ulam_labelled_describe(ulam_labelled *self, hid_t dataset, const char *unit, const char *long_name)
{
    ulam_h5_put_text(self->h5, dataset, "units", unit);
    ulam_h5_put_text(self->h5, dataset, "long_name", long_name);
}
