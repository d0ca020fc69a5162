#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xxhash.h>

#include "cache.h"
#include "file.h"

static bool join(char path[PATH_MAX], const char *folder, const char *name)
{
    const int n = snprintf(path, PATH_MAX, "%s/%s", folder, name);
    return n > 0 && n < PATH_MAX;
}

bool ulam_cache_folder(char folder[PATH_MAX])
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && *cache == '/') return join(folder, cache, "ulam");
    return home && *home == '/' && join(folder, home, ".cache/ulam");
}

static void seal(XXH128_canonical_t *hash, const void *data, size_t size)
{
    XXH128_canonicalFromHash(hash, XXH3_128bits(data, size));
}

/* Reads an object with its hash behind it. */
static bool read_sealed(const char *path, ulam_bytes *object)
{
    XXH128_canonical_t hash;
    object->size = 0;
    if (access(path, R_OK) || ulam_file_read(path, object, NULL) || object->size < sizeof hash) return false;
    object->size -= sizeof hash;
    seal(&hash, object->data, object->size);
    return memcmp(&hash, object->data + object->size, sizeof hash) == 0;
}

static bool get_of_any_compiler(const char *folder, const char *recipe, ulam_bytes *object, char path[PATH_MAX])
{
    bool found = false;
    DIR *directory = opendir(folder);
    if (!directory) return false;
    for (struct dirent *entry; !found && (entry = readdir(directory));)
        if (strncmp(entry->d_name, recipe, strlen(recipe)) == 0)
            found = join(path, folder, entry->d_name) && read_sealed(path, object);
    closedir(directory);
    return found;
}

static bool place_of(const ulam_cache_key *key, const char *folder, char path[PATH_MAX])
{
    char name[2 * ULAM_HASH_SIZE + 8];
    snprintf(name, sizeof name, "%s-%s.so", key->recipe, key->compiler);
    return join(path, folder, name);
}

bool ulam_cache_get(const ulam_cache_key *key, ulam_bytes *object, char path[PATH_MAX])
{
    char folder[PATH_MAX];
    if (!ulam_cache_folder(folder)) return false;
    if (!*key->compiler) return get_of_any_compiler(folder, key->recipe, object, path);
    return place_of(key, folder, path) && read_sealed(path, object);
}

/* Makes a folder with all that lead to it. */
static bool make_folder(char path[PATH_MAX])
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        const bool made = mkdir(path, 0777) == 0 || errno == EEXIST || access(path, F_OK) == 0;
        *slash = '/';
        if (!made) return false;
    }
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

static bool make_file(char path[PATH_MAX])
{
    const int descriptor = mkostemp(path, O_CLOEXEC);
    if (descriptor >= 0) close(descriptor);
    return descriptor >= 0;
}

ulam_status ulam_cache_begin(char path[PATH_MAX], bool *kept, ulam_error *error)
{
    char folder[PATH_MAX];
    const char *temporary = getenv("TMPDIR");
    *kept = ulam_cache_folder(folder) && make_folder(folder) && join(path, folder, "new.XXXXXX") && make_file(path);
    if (*kept) return ULAM_OK;
    if (!join(folder, temporary && *temporary ? temporary : "/tmp", "ulam.XXXXXX") || !mkdtemp(folder))
        return ulam_fail(error, ULAM_ESYSTEM, "cannot make a folder to compile in, %s: %s", folder, strerror(errno));
    if (join(path, folder, "model.XXXXXX") && make_file(path)) return ULAM_OK;
    const int cause = errno;
    rmdir(folder);
    return ulam_fail(error, ULAM_ESYSTEM, "cannot write in %s: %s", folder, strerror(cause));
}

void ulam_cache_abandon(const char *path, bool kept)
{
    char folder[PATH_MAX];
    if (!*path) return;
    unlink(path);
    snprintf(folder, sizeof folder, "%s", path);
    *strrchr(folder, '/') = '\0';
    if (!kept) rmdir(folder);
}

/* Puts the hash behind the object, and the object in its place, where readers find it whole or not at all. */
static bool keep(const ulam_cache_key *key, char path[PATH_MAX], const ulam_bytes *object)
{
    XXH128_canonical_t hash;
    char folder[PATH_MAX], place[PATH_MAX];
    seal(&hash, object->data, object->size);
    const int descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (descriptor < 0) return false;
    const bool written = ulam_file_put(descriptor, &hash, sizeof hash);
    if (close(descriptor) != 0 || !written || !ulam_cache_folder(folder) || !place_of(key, folder, place)) return false;
    if (rename(path, place) != 0) return false;
    strcpy(path, place);
    return true;
}

ulam_status ulam_cache_end(const ulam_cache_key *key, char path[PATH_MAX], bool kept, ulam_bytes *object,
                           ulam_error *error)
{
    object->size = 0;
    const ulam_status status = ulam_file_read(path, object, error);
    if (!status && kept && keep(key, path, object)) return ULAM_OK;
    ulam_cache_abandon(path, kept);
    *path = '\0';
    return status;
}
