/* A histogram as bytes. */

#ifndef ULAM_HISTOGRAM_BYTES_H
#define ULAM_HISTOGRAM_BYTES_H

#include <ulam/bytes.h>
#include <ulam/histogram.h>

/* Appends the canonical bytes: whether the range is known; if so low, high and the counts. ULAM_ENOMEM. */
ulam_status ulam_histogram_pack(const ulam_histogram *self, ulam_bytes *bytes);

/* Into an empty histogram of that plan. ULAM_EFORMAT, ULAM_ENOMEM. */
ulam_status ulam_histogram_unpack(ulam_histogram *self, const ulam_histogram_plan *plan, ulam_reader *reader);

#endif
