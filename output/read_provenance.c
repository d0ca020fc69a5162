#include <stdlib.h>

#include "hdf5_read.h"
#include "provenance_columns.h"
#include "read_parts.h"

void ulam_provenance_free(ulam_provenance *self)
{
    for (size_t i = 0; i < self->count; i++)
        for (size_t k = 0; k < ULAM_SESSION_WORDS; k++) free(*ulam_session_word(&self->sessions[i], k));
    free(self->sessions);
    *self = (ulam_provenance){0};
}

static void read_words(ulam_h5 *h5, hid_t group, ulam_provenance *self, size_t k)
{
    const hid_t dataset = ulam_h5_get_dataset(h5, group, ulam_session_words[k].name);
    char **words = ulam_h5_get_texts(h5, dataset, self->count);
    for (size_t i = 0; words && i < self->count; i++) *ulam_session_word(&self->sessions[i], k) = words[i];
    free(words);
    ulam_h5_done(h5, dataset);
}

static void read_counts(ulam_h5 *h5, hid_t group, ulam_provenance *self, size_t k)
{
    const hid_t dataset = ulam_h5_get_dataset(h5, group, ulam_session_counts[k].name);
    uint64_t *counts = ulam_h5_get_counts(h5, dataset, self->count);
    for (size_t i = 0; counts && i < self->count; i++) *ulam_session_count(&self->sessions[i], k) = counts[i];
    free(counts);
    ulam_h5_done(h5, dataset);
}

static void read_seconds(ulam_h5 *h5, hid_t group, ulam_provenance *self)
{
    const hid_t dataset = ulam_h5_get_dataset(h5, group, "seconds");
    double *seconds = ulam_h5_get_reals(h5, dataset, self->count);
    for (size_t i = 0; seconds && i < self->count; i++) self->sessions[i].seconds = seconds[i];
    free(seconds);
    ulam_h5_done(h5, dataset);
}

void ulam_read_provenance(ulam_h5 *h5, ulam_provenance *provenance)
{
    *provenance = (ulam_provenance){0};
    const hid_t group = ulam_h5_get_group(h5, h5->file, "provenance");
    if (ulam_h5_has(h5, group, "seconds")) {
        const hid_t dataset = ulam_h5_get_dataset(h5, group, "seconds");
        const size_t n = ulam_h5_length(h5, dataset);
        ulam_h5_done(h5, dataset);
        provenance->sessions = calloc(n ? n : 1, sizeof *provenance->sessions);
        if (provenance->sessions)
            provenance->count = n;
        else
            ulam_h5_fail_memory(h5);
        for (size_t k = 0; k < ULAM_SESSION_WORDS; k++) read_words(h5, group, provenance, k);
        for (size_t k = 0; k < ULAM_SESSION_COUNTS; k++) read_counts(h5, group, provenance, k);
        read_seconds(h5, group, provenance);
    }
    ulam_h5_done(h5, group);
}
