#include <stdio.h>
#include <stdlib.h>

#include "hdf5_file.h"
#include "result_file.h"
#include "superblock.h"

/* Keeps the innermost description of the error stack: the one walked to first. */
static herr_t keep_first(unsigned n, const H5E_error2_t *entry, void *reason)
{
    (void)n;
    const char **first = reason;
    if (!*first && entry->desc && entry->desc[0] != '\0') *first = entry->desc;
    return 0;
}

void ulam_h5_fail(ulam_h5 *self, const char *doing, const char *name)
{
    if (self->status != ULAM_OK) return;
    const char *reason = NULL;
    if (H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, &reason) < 0 || !reason) reason = "no reason given";
    self->status = ulam_fail(self->error, self->failure, "HDF5 cannot %s %s: %s", doing, name, reason);
}

void ulam_h5_fail_memory(ulam_h5 *self)
{
    if (self->status == ULAM_OK) self->status = ulam_fail_memory(self->error, "handling a result file");
}

bool ulam_h5_start(void)
{
    /* Nothing is left to do at exit, and HDF5's handler loops over what a damaged file made it lose count of. */
    H5dont_atexit();
    return H5open() >= 0;
}

void ulam_h5_begin(ulam_h5 *self, ulam_status failure, ulam_error *error)
{
    *self = (ulam_h5){.file = H5I_INVALID_HID, .error = error, .failure = failure};
    ulam_h5_start();
    H5Eget_auto2(H5E_DEFAULT, &self->print, &self->print_data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

/* HDF5 looks on the disk even for a file in memory, and refuses to open an image whose name it finds there: a name that
 * no file can have. */
static const char name_in_memory[] = "/dev/null/result";

/* How a file is accessed: in memory, never on disk, in the format of 1.10, in which all
 * metadata is checksummed. */
static hid_t access_in_memory(size_t increment)
{
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access >= 0 && H5Pset_fapl_core(access, increment, false) >= 0 &&
        H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) >= 0 &&
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0)
        return access;
    if (access >= 0) H5Pclose(access);
    return H5I_INVALID_HID;
}

void ulam_h5_create(ulam_h5 *self, ulam_error *error)
{
    ulam_h5_begin(self, ULAM_EIO, error);
    const hid_t access = access_in_memory((size_t)1 << 20);
    const hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    if (access >= 0 && creation >= 0 && H5Pset_obj_track_times(creation, false) >= 0)
        self->file = H5Fcreate(name_in_memory, H5F_ACC_TRUNC, creation, access);
    if (self->file < 0) ulam_h5_fail(self, "make", "a file in memory");
    if (creation >= 0) H5Pclose(creation);
    if (access >= 0) H5Pclose(access);
}

void ulam_h5_open(ulam_h5 *self, const ulam_bytes *image)
{
    const hid_t access = access_in_memory(4096);
    if (access >= 0 && H5Pset_file_image(access, image->data, image->size) >= 0)
        self->file = H5Fopen(name_in_memory, H5F_ACC_RDONLY, access);
    if (self->file < 0) ulam_h5_fail(self, "open", "the file");
    if (access >= 0) H5Pclose(access);
}

void ulam_h5_close(ulam_h5 *self)
{
    if (self->file >= 0 && H5Fclose(self->file) < 0) ulam_h5_fail(self, "close", "the file");
    self->file = H5I_INVALID_HID;
    H5Eset_auto2(H5E_DEFAULT, self->print, self->print_data);
}

void ulam_h5_image(ulam_h5 *self, ulam_bytes *image)
{
    if (self->status != ULAM_OK) return;
    const ssize_t size = H5Fflush(self->file, H5F_SCOPE_GLOBAL) < 0 ? -1 : H5Fget_file_image(self->file, NULL, 0);
    if (size <= 0) {
        ulam_h5_fail(self, "finish", "the file");
        return;
    }
    image->data = malloc((size_t)size);
    if (!image->data) {
        ulam_h5_fail_memory(self);
        return;
    }
    image->size = image->capacity = (size_t)size;
    if (H5Fget_file_image(self->file, image->data, image->size) != size) ulam_h5_fail(self, "finish", "the file");
    ulam_superblock_mend(image);
}

void ulam_h5_done(ulam_h5 *self, hid_t object)
{
    if (object >= 0 && H5Idec_ref(object) < 0) ulam_h5_fail(self, "close", "an object");
}

void ulam_result_library(char text[32])
{
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
    snprintf(text, 32, "HDF5 %u.%u.%u", major, minor, release);
}
