/* What /state/bytes holds: the number of points, a digest of each point's canonical text, the packed ulam_state. */

#ifndef ULAM_STATE_BYTES_H
#define ULAM_STATE_BYTES_H

#include <xxhash.h>

#include <ulam/job.h>

/* By which a point is known again. ULAM_ENOMEM. */
ulam_status ulam_point_digest(const ulam_job *job, size_t point, XXH128_canonical_t *digest);

#endif
