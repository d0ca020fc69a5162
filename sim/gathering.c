#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chunk.h"
#include "gathering.h"
#include "grow.h"
#include "state_figures.h"

void ulam_gathering_init(ulam_gathering *self, const ulam_job *job)
{
    *self = (ulam_gathering){.job = job};
    if (!ulam_job_witness(job, &self->witness)) self->witness.point = SIZE_MAX;
}

void ulam_gathering_free(ulam_gathering *self)
{
    ulam_gathering_drop(self, self->n);
    free(self->parts);
    self->parts = NULL;
    self->capacity = 0;
}

void ulam_gathering_drop(ulam_gathering *self, size_t n)
{
    if (n == 0) return;
    for (size_t i = 0; i < n; i++) ulam_part_free(&self->parts[i]);
    self->n -= n;
    memmove(self->parts, self->parts + n, self->n * sizeof *self->parts);
}

static bool stands_before(const ulam_chunk *a, const ulam_chunk *b)
{
    return a->point != b->point ? a->point < b->point : a->first < b->first;
}

/* The first part that stands behind the chunk. */
static size_t find_place(const ulam_gathering *self, const ulam_chunk *chunk)
{
    size_t low = 0, high = self->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (stands_before(&self->parts[middle].chunk, chunk))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool continues(const ulam_gathering *self, const ulam_part *part, const ulam_part *next)
{
    return ulam_chunk_continues(self->job, &self->witness, &part->chunk, &next->chunk);
}

static ulam_status join_failures(ulam_part *part, const ulam_part *next)
{
    for (size_t i = 0; i < next->n_failures; i++)
        if (ulam_part_note_failure(part, next->failures[i].run, next->failures[i].cause)) return ULAM_ENOMEM;
    return ULAM_OK;
}

/* Adds the part behind it and empties that. */
static ulam_status join(ulam_part *part, ulam_part *next)
{
    if (ulam_tally_merge(&part->tally, &next->tally) || join_failures(part, next)) return ULAM_ENOMEM;
    part->chunk.blocks += next->chunk.blocks;
    part->chunk.runs += next->chunk.runs;
    part->seconds += next->seconds;
    part->longest = fmax(part->longest, next->longest);
    ulam_part_free(next);
    return ULAM_OK;
}

static ulam_status insert(ulam_gathering *self, size_t i, ulam_part *part)
{
    ulam_part *parts = ulam_grow(self->parts, self->n, &self->capacity, sizeof *parts);
    if (!parts) return ULAM_ENOMEM;
    self->parts = parts;
    memmove(self->parts + i + 1, self->parts + i, (self->n - i) * sizeof *self->parts);
    self->parts[i] = *part;
    self->n++;
    *part = (ulam_part){0};
    return ULAM_OK;
}

static void remove_emptied(ulam_gathering *self, size_t i)
{
    self->n--;
    memmove(self->parts + i, self->parts + i + 1, (self->n - i) * sizeof *self->parts);
}

ulam_status ulam_gathering_add(ulam_gathering *self, ulam_part *part)
{
    size_t i = find_place(self, &part->chunk);
    if (i > 0 && continues(self, &self->parts[i - 1], part)) {
        if (join(&self->parts[--i], part)) return ULAM_ENOMEM;
    } else if (insert(self, i, part)) {
        return ULAM_ENOMEM;
    }
    if (i + 1 == self->n || !continues(self, &self->parts[i], &self->parts[i + 1])) return ULAM_OK;
    if (join(&self->parts[i], &self->parts[i + 1])) return ULAM_ENOMEM;
    remove_emptied(self, i + 1);
    return ULAM_OK;
}
