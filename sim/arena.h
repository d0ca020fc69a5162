/* Arena: memory that is taken piece by piece and given back all at once. */

#ifndef ULAM_ARENA_H
#define ULAM_ARENA_H

#include <stddef.h>

/* Starts as {0}. */
typedef struct {
    struct ulam_arena_chunk *chunks; /* the first one is being filled */
} ulam_arena;

void ulam_arena_free(ulam_arena *self);

/* size zeroed bytes, aligned for any type, or NULL: out of memory. */
void *ulam_arena_take(ulam_arena *self, size_t size);
void *ulam_arena_take_array(ulam_arena *self, size_t count, size_t size);

/* A copy of text[length] with a NUL behind it, or NULL. */
char *ulam_arena_copy(ulam_arena *self, const char *text, size_t length);

#endif
