/* Putting groups, datasets and attributes into an HDF5 file. */

#ifndef ULAM_HDF5_WRITE_H
#define ULAM_HDF5_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "hdf5_file.h"

typedef enum {
    ULAM_H5_REAL,    /* double */
    ULAM_H5_INTEGER, /* int64_t */
    ULAM_H5_COUNT,   /* uint64_t */
    ULAM_H5_BOOLEAN, /* int8_t, 0 or 1 */
    ULAM_H5_BYTE,    /* unsigned char */
    ULAM_H5_TEXT,    /* const char *, UTF-8; variable-length in the file, which xarray reads as text */
    ULAM_H5_WORD,    /* const char *, UTF-8; padded to the longest in the file */
} ulam_h5_type;

hid_t ulam_h5_make_group(ulam_h5 *self, hid_t parent, const char *name);

/* Makes a dataset of that shape (rank 0: a single value) and writes data, in checksummed chunks where HDF5 can. NULL: the
 * data come later. */
hid_t ulam_h5_put(ulam_h5 *self, hid_t group, const char *name, ulam_h5_type type, const hsize_t *shape, int rank,
                  const void *data);

/* The length of a chunk of a dataset of one dimension. */
size_t ulam_h5_chunk_length(ulam_h5 *self, hid_t dataset);

/* Writes n bytes from `offset` on: a whole chunk, or the last. */
void ulam_h5_put_chunk(ulam_h5 *self, hid_t dataset, size_t offset, const unsigned char *bytes, size_t n);

/* Hands a whole chunk, which will not be touched again, to where the image is being written, if it is: so large a thing need not
 * be in memory too. */
void ulam_h5_spill_chunk(ulam_h5 *self, hid_t dataset, size_t offset);

/* Attributes. Texts are of fixed length; NULL leaves the attribute out. */
void ulam_h5_put_text(ulam_h5 *self, hid_t object, const char *name, const char *text);
void ulam_h5_put_words(ulam_h5 *self, hid_t object, const char *name, const char *const *words, size_t n);
void ulam_h5_put_integer(ulam_h5 *self, hid_t object, const char *name, int64_t value);
void ulam_h5_put_real(ulam_h5 *self, hid_t object, const char *name, double value);
void ulam_h5_put_unsigned(ulam_h5 *self, hid_t object, const char *name, uint64_t value);
void ulam_h5_put_unsigneds(ulam_h5 *self, hid_t object, const char *name, const uint64_t *values, size_t n);

/* Writes an attribute of any type and closes type and space. */
void ulam_h5_put_attribute(ulam_h5 *self, hid_t object, const char *name, hid_t type, hid_t memory_type, hid_t space,
                           const void *data);

#endif
