#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "file.h"

ulam_status ulam_file_read(const char *path, ulam_bytes *bytes, ulam_error *error)
{
    unsigned char piece[1 << 14];
    ssize_t n;
    ulam_status status = ULAM_OK;
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return ulam_fail(error, ULAM_EIO, "cannot read the file %s: %s", path, strerror(errno));
    while (!status && (n = read(descriptor, piece, sizeof piece)) != 0) {
        if (n > 0)
            status = ulam_bytes_put(bytes, piece, (size_t)n) ? ulam_fail_memory(error, "reading a file") : ULAM_OK;
        else if (errno != EINTR)
            status = ulam_fail(error, ULAM_EIO, "cannot read the file %s: %s", path, strerror(errno));
    }
    close(descriptor);
    return status;
}

bool ulam_file_put(int descriptor, const void *data, size_t size)
{
    const char *at = data;
    while (size > 0) {
        const ssize_t n = write(descriptor, at, size);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        at += n;
        size -= (size_t)n;
    }
    return true;
}

int ulam_file_in_memory(const char *name, const void *data, size_t size)
{
    const int descriptor = memfd_create(name, MFD_CLOEXEC);
    if (descriptor < 0) return -1;
    if (ulam_file_put(descriptor, data, size) && lseek(descriptor, 0, SEEK_SET) == 0) return descriptor;
    const int cause = errno;
    close(descriptor);
    errno = cause;
    return -1;
}
