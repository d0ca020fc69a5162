#include "counts.h"

ulam_status ulam_natural_pack(uint64_t value, ulam_bytes *bytes)
{
    unsigned char byte[10];
    size_t n = 0;
    for (; value >> 7; value >>= 7) byte[n++] = (unsigned char)(value | 0x80);
    byte[n++] = (unsigned char)value;
    return ulam_bytes_put(bytes, byte, n);
}

uint64_t ulam_natural_unpack(ulam_reader *reader)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const unsigned char *byte = ulam_reader_get(reader, 1);
        if (!byte) return 0;
        const uint64_t part = *byte & 0x7f;
        if ((part << shift) >> shift != part || (shift && *byte == 0)) break;
        value |= part << shift;
        if (!(*byte & 0x80)) return value;
    }
    reader->failed = true;
    return 0;
}

ulam_status ulam_counts_pack(const uint64_t *count, size_t n, ulam_bytes *bytes)
{
    uint64_t listed = 0, zeros = 0;
    for (size_t i = 0; i < n; i++) listed += count[i] != 0;
    ulam_status status = ulam_natural_pack(listed, bytes);
    for (size_t i = 0; i < n && !status; i++) {
        zeros++;
        if (count[i] == 0) continue;
        status = ulam_natural_pack(zeros - 1, bytes);
        if (!status) status = ulam_natural_pack(count[i], bytes);
        zeros = 0;
    }
    return status;
}

void ulam_counts_unpack(uint64_t *count, size_t n, ulam_reader *reader)
{
    const uint64_t listed = ulam_natural_unpack(reader);
    size_t at = 0;
    if (listed > n) reader->failed = true;
    for (uint64_t i = 0; i < listed && !reader->failed; i++) {
        const uint64_t zeros = ulam_natural_unpack(reader), value = ulam_natural_unpack(reader);
        if (zeros >= n - at || value == 0) {
            reader->failed = true;
            return;
        }
        at += (size_t)zeros;
        count[at++] = value;
        if (at == n && i + 1 < listed) reader->failed = true;
    }
}
