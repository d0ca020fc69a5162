#include <stdlib.h>
#include <string.h>

#include <ulam/bytes.h>

static const uint64_t null_text = UINT64_MAX;

void ulam_bytes_free(ulam_bytes *self)
{
    free(self->data);
    *self = (ulam_bytes){0};
}

static ulam_status reserve(ulam_bytes *self, size_t more)
{
    if (more <= self->capacity - self->size) return ULAM_OK;
    if (more > SIZE_MAX / 2 - self->size) return ULAM_ENOMEM;
    size_t capacity = self->capacity ? self->capacity : 256;
    while (capacity < self->size + more) capacity *= 2;
    unsigned char *data = realloc(self->data, capacity);
    if (!data) return ULAM_ENOMEM;
    self->data = data;
    self->capacity = capacity;
    return ULAM_OK;
}

static ulam_status put_through(ulam_bytes *self, const unsigned char *data, size_t size)
{
    while (size > 0) {
        const size_t room = self->capacity - self->size, part = size < room ? size : room;
        memcpy(self->data + self->size, data, part);
        self->size += part;
        data += part;
        size -= part;
        if (self->size < self->capacity) continue;
        if (self->drain->take(self->drain->self, self->data, self->size)) return ULAM_ENOMEM;
        self->size = 0;
    }
    return ULAM_OK;
}

ulam_status ulam_bytes_put(ulam_bytes *self, const void *data, size_t size)
{
    if (size == 0) return ULAM_OK;
    if (self->drain) return put_through(self, data, size);
    if (reserve(self, size)) return ULAM_ENOMEM;
    memcpy(self->data + self->size, data, size);
    self->size += size;
    return ULAM_OK;
}

ulam_status ulam_bytes_put_u64(ulam_bytes *self, uint64_t value)
{
    unsigned char byte[8];
    for (int i = 0; i < 8; i++) byte[i] = (unsigned char)(value >> 8 * i);
    return ulam_bytes_put(self, byte, sizeof byte);
}

ulam_status ulam_bytes_put_real(ulam_bytes *self, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return ulam_bytes_put_u64(self, bits);
}

ulam_status ulam_bytes_put_text(ulam_bytes *self, const char *text)
{
    if (!text) return ulam_bytes_put_u64(self, null_text);
    const size_t length = strlen(text);
    if (!self->drain && reserve(self, 8 + length)) return ULAM_ENOMEM;
    if (ulam_bytes_put_u64(self, length)) return ULAM_ENOMEM;
    return ulam_bytes_put(self, text, length);
}

const unsigned char *ulam_reader_get(ulam_reader *self, size_t size)
{
    if (self->failed || size > (size_t)(self->end - self->at)) {
        self->failed = true;
        return NULL;
    }
    const unsigned char *data = self->at;
    self->at += size;
    return data;
}

uint64_t ulam_reader_get_u64(ulam_reader *self)
{
    const unsigned char *byte = ulam_reader_get(self, 8);
    uint64_t value = 0;
    if (byte)
        for (int i = 0; i < 8; i++) value |= (uint64_t)byte[i] << 8 * i;
    return value;
}

double ulam_reader_get_real(ulam_reader *self)
{
    const uint64_t bits = ulam_reader_get_u64(self);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

char *ulam_reader_get_text(ulam_reader *self)
{
    const uint64_t length = ulam_reader_get_u64(self);
    if (self->failed || length == null_text) return NULL;
    const unsigned char *data = length <= SIZE_MAX / 2 ? ulam_reader_get(self, (size_t)length) : NULL;
    char *text = data ? malloc((size_t)length + 1) : NULL;
    if (!text) {
        self->failed = true;
        return NULL;
    }
    memcpy(text, data, (size_t)length);
    text[length] = '\0';
    return text;
}
