#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image.h"
#include "lock.h"
#include "lock_owner.h"
#include "samples.h"

enum {
    ATTEMPTS = 100, /* each is one lock that came and went */
    WAIT = 20000,   /* microseconds, for the children of a dead holder */
    OWN_TEMPORARY = 1000,
    JUDGED_TEMPORARY = 1001
};

static ulam_status fail_system(const ulam_output_lock *self, ulam_error *error)
{
    return ulam_fail(error, ULAM_EIO, "%s: cannot make the lock %s: %s", self->output, self->path, strerror(errno));
}

static ulam_status fail_held(const ulam_output_lock *self, int file, ulam_error *error)
{
    ulam_lock_owner owner;
    char who[320] = "";
    if (ulam_lock_owner_read(&owner, file))
        snprintf(who, sizeof who, " (host %s, process %ld)", owner.host, owner.process);
    return ulam_fail(error, ULAM_EINVAL,
                     "%s is being written by another job%s; wait for its end, or name another file with -o",
                     self->output, who);
}

static ulam_status fail_contended(const ulam_output_lock *self, ulam_error *error)
{
    return ulam_fail(error, ULAM_EINVAL, "%s is being written by other jobs; name another file with -o", self->output);
}

/* Whether path names the open file. */
static bool names(const char *path, int file)
{
    struct stat named, open_one;
    return stat(path, &named) == 0 && fstat(file, &open_one) == 0 && named.st_dev == open_one.st_dev &&
           named.st_ino == open_one.st_ino;
}

static void hold(ulam_output_lock *self, int file, bool file_only)
{
    self->file = file;
    self->held = true;
    self->file_only = file_only;
}

static bool lacks_flock(int cause)
{
    return cause == ENOLCK || cause == ENOTSUP || cause == ENOSYS || cause == EINVAL || cause == EOPNOTSUPP;
}

/* What a dead process leaves running dies in a moment, and until then keeps the lock. */
static bool holder_died(int file)
{
    const int cause = errno;
    ulam_lock_owner owner;
    const bool died = ulam_lock_owner_read(&owner, file) && ulam_lock_owner_died_here(&owner);
    errno = cause;
    return died;
}

/* Who holds the lock removes the file before it lets go: what is locked may not be what stands there any more. */
static ulam_status take_flock(ulam_output_lock *self, int (*lock)(int, int), ulam_error *error)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        ulam_status status = ULAM_OK;
        const int file = open(self->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (file < 0) return fail_system(self, error);
        if (lock(file, LOCK_EX | LOCK_NB) != 0) {
            if (errno == EWOULDBLOCK && i + 1 < ATTEMPTS && holder_died(file))
                usleep(WAIT);
            else if (errno == EWOULDBLOCK)
                status = fail_held(self, file, error);
            else if (errno != EINTR)
                status = fail_system(self, error);
        } else if (names(self->path, file)) {
            const ulam_lock_owner here = ulam_lock_owner_here();
            ulam_lock_owner before;
            if (ulam_lock_owner_read(&before, file) && strcmp(before.note, "-") != 0)
                snprintf(self->left, sizeof self->left, "%s", before.note);
            ulam_lock_owner_write(&here, file); /* for messages alone: a full disk is no reason to fail */
            hold(self, file, false);
            return ULAM_OK;
        }
        close(file);
        if (status != ULAM_OK) return status;
    }
    return fail_contended(self, error);
}

/* A name beside the output that is removed with other jobs' temporaries, should this one die. */
static char *name_temporary(const ulam_output_lock *self, int number)
{
    const size_t size = strlen(self->target) + 48;
    char *name = malloc(size);
    if (name) snprintf(name, size, ULAM_TEMPORARY_NAME, self->target, (long)getpid(), number);
    return name;
}

/* Moves a lock that was left behind out of the way; puts it back if meanwhile another has taken its place. */
static void move_away(const ulam_output_lock *self, int judged, const char *temporary)
{
    if (!names(self->path, judged) || rename(self->path, temporary) != 0) return;
    if (!names(temporary, judged) && link(temporary, self->path) != 0) return;
    unlink(temporary);
}

/* Judges the lock that stands there. ULAM_OK: it is gone, or was left behind and now is gone. */
static ulam_status judge(const ulam_output_lock *self, time_t now, ulam_error *error)
{
    struct stat facts;
    ulam_lock_owner owner;
    const ulam_lock_owner self_here = ulam_lock_owner_here();
    ulam_status status = ULAM_OK;
    const int file = open(self->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) return errno == ENOENT ? ULAM_OK : fail_system(self, error);
    char *temporary = name_temporary(self, JUDGED_TEMPORARY);
    const bool named = ulam_lock_owner_read(&owner, file);
    const bool same_host = named && strcmp(owner.host, self_here.host) == 0; /* there, death is seen for itself */
    if (!temporary)
        status = ulam_fail_memory(error, "locking the result file");
    else if (fstat(file, &facts) != 0)
        status = fail_system(self, error);
    else if (same_host ? ulam_lock_owner_died_here(&owner) : now - facts.st_mtime > ULAM_LOCK_HEARTBEAT)
        move_away(self, file, temporary);
    else
        status = fail_held(self, file, error);
    free(temporary);
    close(file);
    return status;
}

/* The lock appears with its content, where the file system has hard links. The new file's time is the file system's own
 * clock, by which the heartbeat is judged. */
static ulam_status put_file(ulam_output_lock *self, int file, const char *temporary, ulam_error *error)
{
    const ulam_lock_owner here = ulam_lock_owner_here();
    struct stat facts;
    if (!ulam_lock_owner_write(&here, file) || fstat(file, &facts) != 0) return fail_system(self, error);
    for (int i = 0; i < ATTEMPTS; i++) {
        if (link(temporary, self->path) == 0) {
            const int own = dup(file);
            if (own < 0) return fail_system(self, error);
            hold(self, own, true);
            return ULAM_OK;
        }
        if (errno != EEXIST) {
            const int own = open(self->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
            if (own < 0 && errno != EEXIST) return fail_system(self, error);
            if (own >= 0) {
                hold(self, own, true);
                return ulam_lock_owner_write(&here, own) ? ULAM_OK : fail_system(self, error);
            }
        }
        const ulam_status status = judge(self, facts.st_mtime, error);
        if (status != ULAM_OK) return status;
    }
    return fail_contended(self, error);
}

/* Whether the file system has flock is tried on a temporary, which otherwise becomes the lock. */
static ulam_status take(ulam_output_lock *self, int (*lock)(int, int), ulam_error *error)
{
    char *temporary = name_temporary(self, OWN_TEMPORARY);
    if (!temporary) return ulam_fail_memory(error, "locking the result file");
    unlink(temporary); /* of a dead job with this process's number */
    ulam_status status = ULAM_OK;
    const int file = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    bool has_flock = false;
    if (file < 0)
        status = fail_system(self, error);
    else if (!(has_flock = lock(file, LOCK_EX | LOCK_NB) == 0 || !lacks_flock(errno)))
        status = put_file(self, file, temporary, error);
    if (file >= 0) close(file);
    unlink(temporary);
    free(temporary);
    return status == ULAM_OK && has_flock ? take_flock(self, lock, error) : status;
}

/* Whether name is "BASE.tmp.PROCESS.NUMBER". */
static bool is_temporary(const char *name, const char *base)
{
    const size_t length = strlen(base);
    if (strncmp(name, base, length) != 0 || strncmp(name + length, ".tmp.", 5) != 0) return false;
    const char *at = name + length + 5;
    const size_t process = strspn(at, "0123456789");
    if (process == 0 || at[process] != '.') return false;
    at += process + 1;
    const size_t number = strspn(at, "0123456789");
    return number > 0 && at[number] == '\0';
}

/* Under the lock, every temporary of this output and its samples is a dead job's. What cannot be removed does no harm. */
static void remove_temporaries(const char *target)
{
    const char *slash = strrchr(target, '/');
    const char *base = slash ? slash + 1 : target;
    char *folder = ulam_image_folder(target);
    DIR *directory = folder ? opendir(folder) : NULL;
    for (const struct dirent *entry; directory && (entry = readdir(directory));)
        if (is_temporary(entry->d_name, base)) unlinkat(dirfd(directory), entry->d_name, 0);
    if (directory) closedir(directory);
    free(folder);
}

static ulam_status name_lock(ulam_output_lock *self, const char *path, ulam_error *error)
{
    self->output = strdup(path);
    if (!self->output) return ulam_fail_memory(error, "locking the result file");
    const ulam_status status = ulam_image_target(path, &self->target, error);
    if (status != ULAM_OK) return status;
    if (asprintf(&self->path, "%s.lock", self->target) >= 0) return ULAM_OK;
    self->path = NULL;
    return ulam_fail_memory(error, "locking the result file");
}

ulam_status ulam_output_lock_take_with(ulam_output_lock *self, const char *path, int (*lock)(int, int),
                                       ulam_error *error)
{
    *self = (ulam_output_lock){.file = -1};
    ulam_status status = name_lock(self, path, error);
    if (status == ULAM_OK) status = take(self, lock, error);
    char *samples = status == ULAM_OK ? ulam_samples_path(self->target) : NULL;
    if (status == ULAM_OK) remove_temporaries(self->target);
    if (samples) remove_temporaries(samples);
    free(samples);
    return status;
}

ulam_status ulam_output_lock_take(ulam_output_lock *self, const char *path, ulam_error *error)
{
    return ulam_output_lock_take_with(self, path, flock, error);
}

void ulam_output_lock_leave_note(ulam_output_lock *self, const char *note)
{
    if (!self->held) return;
    ulam_lock_owner here = ulam_lock_owner_here();
    snprintf(here.note, sizeof here.note, "%s", note);
    ulam_lock_owner_write(&here, self->file);
}

ulam_status ulam_output_lock_touch(ulam_output_lock *self, ulam_error *error)
{
    if (!self->held) return ULAM_OK;
    if (!names(self->path, self->file))
        return ulam_fail(error, ULAM_EIO, "%s: the lock %s is gone; another job may be writing there", self->output,
                         self->path);
    if (self->file_only) futimens(self->file, NULL);
    return ULAM_OK;
}

void ulam_output_lock_release(ulam_output_lock *self)
{
    if (self->held) {
        if (names(self->path, self->file)) unlink(self->path);
        if (!self->file_only) flock(self->file, LOCK_UN);
        close(self->file);
    }
    free(self->path);
    free(self->target);
    free(self->output);
    *self = (ulam_output_lock){0};
}
