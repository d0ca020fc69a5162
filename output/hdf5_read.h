/* Getting datasets and attributes out of an HDF5 file. What is not as expected makes the file's status ULAM_EFORMAT, with
 * a message that names it. What is returned is owned by the caller. */

#ifndef ULAM_HDF5_READ_H
#define ULAM_HDF5_READ_H

#include <stddef.h>
#include <stdint.h>

#include "hdf5_file.h"

hid_t ulam_h5_get_group(ulam_h5 *self, hid_t parent, const char *name);
hid_t ulam_h5_get_dataset(ulam_h5 *self, hid_t group, const char *name);

/* Whether the group has something of that name. */
bool ulam_h5_has(ulam_h5 *self, hid_t group, const char *name);

/* How many values a dataset has. */
size_t ulam_h5_length(ulam_h5 *self, hid_t dataset);

/* A dataset's values, of which there must be n. Numbers are converted to the type asked for. */
double *ulam_h5_get_reals(ulam_h5 *self, hid_t dataset, size_t n);
uint64_t *ulam_h5_get_counts(ulam_h5 *self, hid_t dataset, size_t n);
int64_t *ulam_h5_get_integers(ulam_h5 *self, hid_t dataset, size_t n);
unsigned char *ulam_h5_get_bytes(ulam_h5 *self, hid_t dataset, size_t n);
char **ulam_h5_get_texts(ulam_h5 *self, hid_t dataset, size_t n);

/* Attributes. The text is NULL where there is none of that name. A list is empty where there is none. */
char *ulam_h5_get_text(ulam_h5 *self, hid_t object, const char *name);
char **ulam_h5_get_words(ulam_h5 *self, hid_t object, const char *name, size_t *n);
uint64_t ulam_h5_get_unsigned(ulam_h5 *self, hid_t object, const char *name);
double ulam_h5_get_real(ulam_h5 *self, hid_t object, const char *name);
uint64_t *ulam_h5_get_unsigneds(ulam_h5 *self, hid_t object, const char *name, size_t *n);

/* A text that must be there. */
char *ulam_h5_need_text(ulam_h5 *self, hid_t object, const char *name);

void ulam_texts_free(char **texts, size_t n);

/* Notes that something is not as in a result file. */
void ulam_h5_fail_format(ulam_h5 *self, const char *what, const char *name);

#endif
