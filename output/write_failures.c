#include <stdlib.h>

#include "labelled.h"
#include "write_parts.h"

/* A table of runs: its columns are made one after another in the same memory. */
typedef struct {
    ulam_labelled group;
    size_t dimension, n;
    void *column; /* [n] of 8 bytes */
} writer;

static bool begin(writer *self, ulam_h5 *h5, const char *name, const char *row, size_t n)
{
    *self = (writer){.n = n, .column = calloc(n, sizeof(uint64_t))};
    ulam_labelled_open(&self->group, h5, name);
    if (!self->column) ulam_h5_fail_memory(h5);
    if (self->column) self->dimension = ulam_labelled_index(&self->group, row, n);
    return self->column != NULL;
}

static void put(writer *self, const char *name, ulam_h5_type type, const char *unit, const char *long_name)
{
    const hid_t dataset = ulam_labelled_put(&self->group, name, type, &self->dimension, 1, self->column);
    ulam_labelled_describe(&self->group, dataset, unit, long_name);
    ulam_h5_done(self->group.h5, dataset);
}

static void end(writer *self)
{
    ulam_labelled_close(&self->group);
    free(self->column);
}

void ulam_write_failures(ulam_h5 *h5, const ulam_failure *failures, size_t n, bool pooled)
{
    writer self;
    if (n == 0) return;
    if (begin(&self, h5, "failures", "failure", n)) {
        int64_t *number = self.column;
        uint64_t *seed = self.column;
        const char **cause = self.column;
        for (size_t i = 0; i < self.n; i++) number[i] = (int64_t)failures[i].point;
        put(&self, "point", ULAM_H5_INTEGER, NULL, "point");
        for (size_t i = 0; i < self.n && pooled; i++) seed[i] = failures[i].seed;
        if (pooled) put(&self, "seed", ULAM_H5_COUNT, NULL, "seed of its job");
        for (size_t i = 0; i < self.n; i++) number[i] = (int64_t)failures[i].run;
        put(&self, "run", ULAM_H5_INTEGER, NULL, "run that failed");
        for (size_t i = 0; i < self.n; i++) cause[i] = failures[i].cause;
        put(&self, "cause", ULAM_H5_WORD, NULL, "why it failed");
    }
    end(&self);
}

void ulam_write_dropped(ulam_h5 *h5, const ulam_state *state)
{
    writer self;
    if (state->n_dropped == 0) return;
    if (begin(&self, h5, "dropped", "dropped_run", state->n_dropped)) {
        int64_t *number = self.column;
        double *age = self.column;
        for (size_t i = 0; i < self.n; i++) number[i] = (int64_t)state->dropped[i].point;
        put(&self, "point", ULAM_H5_INTEGER, NULL, "point");
        for (size_t i = 0; i < self.n; i++) number[i] = (int64_t)state->dropped[i].run;
        put(&self, "run", ULAM_H5_INTEGER, NULL, "run that was in hand when the job was stopped");
        for (size_t i = 0; i < self.n; i++) age[i] = state->dropped[i].age;
        put(&self, "age", ULAM_H5_REAL, "s", "time it had been running");
    }
    end(&self);
}
