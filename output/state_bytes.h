/* What /state/bytes holds: the number of points and the width of a run; a digest of each point's canonical text, its first
 * run, its runs and its block size; the packed ulam_state. /state/job holds what the job was made from beside its text: the
 * base name of its path, its part (or none), and the files that it names. Neither depends on where a file stands. */

#ifndef ULAM_STATE_BYTES_H
#define ULAM_STATE_BYTES_H

#include <xxhash.h>

#include <ulam/job.h>

/* By which a point is known again. ULAM_ENOMEM. */
ulam_status ulam_point_digest(const ulam_job *job, size_t point, XXH128_canonical_t *digest);

/* Appends what /state/job holds. ULAM_ENOMEM. */
ulam_status ulam_stored_job_pack(const ulam_job *job, ulam_bytes *bytes);

#endif
