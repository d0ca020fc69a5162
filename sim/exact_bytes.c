#include <stdlib.h>

#include "exact_bytes.h"
#include "exact_span.h"

enum {
    LOWEST_LIMB = -100, /* a product of five doubles reaches from limb -84 up to limb 80 */
    HIGHEST_LIMB = 100,
};

ulam_status exact_pack(const ulam_exact *self, ulam_bytes *bytes)
{
    const exact_span span = exact_canonical(self);
    const int32_t low = span.count ? self->low + (int32_t)span.first : 0;
    const unsigned char head[] = {(unsigned char)low, (unsigned char)span.count};
    if (ulam_bytes_put(bytes, head, sizeof head)) return ULAM_ENOMEM;
    for (uint32_t i = 0; i < span.count; i++)
        if (ulam_bytes_put_u64(bytes, self->limb[span.first + i])) return ULAM_ENOMEM;
    return ULAM_OK;
}

/* The bytes of the limbs are known to be there before memory is asked for. */
ulam_status exact_unpack(ulam_exact *self, ulam_reader *reader)
{
    const unsigned char *head = ulam_reader_get(reader, 2);
    const int32_t low = head ? (int8_t)head[0] : 0;
    const uint32_t used = head ? head[1] : 0;
    if (used == 0) return low == 0 ? ULAM_OK : ULAM_EFORMAT;
    if (low < LOWEST_LIMB || low > HIGHEST_LIMB || used > HIGHEST_LIMB - LOWEST_LIMB) return ULAM_EFORMAT;
    if ((size_t)(reader->end - reader->at) / 8 < used) return ULAM_EFORMAT;

    self->limb = malloc(used * sizeof *self->limb);
    if (!self->limb) return ULAM_ENOMEM;
    self->low = low;
    self->used = self->capacity = (uint16_t)used;
    for (uint32_t i = 0; i < used; i++) self->limb[i] = ulam_reader_get_u64(reader);
    return exact_canonical(self).count == used ? ULAM_OK : ULAM_EFORMAT;
}
