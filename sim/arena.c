#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

struct ulam_arena_chunk {
    struct ulam_arena_chunk *next;
    size_t used, size;
    _Alignas(16) unsigned char data[];
};

enum {
    ALIGNMENT = 16,
    CHUNK_SIZE = 1 << 16
};

void ulam_arena_free(ulam_arena *self)
{
    struct ulam_arena_chunk *chunk = self->chunks;
    while (chunk) {
        struct ulam_arena_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    self->chunks = NULL;
}

/* A chunk for one large piece goes behind the one that is being filled, which keeps its room. */
static struct ulam_arena_chunk *add_chunk(ulam_arena *self, size_t size)
{
    const size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
    struct ulam_arena_chunk *chunk = calloc(1, sizeof *chunk + room);
    if (!chunk) return NULL;
    chunk->size = room;
    if (self->chunks && size > CHUNK_SIZE / 2) {
        chunk->next = self->chunks->next;
        self->chunks->next = chunk;
    } else {
        chunk->next = self->chunks;
        self->chunks = chunk;
    }
    return chunk;
}

void *ulam_arena_take(ulam_arena *self, size_t size)
{
    if (size > SIZE_MAX / 2) return NULL;
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    struct ulam_arena_chunk *chunk = self->chunks;
    if (!chunk || size > chunk->size - chunk->used) chunk = add_chunk(self, size);
    if (!chunk) return NULL;
    void *piece = chunk->data + chunk->used;
    chunk->used += size;
    return piece;
}

void *ulam_arena_take_array(ulam_arena *self, size_t count, size_t size)
{
    return size && count > SIZE_MAX / 2 / size ? NULL : ulam_arena_take(self, count * size);
}

char *ulam_arena_copy(ulam_arena *self, const char *text, size_t length)
{
    char *copy = ulam_arena_take(self, length + 1);
    if (copy) memcpy(copy, text, length);
    return copy;
}
