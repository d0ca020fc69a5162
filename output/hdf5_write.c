#include <stdlib.h>
#include <string.h>

#include "hdf5_write.h"
#include "image.h"

static const hsize_t chunk_bytes = (hsize_t)1 << 20;

hid_t ulam_h5_make_group(ulam_h5 *self, hid_t parent, const char *name)
{
    if (self->status != ULAM_OK) return H5I_INVALID_HID;
    hid_t group = H5I_INVALID_HID;
    const hid_t creation = H5Pcreate(H5P_GROUP_CREATE);
    if (creation >= 0 && H5Pset_obj_track_times(creation, false) >= 0 &&
        H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED) >= 0)
        group = H5Gcreate2(parent, name, H5P_DEFAULT, creation, H5P_DEFAULT);
    if (group < 0) ulam_h5_fail(self, "make the group", name);
    if (creation >= 0) H5Pclose(creation);
    return group;
}

/* A UTF-8 string type; size H5T_VARIABLE or with room for a NUL. */
static hid_t string_type(size_t size)
{
    const hid_t type = H5Tcopy(H5T_C_S1);
    if (type >= 0 && H5Tset_size(type, size) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0) return type;
    if (type >= 0) H5Tclose(type);
    return H5I_INVALID_HID;
}

static size_t longest(const char *const *words, size_t n)
{
    size_t most = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t length = strlen(words[i]);
        if (length > most) most = length;
    }
    return most;
}

/* Words side by side, each in size bytes. Owned by the caller. */
static char *pad_words(const char *const *words, size_t n, size_t size)
{
    char *padded = calloc(n ? n : 1, size);
    if (!padded) return NULL;
    for (size_t i = 0; i < n; i++) memcpy(padded + i * size, words[i], strlen(words[i]));
    return padded;
}

static hid_t type_in_file(ulam_h5_type type, size_t word_size)
{
    switch (type) {
    case ULAM_H5_REAL:
        return H5Tcopy(H5T_IEEE_F64LE);
    case ULAM_H5_INTEGER:
        return H5Tcopy(H5T_STD_I64LE);
    case ULAM_H5_COUNT:
        return H5Tcopy(H5T_STD_U64LE);
    case ULAM_H5_BOOLEAN:
        return H5Tcopy(H5T_STD_I8LE);
    case ULAM_H5_BYTE:
        return H5Tcopy(H5T_STD_U8LE);
    case ULAM_H5_TEXT:
        return string_type(H5T_VARIABLE);
    case ULAM_H5_WORD:
        return string_type(word_size);
    }
    return H5I_INVALID_HID;
}

static hid_t type_in_memory(ulam_h5_type type, hid_t file_type)
{
    switch (type) {
    case ULAM_H5_REAL:
        return H5T_NATIVE_DOUBLE;
    case ULAM_H5_INTEGER:
        return H5T_NATIVE_INT64;
    case ULAM_H5_COUNT:
        return H5T_NATIVE_UINT64;
    case ULAM_H5_BOOLEAN:
        return H5T_NATIVE_INT8;
    case ULAM_H5_BYTE:
        return H5T_NATIVE_UINT8;
    case ULAM_H5_TEXT:
    case ULAM_H5_WORD:
        break;
    }
    return file_type;
}

/* The whole array as a chunk, halved along its longest side until it is small. */
static herr_t set_chunks(hid_t creation, const hsize_t *shape, int rank, size_t element)
{
    hsize_t chunk[H5S_MAX_RANK];
    hsize_t bytes = element;
    for (int i = 0; i < rank; i++) {
        chunk[i] = shape[i];
        bytes *= shape[i];
    }
    while (bytes > chunk_bytes) {
        int widest = 0;
        for (int i = 1; i < rank; i++)
            if (chunk[i] > chunk[widest]) widest = i;
        if (chunk[widest] == 1) break;
        bytes = bytes / chunk[widest];
        chunk[widest] = (chunk[widest] + 1) / 2;
        bytes *= chunk[widest];
    }
    return H5Pset_chunk(creation, rank, chunk) < 0 ? -1 : H5Pset_fletcher32(creation);
}

static hid_t make_dataset(hid_t group, const char *name, hid_t type, const hsize_t *shape, int rank, bool chunked)
{
    hid_t dataset = H5I_INVALID_HID;
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    const hid_t space = rank ? H5Screate_simple(rank, shape, NULL) : H5Screate(H5S_SCALAR);
    if (creation >= 0 && space >= 0 && H5Pset_obj_track_times(creation, false) >= 0 &&
        (!chunked || (set_chunks(creation, shape, rank, H5Tget_size(type)) >= 0 &&
                      H5Pset_fill_time(creation, H5D_FILL_TIME_ALLOC) >= 0)))
        dataset = H5Dcreate2(group, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    if (space >= 0) H5Sclose(space);
    if (creation >= 0) H5Pclose(creation);
    return dataset;
}

hid_t ulam_h5_put(ulam_h5 *self, hid_t group, const char *name, ulam_h5_type type, const hsize_t *shape, int rank,
                  const void *data)
{
    if (self->status != ULAM_OK) return H5I_INVALID_HID;
    size_t n = 1;
    for (int i = 0; i < rank; i++) n *= (size_t)shape[i];
    char *padded = NULL;
    size_t word_size = 1;
    if (type == ULAM_H5_WORD) {
        word_size = longest(data, n) + 1;
        padded = pad_words(data, n, word_size);
        if (!padded) {
            ulam_h5_fail_memory(self);
            return H5I_INVALID_HID;
        }
    }
    const bool chunked = rank > 0 && type != ULAM_H5_TEXT;
    const hid_t file_type = type_in_file(type, word_size);
    hid_t dataset = file_type < 0 ? H5I_INVALID_HID : make_dataset(group, name, file_type, shape, rank, chunked);
    if (dataset < 0)
        ulam_h5_fail(self, "make the dataset", name);
    else if (data && H5Dwrite(dataset, type_in_memory(type, file_type), H5S_ALL, H5S_ALL, H5P_DEFAULT,
                              padded ? padded : data) < 0)
        ulam_h5_fail(self, "write the dataset", name);
    if (file_type >= 0) H5Tclose(file_type);
    free(padded);
    return dataset;
}

size_t ulam_h5_chunk_length(ulam_h5 *self, hid_t dataset)
{
    hsize_t length = 0;
    if (self->status != ULAM_OK) return 0;
    const hid_t creation = H5Dget_create_plist(dataset);
    if (creation < 0 || H5Pget_chunk(creation, 1, &length) != 1) ulam_h5_fail(self, "find", "a dataset's chunks");
    if (creation >= 0) H5Pclose(creation);
    return (size_t)length;
}

void ulam_h5_put_chunk(ulam_h5 *self, hid_t dataset, size_t offset, const unsigned char *bytes, size_t n)
{
    if (self->status != ULAM_OK) return;
    const hsize_t start = offset, count = n;
    const hid_t place = H5Dget_space(dataset), all = H5Screate_simple(1, &count, NULL);
    if (place < 0 || all < 0 || H5Sselect_hyperslab(place, H5S_SELECT_SET, &start, NULL, &count, NULL) < 0 ||
        H5Dwrite(dataset, H5T_NATIVE_UINT8, all, place, H5P_DEFAULT, bytes) < 0)
        ulam_h5_fail(self, "write", "a chunk");
    if (all >= 0) H5Sclose(all);
    if (place >= 0) H5Sclose(place);
}

void ulam_h5_spill_chunk(ulam_h5 *self, hid_t dataset, size_t offset)
{
    const hsize_t start = offset;
    unsigned filters;
    haddr_t first;
    hsize_t size;
    if (self->status != ULAM_OK || !self->memory.spill) return;
    if (H5Dflush(dataset) < 0 || H5Dget_chunk_info_by_coord(dataset, &start, &filters, &first, &size) < 0 ||
        first == HADDR_UNDEF)
        ulam_h5_fail(self, "find", "a chunk");
    else
        self->status =
            ulam_image_spill(self->memory.spill, self->memory.data, (size_t)first, (size_t)size, self->error);
}

void ulam_h5_put_attribute(ulam_h5 *self, hid_t object, const char *name, hid_t type, hid_t memory_type, hid_t space,
                           const void *data)
{
    if (self->status == ULAM_OK) {
        hid_t attribute = H5I_INVALID_HID;
        if (type >= 0 && space >= 0) attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
        if (attribute < 0 || H5Awrite(attribute, memory_type, data) < 0)
            ulam_h5_fail(self, "write the attribute", name);
        if (attribute >= 0 && H5Aclose(attribute) < 0) ulam_h5_fail(self, "write the attribute", name);
    }
    if (type >= 0) H5Tclose(type);
    if (space >= 0) H5Sclose(space);
}

void ulam_h5_put_text(ulam_h5 *self, hid_t object, const char *name, const char *text)
{
    if (self->status != ULAM_OK || !text) return;
    const hid_t type = string_type(strlen(text) + 1);
    ulam_h5_put_attribute(self, object, name, type, type, H5Screate(H5S_SCALAR), text);
}

void ulam_h5_put_words(ulam_h5 *self, hid_t object, const char *name, const char *const *words, size_t n)
{
    if (self->status != ULAM_OK || n == 0) return;
    const size_t size = longest(words, n) + 1;
    const hsize_t shape = n;
    char *padded = pad_words(words, n, size);
    if (!padded) {
        ulam_h5_fail_memory(self);
        return;
    }
    const hid_t type = string_type(size);
    ulam_h5_put_attribute(self, object, name, type, type, H5Screate_simple(1, &shape, NULL), padded);
    free(padded);
}

void ulam_h5_put_integer(ulam_h5 *self, hid_t object, const char *name, int64_t value)
{
    if (self->status != ULAM_OK) return;
    ulam_h5_put_attribute(self, object, name, H5Tcopy(H5T_STD_I64LE), H5T_NATIVE_INT64, H5Screate(H5S_SCALAR), &value);
}

void ulam_h5_put_real(ulam_h5 *self, hid_t object, const char *name, double value)
{
    if (self->status != ULAM_OK) return;
    ulam_h5_put_attribute(self, object, name, H5Tcopy(H5T_IEEE_F64LE), H5T_NATIVE_DOUBLE, H5Screate(H5S_SCALAR),
                          &value);
}

void ulam_h5_put_unsigned(ulam_h5 *self, hid_t object, const char *name, uint64_t value)
{
    if (self->status != ULAM_OK) return;
    ulam_h5_put_attribute(self, object, name, H5Tcopy(H5T_STD_U64LE), H5T_NATIVE_UINT64, H5Screate(H5S_SCALAR), &value);
}

void ulam_h5_put_unsigneds(ulam_h5 *self, hid_t object, const char *name, const uint64_t *values, size_t n)
{
    const hsize_t shape = n;
    if (self->status != ULAM_OK || n == 0) return;
    ulam_h5_put_attribute(self, object, name, H5Tcopy(H5T_STD_U64LE), H5T_NATIVE_UINT64,
                          H5Screate_simple(1, &shape, NULL), values);
}
