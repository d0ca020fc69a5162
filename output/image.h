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
