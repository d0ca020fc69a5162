#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "job_parts.h"
#include "shown.h"

enum {
    LARGEST_FILE = 256 << 20,
    PIECE = 1 << 16
};

/* A wrong name is bad input; a disk that fails is not. */
static ulam_status fail_system(const char *path, ulam_error *error)
{
    const int cause = errno;
    const bool input = cause == ENOENT || cause == ENOTDIR || cause == EISDIR || cause == EACCES || cause == EPERM ||
                       cause == ENAMETOOLONG || cause == ELOOP;
    return ulam_fail(error, input ? ULAM_EINVAL : ULAM_EIO, "cannot read the file %s: %s", ulam_show_path(path).text,
                     strerror(cause));
}

static ulam_status read_all(int descriptor, const char *path, size_t limit, ulam_bytes *bytes, ulam_error *error)
{
    char piece[PIECE];
    for (;;) {
        const ssize_t n = read(descriptor, piece, sizeof piece);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail_system(path, error);
        if (n == 0) break;
        if ((size_t)n > limit - bytes->size)
            return ulam_fail(error, ULAM_EINVAL, "the file %s is larger than %zu MB, the most that is read",
                             ulam_show_path(path).text, limit >> 20);
        if (ulam_bytes_put(bytes, piece, (size_t)n)) return ulam_fail_memory(error, "reading a file");
    }
    if (ulam_bytes_put(bytes, "", 1)) return ulam_fail_memory(error, "reading a file");
    bytes->size--;
    return ULAM_OK;
}

ulam_status ulam_job_read_file(const char *path, size_t limit, ulam_bytes *bytes, ulam_error *error)
{
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return fail_system(path, error);
    const ulam_status status = read_all(descriptor, path, limit, bytes, error);
    close(descriptor);
    return status;
}

char *ulam_job_resolve(ulam_job_reading *self, const char *path)
{
    const char *job = self->storage->path, *slash = strrchr(job, '/');
    const size_t folder = *path == '/' || !slash ? 0 : (size_t)(slash + 1 - job), length = strlen(path);
    char *resolved = ulam_arena_take(&self->storage->arena, folder + length + 1);
    if (!resolved) return NULL;
    memcpy(resolved, job, folder);
    memcpy(resolved + folder, path, length);
    return resolved;
}

static ulam_status keep(ulam_job_reading *self, const char *path, const void *content, size_t size,
                        ulam_job_file **kept)
{
    ulam_arena *arena = &self->storage->arena;
    ulam_job_file *file = ulam_arena_take(arena, sizeof *file);
    char *name = ulam_arena_copy(arena, path, strlen(path));
    char *copy = ulam_arena_take(arena, size + 1);
    if (!file || !name || !copy) return ulam_fail_memory(self->error, "reading a file");
    if (size) memcpy(copy, content, size);
    file->hashed.file = (ulam_file){.path = name, .content = copy, .size = size};
    ulam_hash_text(file->hashed.hash, copy, size);
    ulam_job_file **end = &self->storage->files;
    while (*end) end = &(*end)->next;
    *end = *kept = file;
    return ULAM_OK;
}

/* Packed files come in the order in which they are asked for the first time. */
static ulam_status load_packed(ulam_job_reading *self, const char *path, ulam_job_file **file, ulam_error *error)
{
    char *name = ulam_reader_get_text(self->packed);
    const uint64_t size = ulam_reader_get_u64(self->packed);
    const unsigned char *content = size <= LARGEST_FILE ? ulam_reader_get(self->packed, (size_t)size) : NULL;
    ulam_status status;
    if (!name || !content || strcmp(name, path))
        status = ulam_fail(error, ULAM_EFORMAT, "the packed job lacks the file %s", ulam_show_path(path).text);
    else
        status = keep(self, path, content, (size_t)size, file);
    free(name);
    return status;
}

static ulam_status load_from_disk(ulam_job_reading *self, const char *path, size_t limit, ulam_job_file **file,
                                  ulam_error *error)
{
    ulam_bytes bytes = {0};
    const char *resolved = ulam_job_resolve(self, path);
    if (!resolved) return ulam_fail_memory(error, "reading a file");
    ulam_status status = ulam_job_read_file(resolved, limit, &bytes, error);
    if (!status) status = keep(self, path, bytes.data, bytes.size, file);
    ulam_bytes_free(&bytes);
    return status;
}

ulam_status ulam_job_load(ulam_job_reading *self, const char *path, size_t limit, const ulam_hashed_file **file,
                          ulam_error *error)
{
    ulam_job_file *found = self->storage->files;
    ulam_status status = ULAM_OK;
    while (found && strcmp(found->hashed.file.path, path)) found = found->next;
    if (!found)
        status =
            self->packed ? load_packed(self, path, &found, error) : load_from_disk(self, path, limit, &found, error);
    if (!status) *file = &found->hashed;
    return status;
}

bool ulam_job_has_file(ulam_job_reading *self, const char *path)
{
    for (const ulam_job_file *file = self->storage->files; file; file = file->next)
        if (!strcmp(file->hashed.file.path, path)) return true;
    if (self->packed) {
        ulam_reader ahead = *self->packed;
        char *name = ulam_reader_get_text(&ahead);
        const bool found = name && !strcmp(name, path);
        free(name);
        return found;
    }
    struct stat status;
    const char *resolved = ulam_job_resolve(self, path);
    return resolved && stat(resolved, &status) == 0 && S_ISREG(status.st_mode);
}

static ulam_status load_value(void *self, const char *path, const ulam_hashed_file **file, ulam_error *error)
{
    return ulam_job_load(self, path, LARGEST_FILE, file, error);
}

ulam_file_source ulam_job_files(ulam_job_reading *self) { return (ulam_file_source){.self = self, .load = load_value}; }
