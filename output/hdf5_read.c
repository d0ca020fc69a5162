#include <stdlib.h>
#include <string.h>

#include "hdf5_read.h"

void ulam_texts_free(char **texts, size_t n)
{
    for (size_t i = 0; texts && i < n; i++) free(texts[i]);
    free(texts);
}

void ulam_h5_fail_format(ulam_h5 *self, const char *what, const char *name)
{
    if (self->status == ULAM_OK) self->status = ulam_fail(self->error, ULAM_EFORMAT, "%s: %s", name, what);
}

hid_t ulam_h5_get_group(ulam_h5 *self, hid_t parent, const char *name)
{
    if (self->status != ULAM_OK) return H5I_INVALID_HID;
    const hid_t group = H5Gopen2(parent, name, H5P_DEFAULT);
    if (group < 0) ulam_h5_fail(self, "open the group", name);
    return group;
}

hid_t ulam_h5_get_dataset(ulam_h5 *self, hid_t group, const char *name)
{
    if (self->status != ULAM_OK) return H5I_INVALID_HID;
    const hid_t dataset = H5Dopen2(group, name, H5P_DEFAULT);
    if (dataset < 0) ulam_h5_fail(self, "open the dataset", name);
    return dataset;
}

bool ulam_h5_has(ulam_h5 *self, hid_t group, const char *name)
{
    return self->status == ULAM_OK && name[0] != '\0' && H5Lexists(group, name, H5P_DEFAULT) > 0;
}

/* How many values a space has; it is closed. */
static size_t count_and_close(ulam_h5 *self, hid_t space)
{
    const hssize_t n = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    if (n < 0) ulam_h5_fail(self, "measure", "an array");
    if (space >= 0) H5Sclose(space);
    return n < 0 ? 0 : (size_t)n;
}

size_t ulam_h5_length(ulam_h5 *self, hid_t dataset)
{
    return self->status == ULAM_OK ? count_and_close(self, H5Dget_space(dataset)) : 0;
}

static void *get_numbers(ulam_h5 *self, hid_t dataset, size_t n, hid_t type, size_t size)
{
    const size_t length = ulam_h5_length(self, dataset);
    if (self->status == ULAM_OK && length != n) ulam_h5_fail_format(self, "not of the expected length", "an array");
    if (self->status != ULAM_OK) return NULL;
    void *data = calloc(n ? n : 1, size);
    if (!data) ulam_h5_fail_memory(self);
    if (data && n > 0 && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)
        ulam_h5_fail(self, "read", "an array");
    return data;
}

double *ulam_h5_get_reals(ulam_h5 *self, hid_t dataset, size_t n)
{
    return get_numbers(self, dataset, n, H5T_NATIVE_DOUBLE, sizeof(double));
}

uint64_t *ulam_h5_get_counts(ulam_h5 *self, hid_t dataset, size_t n)
{
    return get_numbers(self, dataset, n, H5T_NATIVE_UINT64, sizeof(uint64_t));
}

int64_t *ulam_h5_get_integers(ulam_h5 *self, hid_t dataset, size_t n)
{
    return get_numbers(self, dataset, n, H5T_NATIVE_INT64, sizeof(int64_t));
}

unsigned char *ulam_h5_get_bytes(ulam_h5 *self, hid_t dataset, size_t n)
{
    return get_numbers(self, dataset, n, H5T_NATIVE_UCHAR, 1);
}

/* The type in memory of a fixed-length string, with room for a NUL behind it. */
static hid_t terminated(hid_t file_type)
{
    const hid_t type = H5Tcopy(file_type);
    if (type >= 0 && H5Tset_size(type, H5Tget_size(file_type) + 1) >= 0 && H5Tset_strpad(type, H5T_STR_NULLTERM) >= 0)
        return type;
    if (type >= 0) H5Tclose(type);
    return H5I_INVALID_HID;
}

/* Words of size bytes each, side by side, as texts. */
static char **split(const char *words, size_t n, size_t size)
{
    char **texts = calloc(n ? n : 1, sizeof *texts);
    for (size_t i = 0; texts && i < n; i++) {
        texts[i] = strndup(words + i * size, size);
        if (!texts[i]) {
            ulam_texts_free(texts, n);
            return NULL;
        }
    }
    return texts;
}

/* Strings of fixed length, from a dataset or an attribute. */
static char **get_fixed(ulam_h5 *self, hid_t object, bool attribute, hid_t file_type, size_t n)
{
    char **texts = NULL;
    const hid_t type = terminated(file_type);
    const size_t size = type < 0 ? 1 : H5Tget_size(type);
    char *words = calloc(n ? n : 1, size);
    if (!words) {
        ulam_h5_fail_memory(self);
        goto out;
    }
    const herr_t result = type < 0    ? -1
                          : attribute ? H5Aread(object, type, words)
                                      : H5Dread(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, words);
    if (result < 0) {
        ulam_h5_fail(self, "read", "a text");
        goto out;
    }
    texts = split(words, n, size);
    if (!texts) ulam_h5_fail_memory(self);
out:
    free(words);
    if (type >= 0) H5Tclose(type);
    return texts;
}

static char **get_variable(ulam_h5 *self, hid_t dataset, hid_t type, size_t n)
{
    char **read = calloc(n ? n : 1, sizeof *read);
    char **texts = calloc(n ? n : 1, sizeof *texts);
    const hid_t space = H5Dget_space(dataset);
    if (!read || !texts) {
        ulam_h5_fail_memory(self);
        goto out;
    }
    if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, read) < 0) {
        ulam_h5_fail(self, "read", "a text");
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        texts[i] = strdup(read[i] ? read[i] : "");
        if (!texts[i]) ulam_h5_fail_memory(self);
    }
    if (H5Dvlen_reclaim(type, space, H5P_DEFAULT, read) < 0) ulam_h5_fail(self, "read", "a text");
out:
    if (space >= 0) H5Sclose(space);
    free(read);
    return texts;
}

char **ulam_h5_get_texts(ulam_h5 *self, hid_t dataset, size_t n)
{
    char **texts = NULL;
    const size_t length = ulam_h5_length(self, dataset);
    if (self->status == ULAM_OK && length != n) ulam_h5_fail_format(self, "not of the expected length", "a text");
    if (self->status != ULAM_OK) return NULL;
    const hid_t type = H5Dget_type(dataset);
    if (type < 0 || H5Tget_class(type) != H5T_STRING)
        ulam_h5_fail_format(self, "should be text", "an array");
    else
        texts = H5Tis_variable_str(type) > 0 ? get_variable(self, dataset, type, n)
                                             : get_fixed(self, dataset, false, type, n);
    if (type >= 0) H5Tclose(type);
    if (self->status == ULAM_OK) return texts;
    ulam_texts_free(texts, n);
    return NULL;
}

char **ulam_h5_get_words(ulam_h5 *self, hid_t object, const char *name, size_t *n)
{
    *n = 0;
    if (self->status != ULAM_OK || H5Aexists(object, name) <= 0) return NULL;
    char **words = NULL;
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    const hid_t type = attribute < 0 ? H5I_INVALID_HID : H5Aget_type(attribute);
    if (type < 0) {
        ulam_h5_fail(self, "open the attribute", name);
    } else if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) > 0) {
        ulam_h5_fail_format(self, "should be text", name);
    } else {
        const size_t count = count_and_close(self, H5Aget_space(attribute));
        words = get_fixed(self, attribute, true, type, count);
        if (words) *n = count;
    }
    if (type >= 0) H5Tclose(type);
    if (attribute >= 0) H5Aclose(attribute);
    return words;
}

char *ulam_h5_get_text(ulam_h5 *self, hid_t object, const char *name)
{
    size_t n;
    char **words = ulam_h5_get_words(self, object, name, &n);
    if (n == 0) {
        ulam_texts_free(words, n);
        return NULL;
    }
    char *text = words[0];
    words[0] = NULL;
    ulam_texts_free(words, n);
    return text;
}

char *ulam_h5_need_text(ulam_h5 *self, hid_t object, const char *name)
{
    char *text = ulam_h5_get_text(self, object, name);
    if (!text) ulam_h5_fail_format(self, "missing from the file", name);
    return text;
}

/* An attribute of one number. */
static void get_number(ulam_h5 *self, hid_t object, const char *name, hid_t type, void *value)
{
    if (self->status != ULAM_OK) return;
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0) {
        ulam_h5_fail_format(self, "missing from the file", name);
        return;
    }
    if (count_and_close(self, H5Aget_space(attribute)) != 1 || H5Aread(attribute, type, value) < 0)
        ulam_h5_fail_format(self, "should be a number", name);
    H5Aclose(attribute);
}

uint64_t ulam_h5_get_unsigned(ulam_h5 *self, hid_t object, const char *name)
{
    uint64_t value = 0;
    get_number(self, object, name, H5T_NATIVE_UINT64, &value);
    return value;
}

double ulam_h5_get_real(ulam_h5 *self, hid_t object, const char *name)
{
    double value = 0;
    get_number(self, object, name, H5T_NATIVE_DOUBLE, &value);
    return value;
}

uint64_t *ulam_h5_get_unsigneds(ulam_h5 *self, hid_t object, const char *name, size_t *n)
{
    *n = 0;
    if (self->status != ULAM_OK || H5Aexists(object, name) <= 0) return NULL;
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0) {
        ulam_h5_fail(self, "open the attribute", name);
        return NULL;
    }
    const size_t count = count_and_close(self, H5Aget_space(attribute));
    uint64_t *values = calloc(count ? count : 1, sizeof *values);
    if (!values)
        ulam_h5_fail_memory(self);
    else if (H5Aread(attribute, H5T_NATIVE_UINT64, values) < 0)
        ulam_h5_fail_format(self, "should be numbers", name);
    H5Aclose(attribute);
    *n = values ? count : 0;
    return values;
}
