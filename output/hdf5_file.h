/* HDF5 files that live in memory. Nothing of HDF5 touches the disk: what fails there fails in our own calls. */

#ifndef ULAM_HDF5_FILE_H
#define ULAM_HDF5_FILE_H

#include <hdf5.h>
#include <stdbool.h>

#include <ulam/bytes.h>
#include <ulam/status.h>

/* The memory that HDF5 keeps a file in. */
typedef struct {
    unsigned char *data;
    size_t size;
    bool lent;                     /* it is the caller's, who only wants it read */
    struct ulam_image_file *spill; /* where finished chunks go that memory need not hold; NULL: nowhere */
} ulam_h5_memory;

/* An open file, and whether anything went wrong with it: after the first failure the functions that take one do nothing
 * (and return NULL, 0 or H5I_INVALID_HID), so that a caller may look once, at the end. Closing it closes all its objects. */
typedef struct {
    hid_t file;
    ulam_h5_memory memory;
    ulam_status status;
    ulam_error *error;
    ulam_status
        failure; /* what a failing call of HDF5 makes status: ULAM_EIO while writing, ULAM_EFORMAT while reading */
    H5E_auto2_t print; /* HDF5's own error printing, put back by ulam_h5_close() */
    void *print_data;
} ulam_h5;

/* Starts HDF5, which may call MPI: before threads share it. Harmless when repeated. False: it cannot be started. */
bool ulam_h5_start(void);

/* A file that is not open yet. `failure` as above. */
void ulam_h5_begin(ulam_h5 *self, ulam_status failure, ulam_error *error);

/* An empty file. Look at self->status; whatever it is, call ulam_h5_close(). */
void ulam_h5_create(ulam_h5 *self, ulam_error *error);

/* Opens the file whose bytes these are, after ulam_h5_begin(), to read it. They are not copied: the image stays until
 * ulam_h5_close(), as does self where it is. */
void ulam_h5_open(ulam_h5 *self, const ulam_bytes *image);

/* The same, to be changed; takes the image, and has one of its own afterwards. */
void ulam_h5_open_to_change(ulam_h5 *self, ulam_bytes *image);

void ulam_h5_close(ulam_h5 *self);

/* The file's bytes, into the empty image. Closes the file: nothing can be added to it any more. */
void ulam_h5_image(ulam_h5 *self, ulam_bytes *image);

/* Notes that HDF5 failed at `doing` something with `name`, with HDF5's own reason. */
void ulam_h5_fail(ulam_h5 *self, const char *doing, const char *name);

/* Notes another failure. */
void ulam_h5_fail_memory(ulam_h5 *self);

/* Closes an object; an invalid one is let pass. */
void ulam_h5_done(ulam_h5 *self, hid_t object);

#endif
