/* Exact sums as bytes. */

#ifndef ULAM_EXACT_BYTES_H
#define ULAM_EXACT_BYTES_H

#include <ulam/bytes.h>
#include <ulam/exact.h>

/* Appends the canonical bytes. ULAM_ENOMEM. */
ulam_status exact_pack(const ulam_exact *self, ulam_bytes *bytes);

/* Into an empty sum. ULAM_EFORMAT, ULAM_ENOMEM. */
ulam_status exact_unpack(ulam_exact *self, ulam_reader *reader);

#endif
