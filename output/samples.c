#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "image.h"
#include "sample_file.h"
#include "samples.h"

enum {
    NEW_FILE = 2000 /* numbers a temporary of samples */
};

struct ulam_samples {
    ulam_sample_file file;
    bool here;        /* rank 0's host: its flush is enough */
    _Atomic int lost; /* errno of the flush that failed */
};

char *ulam_samples_path(const char *output)
{
    char *target = NULL, *path = NULL;
    if (ulam_image_target(output, &target, NULL) != ULAM_OK && !target) target = strdup(output);
    if (!target) return NULL;
    const size_t length = strlen(target);
    const bool suffix = length > 3 && strcmp(target + length - 3, ".h5") == 0 && target[length - 4] != '/';
    if (asprintf(&path, "%.*s.samples.h5", (int)(suffix ? length - 3 : length), target) < 0) path = NULL;
    free(target);
    return path;
}

double ulam_samples_size(const ulam_job *job)
{
    return (double)ulam_job_sample_size(job) * (double)job->n_points * (double)ulam_sample_columns(job);
}

double ulam_samples_room(const ulam_job *job)
{
    double room = INFINITY;
    struct statvfs disk;
    struct stat facts;
    char *path = ulam_samples_path(job->output), *folder = path ? ulam_image_folder(path) : NULL;
    if (folder && statvfs(folder, &disk) == 0 && disk.f_blocks > 0) {
        room = (double)disk.f_bavail * (double)disk.f_frsize;
        if (stat(path, &facts) == 0) room += 512.0 * (double)facts.st_blocks;
    }
    free(folder);
    free(path);
    return room;
}

ulam_size_shown ulam_show_size(double bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    size_t unit = 0;
    ulam_size_shown shown;
    for (; bytes >= 1000 && unit + 1 < sizeof units / sizeof *units; bytes /= 1000) unit++;
    snprintf(shown.text, sizeof shown.text, bytes < 100 ? "%.2g %s" : "%.0f %s", bytes, units[unit]);
    return shown;
}

static ulam_status judge_room(const ulam_job *job, const char *path, ulam_error *error)
{
    const double size = ulam_samples_size(job), room = ulam_samples_room(job);
    if (size <= room) return ULAM_OK;
    return ulam_fail(error, ULAM_EIO, "%s: the samples take %s, and the disk has room for %s", path,
                     ulam_show_size(size).text, ulam_show_size(room).text);
}

static const char needed[] = "the result file counts on them: bring them back, or start over with --force-new";

/* Ends a message with what to do. */
static void say_also(ulam_error *error, const char *what)
{
    const size_t used = error ? strlen(error->message) : 0;
    if (error) snprintf(error->message + used, sizeof error->message - used, "; %s", what);
}

/* Makes the file of a job beside its place, with what `old` (NULL: nothing) has of a state's values, and puts it there. */
static ulam_status lay_out(const char *path, ulam_sample_file *old, const ulam_state *state, bool packed,
                           ulam_error *error)
{
    const ulam_job *job = state->job;
    ulam_sample_file made = {.file = -1};
    char *temporary = NULL;
    if (asprintf(&temporary, ULAM_TEMPORARY_NAME, path, (long)getpid(), NEW_FILE) < 0)
        return ulam_fail_memory(error, "making a file of samples");
    unlink(temporary); /* of a dead job with this process's number */
    ulam_status status = ulam_sample_file_create(temporary, job, packed, error);
    if (!status)
        status =
            ulam_sample_file_open(&made, temporary, job, packed ? ULAM_SAMPLES_PACK : ULAM_SAMPLES_WRITE, false, error);
    if (!status && !packed) status = ulam_sample_file_reserve(&made, error);
    if (!status && old && !packed) status = ulam_sample_file_fill(&made, state, error);
    if (!status && old) status = ulam_sample_file_check(old, state, NULL, &made, error);
    const ulam_status closed = ulam_sample_file_close(&made, status ? NULL : error);
    if (!status) status = closed;
    if (!status && packed) { /* HDF5 does not always tell that a disk is full */
        status = ulam_sample_file_open(&made, temporary, job, ULAM_SAMPLES_READ, false, error);
        if (!status) status = ulam_sample_file_check(&made, state, NULL, NULL, error);
        ulam_sample_file_close(&made, NULL);
    }
    if (!status) status = ulam_image_settle(temporary, path, error);
    if (status) unlink(temporary);
    free(temporary);
    return status;
}

/* Over samples that no result file speaks for, unless they are another job's. */
static ulam_status make(ulam_samples *self, const char *path, const ulam_state *state, ulam_error *error)
{
    ulam_sample_file old = {.file = -1};
    ulam_status status = judge_room(state->job, path, error);
    if (!status && access(path, F_OK) == 0) {
        status = ulam_sample_file_open(&old, path, state->job, ULAM_SAMPLES_READ, true, error);
        ulam_sample_file_close(&old, NULL);
        if (status) say_also(error, "move that file away, or name another output with -o");
    }
    if (!status) status = lay_out(path, NULL, state, false, error);
    if (!status) status = ulam_sample_file_open(&self->file, path, state->job, ULAM_SAMPLES_WRITE, false, error);
    if (!status && (status = ulam_sample_file_fill(&self->file, NULL, error))) unlink(path);
    return status;
}

/* All that the result file counts on must be there, before anything is added. */
static ulam_status go_on(ulam_samples *self, const char *path, const ulam_state *state, bool accept_model,
                         ulam_error *error)
{
    ulam_sample_file old = {.file = -1};
    ulam_status status = ulam_sample_file_open(&old, path, state->job, ULAM_SAMPLES_READ, accept_model, error);
    const bool fits = !status && old.fits;
    if (!status && fits) status = ulam_sample_file_check(&old, state, NULL, NULL, error);
    if (!status && !fits) status = judge_room(state->job, path, error);
    if (!status && !fits) status = lay_out(path, &old, state, false, error);
    ulam_sample_file_close(&old, NULL);
    return status ? status
                  : ulam_sample_file_open(&self->file, path, state->job, ULAM_SAMPLES_WRITE, accept_model, error);
}

ulam_status ulam_samples_begin(ulam_samples **self, const ulam_state *state, bool found, bool accept_model,
                               ulam_error *error)
{
    ulam_error own = {0};
    char *path = ulam_samples_path(state->job->output);
    *self = calloc(1, sizeof **self);
    if (!path || !*self) {
        free(path);
        return ulam_fail_memory(error, "opening samples");
    }
    (*self)->here = true;
    (*self)->file.file = -1;
    ulam_status status = found ? go_on(*self, path, state, accept_model, &own) : make(*self, path, state, &own);
    const bool missing =
        status == ULAM_EFORMAT || status == ULAM_EIDENTITY || (status == ULAM_EIO && access(path, F_OK) != 0);
    if (status && found && missing) say_also(&own, needed);
    if (status && error) *error = own;
    free(path);
    return status;
}

/* Names the running kernel: processes under one share their view of files. Empty: not known. */
static void name_kernel(char name[64])
{
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");
    if (!file || !fgets(name, 64, file)) name[0] = '\0';
    if (file) fclose(file);
}

ulam_status ulam_samples_share(const ulam_samples *self, ulam_bytes *bytes)
{
    char kernel[64] = "";
    struct stat facts = {0};
    char *path = realpath(self->file.path, NULL);
    name_kernel(kernel);
    fstat(self->file.file, &facts);
    ulam_status status = path ? ulam_bytes_put_text(bytes, path) : ULAM_ENOMEM;
    if (!status) status = ulam_bytes_put_text(bytes, kernel);
    if (!status) status = ulam_bytes_put_u64(bytes, (uint64_t)facts.st_size);
    if (!status) status = ulam_bytes_put_u64(bytes, self->file.runs);
    for (size_t i = 0; i < self->file.job->n_samples && !status; i++)
        status = ulam_bytes_put_u64(bytes, self->file.arrays[i].offset);
    free(path);
    return status;
}

static ulam_status fail_host(const char *path, const char *how, ulam_error *error)
{
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    return ulam_fail(error, ULAM_EIO, "%s: host %s %s; samples need a folder that all hosts share", path, host, how);
}

static ulam_status join(ulam_samples *self, const ulam_job *job, ulam_reader *reader, ulam_error *error)
{
    struct stat facts;
    char kernel[64] = "", how[128];
    ulam_sample_file *file = &self->file;
    *file = (ulam_sample_file){.job = job, .file = -1, .path = ulam_reader_get_text(reader)};
    char *theirs = ulam_reader_get_text(reader);
    const uint64_t size = ulam_reader_get_u64(reader);
    file->runs = ulam_reader_get_u64(reader);
    file->arrays = calloc(job->n_samples + 1, sizeof *file->arrays);
    for (size_t i = 0; file->arrays && i < job->n_samples; i++) {
        file->arrays[i].offset = ulam_reader_get_u64(reader);
        file->arrays[i].run_size = ulam_sample_run_size(job, i);
    }
    name_kernel(kernel);
    self->here = theirs && *kernel && strcmp(kernel, theirs) == 0;
    free(theirs);
    if (!file->path || !file->arrays || reader->failed) return ulam_fail_memory(error, "opening samples");
    file->file = open(file->path, O_WRONLY | O_CLOEXEC);
    snprintf(how, sizeof how, "cannot open the samples: %s", strerror(errno));
    if (file->file < 0) return fail_host(file->path, how, error);
    if (fstat(file->file, &facts) != 0 || (uint64_t)facts.st_size != size)
        return fail_host(file->path, "sees another file", error);
    return ULAM_OK;
}

ulam_status ulam_samples_join(ulam_samples **self, const ulam_job *job, ulam_reader *reader, ulam_error *error)
{
    *self = calloc(1, sizeof **self);
    return *self ? join(*self, job, reader, error) : ulam_fail_memory(error, "opening samples");
}

static ulam_status write_runs(void *of, size_t point, size_t sample, uint64_t first, uint64_t runs, const void *bytes,
                              ulam_error *error)
{
    ulam_samples *self = of;
    const uint64_t column = first - self->file.job->points[point].first;
    return ulam_sample_file_put(&self->file, sample, point, column, runs, bytes, error);
}

/* What a flush has failed to write may be gone, though the next flush succeeds: the failure stays. */
static ulam_status flush(void *of, ulam_error *error)
{
    ulam_samples *self = of;
    int failed = 0;
    while (!self->lost && (failed = fdatasync(self->file.file)) != 0 && errno == EINTR) continue;
    if (failed) self->lost = errno;
    if (!self->lost) return ULAM_OK;
    return ulam_fail(error, ULAM_EIO, "%s: cannot flush the samples: %s", self->file.path, strerror(self->lost));
}

ulam_sample_sink ulam_samples_sink(ulam_samples *self)
{
    return (ulam_sample_sink){.self = self, .write = write_runs, .flush = self->here ? NULL : flush};
}

ulam_status ulam_samples_sync(ulam_samples *self, ulam_error *error)
{
    struct stat named, open_one;
    if (stat(self->file.path, &named) != 0 || fstat(self->file.file, &open_one) != 0 ||
        named.st_dev != open_one.st_dev || named.st_ino != open_one.st_ino)
        return ulam_fail(error, ULAM_EIO, "%s: the samples are gone, or another file is in their place",
                         self->file.path);
    return flush(self, error);
}

void ulam_samples_close(ulam_samples *self)
{
    if (!self) return;
    ulam_sample_file_close(&self->file, NULL);
    free(self);
}

ulam_status ulam_samples_judge(const ulam_job *job, bool accept_model, bool *compressible, ulam_error *error)
{
    ulam_error own = {0};
    ulam_sample_file file = {.file = -1};
    char *path = ulam_samples_path(job->output);
    *compressible = false;
    if (!path) return ulam_fail_memory(error, "opening samples");
    const ulam_status status = ulam_sample_file_open(&file, path, job, ULAM_SAMPLES_READ, accept_model, &own);
    if (status) say_also(&own, needed);
    *compressible = !status && !file.packed && job->conduct.compress;
    ulam_sample_file_close(&file, NULL);
    free(path);
    if (status && error) *error = own;
    return status;
}

ulam_status ulam_samples_compress(const ulam_state *state, ulam_error *error)
{
    ulam_sample_file old = {.file = -1};
    char *path = ulam_samples_path(state->job->output);
    if (!path) return ulam_fail_memory(error, "compressing samples");
    ulam_status status = ulam_sample_file_open(&old, path, state->job, ULAM_SAMPLES_READ, true, error);
    if (!status) status = lay_out(path, &old, state, true, error);
    ulam_sample_file_close(&old, NULL);
    free(path);
    return status;
}

ulam_status ulam_samples_set_aside(const char *output, const char *aside, ulam_error *error)
{
    ulam_status status = ULAM_OK;
    char *from = ulam_samples_path(output), *to = ulam_samples_path(aside);
    if (!from || !to)
        status = ulam_fail_memory(error, "setting samples aside");
    else if (rename(from, to) != 0 && errno != ENOENT)
        status = ulam_fail(error, ULAM_EIO, "%s: cannot set the samples aside: %s", from, strerror(errno));
    free(to);
    free(from);
    return status;
}
