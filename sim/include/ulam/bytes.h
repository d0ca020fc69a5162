/* Bytes that travel between ranks and rest in files: a growing buffer, and a reader that cannot run past its end.
 * Integers are little-endian, reals are the bits of IEEE doubles. */

#ifndef ULAM_BYTES_H
#define ULAM_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ulam/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where the bytes of a buffer go that is to stay small. ULAM_ENOMEM ends the appending. */
typedef struct {
    void *self;
    ulam_status (*take)(void *self, const unsigned char *data, size_t size);
} ulam_drain;

/* Starts as {0}. */
typedef struct {
    unsigned char *data; /* [size], owned */
    size_t size;
    size_t capacity;
    const ulam_drain
        *drain; /* takes each `capacity` bytes, which is above 0, as they come together; NULL: the buffer grows */
} ulam_bytes;

void ulam_bytes_free(ulam_bytes *self);

/* Each appends, or returns ULAM_ENOMEM and leaves self as it was. */
ulam_status ulam_bytes_put(ulam_bytes *self, const void *data, size_t size);
ulam_status ulam_bytes_put_u64(ulam_bytes *self, uint64_t value);
ulam_status ulam_bytes_put_real(ulam_bytes *self, double value);
ulam_status ulam_bytes_put_text(ulam_bytes *self, const char *text); /* its length, then its characters; NULL is kept */

/* Stands at `at`, may read up to `end`; `failed` stays set once something did not fit. */
typedef struct {
    const unsigned char *at;
    const unsigned char *end;
    bool failed;
} ulam_reader;

/* Each moves the reader on; past the end it returns 0 or NULL and sets failed. */
const unsigned char *ulam_reader_get(ulam_reader *self, size_t size);
uint64_t ulam_reader_get_u64(ulam_reader *self);
double ulam_reader_get_real(ulam_reader *self);
char *ulam_reader_get_text(ulam_reader *self); /* owned by the caller; NULL also for a NULL that was put */

#ifdef __cplusplus
}
#endif

#endif
