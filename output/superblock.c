#include <string.h>

#include "superblock.h"

static uint32_t load(const unsigned char *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint32_t rotate(uint32_t x, int k) { return x << k | x >> (32 - k); }

/* Jenkins' lookup3 (2006), which is HDF5's checksum of metadata. */
static uint32_t checksum(const unsigned char *data, size_t size)
{
    uint32_t a = 0xdeadbeefu + (uint32_t)size, b = a, c = a;
    for (; size > 12; size -= 12, data += 12) {
        a += load(data);
        b += load(data + 4);
        c += load(data + 8);
        a = (a - c) ^ rotate(c, 4);
        c += b;
        b = (b - a) ^ rotate(a, 6);
        a += c;
        c = (c - b) ^ rotate(b, 8);
        b += a;
        a = (a - c) ^ rotate(c, 16);
        c += b;
        b = (b - a) ^ rotate(a, 19);
        a += c;
        c = (c - b) ^ rotate(b, 4);
        b += a;
    }
    unsigned char last[12] = {0};
    memcpy(last, data, size);
    a += load(last);
    b += load(last + 4);
    c += load(last + 8);
    c = (c ^ b) - rotate(b, 14);
    a = (a ^ c) - rotate(c, 11);
    b = (b ^ a) - rotate(a, 25);
    c = (c ^ b) - rotate(b, 16);
    a = (a ^ c) - rotate(c, 4);
    b = (b ^ a) - rotate(a, 14);
    return (c ^ b) - rotate(b, 24);
}

void ulam_superblock_mend(ulam_bytes *image)
{
    enum {
        VERSION = 8,
        ADDRESS_SIZE = 9,
        CHECKSUM = 44 /* where addresses have 8 bytes */
    };
    if (image->size < CHECKSUM + 4 || image->data[VERSION] < 2 || image->data[ADDRESS_SIZE] != 8) return;
    const uint32_t sum = checksum(image->data, CHECKSUM);
    for (int i = 0; i < 4; i++) image->data[CHECKSUM + i] = (unsigned char)(sum >> 8 * i);
}
