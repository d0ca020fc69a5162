#include <stdlib.h>

#include "labelled.h"
#include "write_parts.h"

typedef struct {
    ulam_labelled group;
    size_t dimension;
    const ulam_session *sessions;
    size_t count;
    void *column; /* [count] of 8 bytes */
} writer;

static void put_column(writer *self, const char *name, ulam_h5_type type, const char *unit, const char *long_name)
{
    const hid_t dataset = ulam_labelled_put(&self->group, name, type, &self->dimension, 1, self->column);
    ulam_labelled_describe(&self->group, dataset, unit, long_name);
    ulam_h5_done(self->group.h5, dataset);
}

static void put_words(writer *self, const char *name, size_t member, const char *long_name)
{
    const char **word = self->column;
    for (size_t i = 0; i < self->count; i++) {
        char *const *text = (char *const *)(const void *)((const char *)&self->sessions[i] + member);
        word[i] = *text ? *text : "";
    }
    put_column(self, name, ULAM_H5_WORD, NULL, long_name);
}

static void put_counts(writer *self, const char *name, size_t member, const char *long_name)
{
    int64_t *number = self->column;
    for (size_t i = 0; i < self->count; i++)
        number[i] = (int64_t) * (const uint64_t *)(const void *)((const char *)&self->sessions[i] + member);
    put_column(self, name, ULAM_H5_INTEGER, NULL, long_name);
}

void ulam_write_provenance(ulam_h5 *h5, const ulam_provenance *provenance)
{
    writer self = {.sessions = provenance->sessions, .count = provenance->count};
    ulam_labelled_open(&self.group, h5, "provenance");
    self.column = calloc(self.count ? self.count : 1, sizeof(uint64_t));
    if (!self.column) ulam_h5_fail_memory(h5);
    if (self.column && self.count > 0) {
        self.dimension = ulam_labelled_index(&self.group, "session", self.count);
        put_words(&self, "command", offsetof(ulam_session, command), "command line");
        put_words(&self, "hosts", offsetof(ulam_session, hosts), "hosts");
        put_words(&self, "libraries", offsetof(ulam_session, libraries), "libraries and their versions");
        put_words(&self, "start", offsetof(ulam_session, start), "start, UTC");
        put_words(&self, "end", offsetof(ulam_session, end), "end, UTC");
        put_counts(&self, "ranks", offsetof(ulam_session, ranks), "ranks");
        put_counts(&self, "runs", offsetof(ulam_session, runs), "runs done in the session");
        double *seconds = self.column;
        for (size_t i = 0; i < self.count; i++) seconds[i] = self.sessions[i].seconds;
        put_column(&self, "seconds", ULAM_H5_REAL, "s", "duration");
    }
    ulam_labelled_close(&self.group);
    free(self.column);
}
