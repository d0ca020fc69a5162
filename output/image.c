#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "image.h"

static const char magic[] = "ULAMEND1";
static const unsigned char hdf5_signature[8] = "\211HDF\r\n\032\n";

/* Bytes of an image that are in the temporary already. */
typedef struct {
    size_t first, end;
} range;

/* Where a file is made and where it goes. */
typedef struct {
    char *target;    /* path with links followed */
    char *directory; /* of target */
    char *temporary; /* beside target; NULL: there is none */
    int file;        /* descriptor of temporary, or -1 */
} replacement;

struct ulam_image_file {
    char *path; /* as the caller knows it */
    replacement made;
    range *spilled; /* [n_spilled], ascending, apart */
    size_t n_spilled, capacity;
};

static void make_trailer(unsigned char trailer[ULAM_TRAILER_SIZE], XXH128_hash_t of, size_t size)
{
    XXH128_canonical_t hash;
    XXH128_canonicalFromHash(&hash, of);
    memcpy(trailer, magic, 8);
    for (int i = 0; i < 8; i++) trailer[8 + i] = (unsigned char)((uint64_t)size >> 8 * i);
    memcpy(trailer + 16, hash.digest, sizeof hash.digest);
}

static bool trailer_announces(const unsigned char trailer[ULAM_TRAILER_SIZE], uint64_t size)
{
    uint64_t written = 0;
    for (int i = 0; i < 8; i++) written |= (uint64_t)trailer[8 + i] << 8 * i;
    return memcmp(trailer, magic, 8) == 0 && written == size;
}

static ulam_status fail_write(ulam_error *error, const char *path, const char *doing)
{
    return ulam_fail(error, ULAM_EIO, "%s: cannot %s: %s", path, doing, strerror(errno));
}

ulam_status ulam_image_target(const char *path, char **target, ulam_error *error)
{
    struct stat status;
    *target = NULL;
    if (path[0] == '\0') return ulam_fail(error, ULAM_EIO, "the path of the result file is empty");
    if (lstat(path, &status) == 0) {
        const bool is_link = S_ISLNK(status.st_mode);
        *target = is_link ? realpath(path, NULL) : strdup(path);
        if (!*target || stat(*target, &status) != 0)
            return fail_write(error, path, is_link ? "follow the link" : "write the file");
        if (S_ISDIR(status.st_mode)) errno = EISDIR;
        if (S_ISDIR(status.st_mode)) return fail_write(error, path, "write the file");
        if (!S_ISREG(status.st_mode))
            return ulam_fail(error, ULAM_EIO, "%s: cannot write the file: not a regular file", path);
        return ULAM_OK;
    }
    if (errno != ENOENT) return fail_write(error, path, "write the file");
    *target = strdup(path);
    return *target ? ULAM_OK : ulam_fail_memory(error, "writing the result file");
}

char *ulam_image_folder(const char *target)
{
    const char *slash = strrchr(target, '/');
    if (!slash) return strdup(".");
    return strndup(target, slash == target ? 1 : (size_t)(slash - target));
}

/* Where the file goes. */
static ulam_status find_target(replacement *self, const char *path, ulam_error *error)
{
    const ulam_status status = ulam_image_target(path, &self->target, error);
    if (status != ULAM_OK) return status;
    self->directory = ulam_image_folder(self->target);
    return self->directory ? ULAM_OK : ulam_fail_memory(error, "writing the result file");
}

static ulam_status open_temporary(replacement *self, const char *path, ulam_error *error)
{
    enum {
        ATTEMPTS = 100
    };
    const size_t size = strlen(self->target) + 48;
    char *name = malloc(size);
    if (!name) return ulam_fail_memory(error, "writing the result file");
    struct stat old;
    const bool replaces = stat(self->target, &old) == 0;
    const mode_t mode = replaces ? old.st_mode & 0777 : 0666;
    for (int i = 0; i < ATTEMPTS && self->file < 0; i++) {
        snprintf(name, size, ULAM_TEMPORARY_NAME, self->target, (long)getpid(), i);
        self->file = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (self->file < 0 && errno != EEXIST) break;
    }
    if (self->file < 0) {
        free(name);
        return fail_write(error, path, "make a temporary beside the file");
    }
    self->temporary = name;
    if (replaces) fchmod(self->file, mode); /* gives back what the umask took; it is narrower where this fails */
    return ULAM_OK;
}

static ulam_status replacement_begin(replacement *self, const char *path, ulam_error *error)
{
    *self = (replacement){.file = -1};
    const ulam_status status = find_target(self, path, error);
    return status != ULAM_OK ? status : open_temporary(self, path, error);
}

/* Removes the temporary, if it has not become the file. */
static void replacement_end(replacement *self)
{
    if (self->file >= 0) close(self->file);
    if (self->temporary) unlink(self->temporary);
    free(self->temporary);
    free(self->directory);
    free(self->target);
}

/* 0, or -1 with errno. */
static int write_at(int file, const void *data, size_t size, size_t offset)
{
    const size_t most = (size_t)1 << 30;
    const unsigned char *at = data;
    while (size > 0) {
        const ssize_t written = pwrite(file, at, size < most ? size : most, (off_t)offset);
        if (written < 0 && errno == EINTR) continue;
        if (written == 0) errno = ENOSPC;
        if (written <= 0) return -1;
        at += written;
        offset += (size_t)written;
        size -= (size_t)written;
    }
    return 0;
}

/* Reads size bytes from offset on. Returns how many there were, or -1 with errno. */
static ssize_t read_at(int file, void *data, size_t size, off_t offset)
{
    const size_t most = (size_t)1 << 30;
    size_t done = 0;
    while (done < size) {
        const size_t part = size - done < most ? size - done : most;
        const ssize_t n = pread(file, (unsigned char *)data + done, part, offset + (off_t)done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return -1;
        if (n == 0) break;
        done += (size_t)n;
    }
    return (ssize_t)done;
}

static int flush(int file)
{
    int result;
    do result = fsync(file);
    while (result != 0 && errno == EINTR);
    return result;
}

static ulam_status flush_directory(const char *folder, const char *path, ulam_error *error)
{
    const int directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = directory < 0 ? -1 : flush(directory);
    if (result != 0 && (errno == EINVAL || errno == ENOTSUP)) result = 0; /* not every file system can */
    ulam_status status = ULAM_OK;
    if (result != 0) status = fail_write(error, path, "flush its directory, though the file is in place");
    if (directory >= 0) close(directory);
    return status;
}

ulam_status ulam_image_begin(ulam_image_file **self, const char *path, ulam_error *error)
{
    *self = calloc(1, sizeof **self);
    if (!*self) return ulam_fail_memory(error, "writing the result file");
    (*self)->made.file = -1;
    (*self)->path = strdup(path);
    ulam_status status = (*self)->path ? ULAM_OK : ulam_fail_memory(error, "writing the result file");
    if (!status) status = replacement_begin(&(*self)->made, path, error);
    if (status) ulam_image_abandon(*self);
    return status;
}

void ulam_image_abandon(ulam_image_file *self)
{
    replacement_end(&self->made);
    free(self->spilled);
    free(self->path);
    free(self);
}

static bool note_spilled(ulam_image_file *self, range bytes)
{
    if (self->n_spilled == self->capacity) {
        const size_t capacity = self->capacity ? 2 * self->capacity : 64;
        range *grown = realloc(self->spilled, capacity * sizeof *grown);
        if (!grown) return false;
        self->spilled = grown;
        self->capacity = capacity;
    }
    size_t at = self->n_spilled++;
    for (; at > 0 && self->spilled[at - 1].first > bytes.first; at--) self->spilled[at] = self->spilled[at - 1];
    self->spilled[at] = bytes;
    return true;
}

ulam_status ulam_image_spill(ulam_image_file *self, unsigned char *image, size_t first, size_t size, ulam_error *error)
{
    if (!note_spilled(self, (range){first, first + size})) return ulam_fail_memory(error, "writing the result file");
    if (write_at(self->made.file, image + first, size, first) != 0)
        return fail_write(error, self->path, "write the file");
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), begin = (uintptr_t)(image + first);
    const uintptr_t whole = (begin + page - 1) / page * page, end = (begin + size) / page * page;
    if (end > whole) madvise(image + first + (whole - begin), end - whole, MADV_DONTNEED);
    return ULAM_OK;
}

/* Hashes what has been spilled, from where it is now. */
static int hash_spilled(int file, range bytes, XXH3_state_t *hash)
{
    enum {
        BUFFER = 1 << 16
    };
    unsigned char buffer[BUFFER];
    while (bytes.first < bytes.end) {
        const size_t size = bytes.end - bytes.first < BUFFER ? bytes.end - bytes.first : BUFFER;
        const ssize_t n = read_at(file, buffer, size, (off_t)bytes.first);
        if (n >= 0 && n != (ssize_t)size) errno = EIO;
        if (n != (ssize_t)size) return -1;
        XXH3_128bits_update(hash, buffer, size);
        bytes.first += size;
    }
    return 0;
}

static int write_rest(const ulam_image_file *self, const unsigned char *image, size_t size, XXH3_state_t *hash)
{
    const int file = self->made.file;
    size_t at = 0;
    for (size_t i = 0; i < self->n_spilled; i++) {
        const range spilled = self->spilled[i];
        if (write_at(file, image + at, spilled.first - at, at) != 0) return -1;
        XXH3_128bits_update(hash, image + at, spilled.first - at);
        if (hash_spilled(file, spilled, hash) != 0) return -1;
        at = spilled.end;
    }
    XXH3_128bits_update(hash, image + at, size - at);
    return write_at(file, image + at, size - at, at);
}

static ulam_status write_image(const ulam_image_file *self, const void *image, size_t size, ulam_error *error)
{
    unsigned char trailer[ULAM_TRAILER_SIZE];
    XXH3_state_t *hash = XXH3_createState();
    if (!hash) return ulam_fail_memory(error, "writing the result file");
    XXH3_128bits_reset(hash);
    int result = write_rest(self, image, size, hash);
    make_trailer(trailer, XXH3_128bits_digest(hash), size);
    if (result == 0) result = write_at(self->made.file, trailer, sizeof trailer, size);
    const ulam_status status = result == 0 ? ULAM_OK : fail_write(error, self->path, "write the file");
    XXH3_freeState(hash);
    return status;
}

ulam_status ulam_image_finish(ulam_image_file *self, const void *image, size_t size, ulam_error *error)
{
    replacement *made = &self->made;
    ulam_status status = write_image(self, image, size, error);
    if (status != ULAM_OK) goto out;
    if (flush(made->file) != 0) {
        status = fail_write(error, self->path, "flush the file");
        goto out;
    }
    const int file = made->file;
    made->file = -1;
    if (close(file) != 0) {
        status = fail_write(error, self->path, "close the file");
        goto out;
    }
    if (rename(made->temporary, made->target) != 0) {
        status = fail_write(error, self->path, "put the new file in place");
        goto out;
    }
    free(made->temporary);
    made->temporary = NULL;
    status = flush_directory(made->directory, self->path, error);
out:
    ulam_image_abandon(self);
    return status;
}

ulam_status ulam_image_write(const char *path, const void *data, size_t size, ulam_error *error)
{
    ulam_image_file *file;
    const ulam_status status = ulam_image_begin(&file, path, error);
    return status ? status : ulam_image_finish(file, data, size, error);
}

ulam_status ulam_image_settle(const char *temporary, const char *target, ulam_error *error)
{
    ulam_status status = ULAM_OK;
    char *folder = ulam_image_folder(target);
    if (!folder) return ulam_fail_memory(error, "putting a file in place");
    const int file = open(temporary, O_RDONLY | O_CLOEXEC);
    if (file < 0 || flush(file) != 0) status = fail_write(error, target, "flush the file");
    if (file >= 0) close(file);
    if (!status && rename(temporary, target) != 0) status = fail_write(error, target, "put the new file in place");
    if (!status) status = flush_directory(folder, target, error);
    free(folder);
    return status;
}

ulam_status ulam_image_check_path(const char *path, ulam_error *error)
{
    replacement self;
    const ulam_status status = replacement_begin(&self, path, error);
    replacement_end(&self);
    return status;
}

/* Says what a file without a fitting trailer may be. */
static ulam_status fail_trailer(int file, const char *path, ulam_error *error)
{
    unsigned char start[sizeof hdf5_signature];
    if (read_at(file, start, sizeof start, 0) == (ssize_t)sizeof start &&
        memcmp(start, hdf5_signature, sizeof start) == 0)
        return ulam_fail(error, ULAM_EFORMAT,
                         "%s: an HDF5 file, but not a whole result file of ulam: truncated, changed, or another "
                         "program's",
                         path);
    return ulam_fail(error, ULAM_EFORMAT, "%s: not a result file of ulam", path);
}

static ulam_status read_open(ulam_bytes *image, int file, const char *path, ulam_error *error)
{
    unsigned char trailer[ULAM_TRAILER_SIZE], expected[ULAM_TRAILER_SIZE];
    struct stat facts;
    if (fstat(file, &facts) != 0) return ulam_fail(error, ULAM_EIO, "%s: cannot read: %s", path, strerror(errno));
    if (S_ISDIR(facts.st_mode)) return ulam_fail(error, ULAM_EIO, "%s: cannot read: %s", path, strerror(EISDIR));
    if (!S_ISREG(facts.st_mode)) return ulam_fail(error, ULAM_EIO, "%s: cannot read: not a regular file", path);
    if (facts.st_size == 0) return ulam_fail(error, ULAM_EFORMAT, "%s: the file is empty", path);
    if (facts.st_size <= ULAM_TRAILER_SIZE) return fail_trailer(file, path, error);

    const size_t size = (size_t)facts.st_size - ULAM_TRAILER_SIZE;
    if (read_at(file, trailer, sizeof trailer, (off_t)size) != (ssize_t)sizeof trailer)
        return ulam_fail(error, ULAM_EIO, "%s: cannot read: %s", path, errno ? strerror(errno) : "it ends early");
    if (!trailer_announces(trailer, size)) return fail_trailer(file, path, error);

    image->data = malloc(size);
    if (!image->data) return ulam_fail(error, ULAM_ENOMEM, "%s: out of memory while reading %zu bytes", path, size);
    image->capacity = image->size = size;
    if (read_at(file, image->data, size, 0) != (ssize_t)size)
        return ulam_fail(error, ULAM_EIO, "%s: cannot read: %s", path, errno ? strerror(errno) : "it ends early");
    make_trailer(expected, XXH3_128bits(image->data, size), size);
    if (memcmp(trailer, expected, sizeof trailer) != 0)
        return ulam_fail(error, ULAM_EFORMAT,
                         "%s: damaged, or changed by another program: its contents do not fit its hash", path);
    return ULAM_OK;
}

ulam_status ulam_image_read(ulam_bytes *image, const char *path, ulam_error *error)
{
    /* Not to wait for a writer, should it be a FIFO. */
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return ulam_fail(error, ULAM_EIO, "%s: cannot read: %s", path, strerror(errno));
    errno = 0;
    const ulam_status status = read_open(image, file, path, error);
    close(file);
    if (status != ULAM_OK) ulam_bytes_free(image);
    return status;
}
