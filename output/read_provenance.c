#include <stdlib.h>

#include "hdf5_read.h"
#include "read_parts.h"

void ulam_provenance_free(ulam_provenance *self)
{
    for (size_t i = 0; i < self->count; i++) {
        ulam_session *session = &self->sessions[i];
        free(session->command);
        free(session->hosts);
        free(session->libraries);
        free(session->start);
        free(session->end);
    }
    free(self->sessions);
    *self = (ulam_provenance){0};
}

static void read_words(ulam_h5 *h5, hid_t group, const char *name, ulam_provenance *self, size_t member)
{
    const hid_t dataset = ulam_h5_get_dataset(h5, group, name);
    char **words = ulam_h5_get_texts(h5, dataset, self->count);
    for (size_t i = 0; words && i < self->count; i++)
        *(char **)(void *)((char *)&self->sessions[i] + member) = words[i];
    free(words);
    ulam_h5_done(h5, dataset);
}

static void read_counts(ulam_h5 *h5, hid_t group, const char *name, ulam_provenance *self, size_t member)
{
    const hid_t dataset = ulam_h5_get_dataset(h5, group, name);
    uint64_t *counts = ulam_h5_get_counts(h5, dataset, self->count);
    for (size_t i = 0; counts && i < self->count; i++)
        *(uint64_t *)(void *)((char *)&self->sessions[i] + member) = counts[i];
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
        read_words(h5, group, "command", provenance, offsetof(ulam_session, command));
        read_words(h5, group, "hosts", provenance, offsetof(ulam_session, hosts));
        read_words(h5, group, "libraries", provenance, offsetof(ulam_session, libraries));
        read_words(h5, group, "start", provenance, offsetof(ulam_session, start));
        read_words(h5, group, "end", provenance, offsetof(ulam_session, end));
        read_counts(h5, group, "ranks", provenance, offsetof(ulam_session, ranks));
        read_counts(h5, group, "runs", provenance, offsetof(ulam_session, runs));
        read_seconds(h5, group, provenance);
    }
    ulam_h5_done(h5, group);
}
