#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "difference.h"
#include "hdf5_read.h"
#include "read_parts.h"
#include "state_bytes.h"

/* Whether a file's points are the job's, in the same order; moves the reader on to the state. */
static bool same_points(ulam_h5 *h5, ulam_reader *reader, const ulam_job *job)
{
    const uint64_t n = ulam_reader_get_u64(reader);
    if (reader->failed || n != job->n_points) return false;
    for (size_t i = 0; i < job->n_points; i++) {
        XXH128_canonical_t digest;
        if (ulam_point_digest(job, i, &digest) != ULAM_OK) {
            ulam_h5_fail_memory(h5);
            return false;
        }
        const unsigned char *stored = ulam_reader_get(reader, sizeof digest.digest);
        if (!stored || memcmp(stored, digest.digest, sizeof digest.digest) != 0) return false;
    }
    return true;
}

static void unpack(ulam_h5 *h5, ulam_reader *reader, ulam_state *state)
{
    if (h5->status != ULAM_OK) return;
    const ulam_job *job = state->job;
    ulam_state read = {0};
    h5->status = ulam_state_unpack(&read, job, reader, h5->error);
    if (h5->status == ULAM_OK && reader->at != reader->end)
        ulam_h5_fail_format(h5, "there is more than a state", "bytes");
    if (h5->status == ULAM_OK) {
        ulam_state_free(state);
        *state = read;
    } else {
        ulam_state_free(&read);
    }
}

static ulam_file_relation compare(ulam_h5 *h5, ulam_state *state, ulam_provenance *provenance, char **difference)
{
    ulam_result points = {0};
    char *identity = ulam_h5_need_text(h5, h5->file, "identity");
    char *now = ulam_job_identity(state->job);
    if (!now) ulam_h5_fail_memory(h5);

    const hid_t group = ulam_h5_get_group(h5, h5->file, "state");
    const hid_t dataset = ulam_h5_get_dataset(h5, group, "bytes");
    const size_t size = ulam_h5_length(h5, dataset);
    unsigned char *bytes = ulam_h5_get_bytes(h5, dataset, size);
    ulam_reader reader = {.at = bytes, .end = bytes ? bytes + size : bytes};

    ulam_file_relation relation = ULAM_FILE_OTHER;
    if (h5->status == ULAM_OK) {
        const bool same = strcmp(identity, now) == 0;
        if (same && same_points(h5, &reader, state->job)) {
            relation = ULAM_FILE_SAME;
            unpack(h5, &reader, state);
            ulam_read_provenance(h5, provenance);
        } else {
            ulam_read_points(h5, &points);
            if (h5->status == ULAM_OK) *difference = ulam_job_difference(identity, now, &points, state->job);
            if (!*difference) ulam_h5_fail_memory(h5);
        }
    }
    free(bytes);
    ulam_h5_done(h5, dataset);
    ulam_h5_done(h5, group);
    ulam_result_free(&points);
    free(now);
    free(identity);
    return relation;
}

ulam_status ulam_result_resume(const char *path, ulam_state *state, ulam_provenance *provenance,
                               ulam_file_relation *relation, char **difference, ulam_error *error)
{
    struct stat facts;
    *relation = ULAM_FILE_ABSENT;
    *difference = NULL;
    *provenance = (ulam_provenance){0};
    if (stat(path, &facts) != 0 && errno == ENOENT) return ULAM_OK;

    ulam_error unused = {0};
    ulam_bytes image;
    ulam_h5 h5;
    ulam_read_open(&h5, &image, path, error ? error : &unused);
    *relation = ULAM_FILE_OTHER;
    if (h5.status == ULAM_OK) *relation = compare(&h5, state, provenance, difference);
    const ulam_status status = ulam_read_close(&h5, &image, path);
    if (status != ULAM_OK) {
        free(*difference);
        *difference = NULL;
        ulam_provenance_free(provenance);
    }
    return status;
}
