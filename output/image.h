/* Image: the bytes of a whole file, followed on disk by 32 bytes that prove them whole: "ULAMEND1", their number, and
 * their 128-bit XXH3 hash. */

#ifndef ULAM_IMAGE_H
#define ULAM_IMAGE_H

#include <stddef.h>

#include <ulam/bytes.h>
#include <ulam/status.h>

enum {
    ULAM_TRAILER_SIZE = 32
};

/* A temporary's name, from target, process and a number. */
#define ULAM_TEMPORARY_NAME "%s.tmp.%ld.%d"

/* The path that is replaced when path is written: links are followed, so that the file they lead to is replaced and not
 * the link. `target` is owned by the caller, whatever comes of it. ULAM_EIO: nothing can be written there; ULAM_ENOMEM. */
ulam_status ulam_image_target(const char *path, char **target, ulam_error *error);

/* The folder that target stands in. Owned by the caller. NULL: out of memory. */
char *ulam_image_folder(const char *target);

/* Puts data and its trailer in path's place: temporary, fsync, rename, fsync of the directory. A link is followed.
 * ULAM_EIO names the file and the reason; no temporary is left, and unless it is the directory that could not be
 * flushed, what stood there stands. ULAM_ENOMEM. */
ulam_status ulam_image_write(const char *path, const void *data, size_t size, ulam_error *error);

/* The same in steps, for an image that is never in memory as a whole: ranges of it that are finished may be written early.
 * Errors as above. */
typedef struct ulam_image_file ulam_image_file;
ulam_status ulam_image_begin(ulam_image_file **self, const char *path, ulam_error *error);
/* Writes `size` bytes of the image from `first` on, and gives their pages back to the system: nobody may read them any more. No
 * byte is spilled twice. */
ulam_status ulam_image_spill(ulam_image_file *self, unsigned char *image, size_t first, size_t size, ulam_error *error);
/* Writes the rest, and puts the file in place. Frees self, whatever comes of it. */
ulam_status ulam_image_finish(ulam_image_file *self, const void *image, size_t size, ulam_error *error);
/* Leaves everything as it was. Frees self. */
void ulam_image_abandon(ulam_image_file *self);

/* Puts the finished file at temporary in target's place: fsync, rename, fsync of the directory. ULAM_EIO names the file and
 * the reason; the temporary is left to the caller, and unless it is the directory that could not be flushed, what stood
 * there stands. ULAM_ENOMEM. */
ulam_status ulam_image_settle(const char *temporary, const char *target, ulam_error *error);

/* Reads what ulam_image_write() wrote, without the trailer, into the empty image. ULAM_EIO: it cannot be read;
 * ULAM_EFORMAT: it is not such a file, or not whole; ULAM_ENOMEM. */
ulam_status ulam_image_read(ulam_bytes *image, const char *path, ulam_error *error);

/* Judges that ulam_image_write() could write there, by making and removing a temporary. ULAM_EIO, ULAM_ENOMEM. */
ulam_status ulam_image_check_path(const char *path, ulam_error *error);

#endif
