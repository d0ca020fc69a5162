#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hdf5_file.h"
#include "result_file.h"

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
    /* What HDF5 has no more use for is given back, not kept in lists of its own. */
    return H5open() >= 0 && H5set_free_list_limits(0, 0, 0, 0, 0, 0) >= 0;
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

/* HDF5 keeps its copy of a file where we can have it, or reads ours in place; else there would be two. */

static void *image_malloc(size_t size, H5FD_file_image_op_t operation, void *memory)
{
    (void)operation;
    ulam_h5_memory *self = memory;
    return self->lent ? size == self->size ? self->data : NULL : malloc(size);
}

static void *image_memcpy(void *to, const void *from, size_t size, H5FD_file_image_op_t operation, void *memory)
{
    (void)operation;
    (void)memory;
    return to == from ? to : memcpy(to, from, size);
}

static void *image_realloc(void *data, size_t size, H5FD_file_image_op_t operation, void *memory)
{
    (void)operation;
    ulam_h5_memory *self = memory;
    if (self->lent) return size == self->size ? data : NULL;
    unsigned char *grown = realloc(data, size);
    if (grown) {
        self->data = grown;
        self->size = size;
    }
    return grown;
}

/* It is freed with the image, or by ulam_h5_close(). */
static herr_t image_free(void *data, H5FD_file_image_op_t operation, void *memory)
{
    (void)data;
    (void)operation;
    (void)memory;
    return 0;
}

static void *same_memory(void *memory) { return memory; }

static herr_t leave_memory(void *memory)
{
    (void)memory;
    return 0;
}

/* How a file is accessed: in memory, never on disk, in the format of 1.10, in which all
 * metadata is checksummed. */
static hid_t access_in_memory(size_t increment, ulam_h5_memory *memory)
{
    H5FD_file_image_callbacks_t ours = {image_malloc, image_memcpy, image_realloc, image_free,
                                        same_memory,  leave_memory, memory};
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access >= 0 && H5Pset_fapl_core(access, increment, false) >= 0 &&
        H5Pset_file_image_callbacks(access, &ours) >= 0 &&
        H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) >= 0 &&
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0)
        return access;
    if (access >= 0) H5Pclose(access);
    return H5I_INVALID_HID;
}

void ulam_h5_create(ulam_h5 *self, ulam_error *error)
{
    ulam_h5_begin(self, ULAM_EIO, error);
    const hid_t access = access_in_memory((size_t)1 << 20, &self->memory);
    const hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    if (access >= 0 && creation >= 0 && H5Pset_obj_track_times(creation, false) >= 0)
        self->file = H5Fcreate(name_in_memory, H5F_ACC_TRUNC, creation, access);
    if (self->file < 0) ulam_h5_fail(self, "make", "a file in memory");
    if (creation >= 0) H5Pclose(creation);
    if (access >= 0) H5Pclose(access);
}

static void open_image(ulam_h5 *self, const ulam_bytes *image, unsigned flags)
{
    self->memory = (ulam_h5_memory){.data = image->data, .size = image->size, .lent = true};
    const hid_t access = access_in_memory(4096, &self->memory);
    if (access >= 0 && H5Pset_file_image(access, image->data, image->size) >= 0)
        self->file = H5Fopen(name_in_memory, flags, access);
    if (self->file < 0) ulam_h5_fail(self, "open", "the file");
    if (access >= 0) H5Pclose(access);
}

void ulam_h5_open(ulam_h5 *self, const ulam_bytes *image) { open_image(self, image, H5F_ACC_RDONLY); }

void ulam_h5_open_to_change(ulam_h5 *self, ulam_bytes *image)
{
    open_image(self, image, H5F_ACC_RDWR);
    self->memory.lent = false; /* it may grow from now on */
    *image = (ulam_bytes){0};
}

void ulam_h5_close(ulam_h5 *self)
{
    if (self->file >= 0 && H5Fclose(self->file) < 0) ulam_h5_fail(self, "close", "the file");
    self->file = H5I_INVALID_HID;
    if (!self->memory.lent) free(self->memory.data);
    self->memory = (ulam_h5_memory){0};
    H5Eset_auto2(H5E_DEFAULT, self->print, self->print_data);
}

void ulam_h5_image(ulam_h5 *self, ulam_bytes *image)
{
    if (self->status != ULAM_OK) return;
    const ssize_t size = H5Fflush(self->file, H5F_SCOPE_GLOBAL) < 0 ? -1 : H5Fget_file_image(self->file, NULL, 0);
    const herr_t closed = H5Fclose(self->file);
    self->file = H5I_INVALID_HID;
    if (size <= 0 || closed < 0 || self->memory.size < (size_t)size) {
        ulam_h5_fail(self, "finish", "the file");
        return;
    }
    *image = (ulam_bytes){.data = self->memory.data, .size = (size_t)size, .capacity = self->memory.size};
    self->memory = (ulam_h5_memory){0};
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
