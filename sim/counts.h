/* Counts as bytes: most are 0 or small, so that they are written as a list of those that are not, in numbers of 7 bits a
 * byte, the low ones first. Equal counts have equal bytes. */

#ifndef ULAM_COUNTS_H
#define ULAM_COUNTS_H

#include <ulam/bytes.h>

/* A number in its shortest form; reading another form, or past the end, sets reader->failed. */
ulam_status ulam_natural_pack(uint64_t value, ulam_bytes *bytes);
uint64_t ulam_natural_unpack(ulam_reader *reader);

/* count[n]: how many of them are not 0; and of each of these how many zeros stand before it, and the count. ULAM_ENOMEM. */
ulam_status ulam_counts_pack(const uint64_t *count, size_t n, ulam_bytes *bytes);

/* Into count[n], all 0 before. Sets reader->failed where the bytes make no sense. */
void ulam_counts_unpack(uint64_t *count, size_t n, ulam_reader *reader);

#endif
