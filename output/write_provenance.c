#include <stdlib.h>

#include "labelled.h"
#include "provenance_columns.h"
#include "write_parts.h"

typedef struct {
    ulam_labelled group;
    size_t dimension;
    ulam_session *sessions;
    size_t count;
    void *column; /* [count] of 8 bytes */
} writer;

static void put_column(writer *self, const char *name, ulam_h5_type type, const char *unit, const char *long_name)
{
    const hid_t dataset = ulam_labelled_put(&self->group, name, type, &self->dimension, 1, self->column);
    ulam_labelled_describe(&self->group, dataset, unit, long_name);
    ulam_h5_done(self->group.h5, dataset);
}

static void put_words(writer *self, size_t k)
{
    const char **word = self->column;
    for (size_t i = 0; i < self->count; i++) {
        const char *text = *ulam_session_word(&self->sessions[i], k);
        word[i] = text ? text : "";
    }
    put_column(self, ulam_session_words[k].name, ULAM_H5_WORD, NULL, ulam_session_words[k].long_name);
}

static void put_counts(writer *self, size_t k)
{
    int64_t *number = self->column;
    for (size_t i = 0; i < self->count; i++) number[i] = (int64_t)*ulam_session_count(&self->sessions[i], k);
    put_column(self, ulam_session_counts[k].name, ULAM_H5_INTEGER, NULL, ulam_session_counts[k].long_name);
}

void ulam_write_provenance(ulam_h5 *h5, const ulam_provenance *provenance)
{
    writer self = {.sessions = provenance->sessions, .count = provenance->count};
    ulam_labelled_open(&self.group, h5, "provenance");
    self.column = calloc(self.count ? self.count : 1, sizeof(uint64_t));
    if (!self.column) ulam_h5_fail_memory(h5);
    if (self.column && self.count > 0) {
        self.dimension = ulam_labelled_index(&self.group, "session", self.count);
        for (size_t k = 0; k < ULAM_SESSION_WORDS; k++) put_words(&self, k);
        for (size_t k = 0; k < ULAM_SESSION_COUNTS; k++) put_counts(&self, k);
        double *seconds = self.column;
        for (size_t i = 0; i < self.count; i++) seconds[i] = self.sessions[i].seconds;
        put_column(&self, "seconds", ULAM_H5_REAL, "s", "duration");
    }
    ulam_labelled_close(&self.group);
    free(self.column);
}
