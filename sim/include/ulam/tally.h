/* Tally: the statistics of all observables over some runs of one point. What ranks send, files keep and tables are made
 * from. */

#ifndef ULAM_TALLY_H
#define ULAM_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include <ulam/accumulators.h>
#include <ulam/bytes.h>
#include <ulam/hash_sum.h>
#include <ulam/moments.h>
#include <ulam/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    uint64_t runs;                  /* that were performed, failed ones included */
    uint64_t failed;                /* of these; they count in no moment */
    size_t width;                   /* elements of a run: the sum of the observables' lengths */
    ulam_moments *moments;          /* [width], owned, or with a block shared by its owners */
    struct ulam_tally_block *block; /* what ulam_tally_tighten() made; NULL: nothing */
    ulam_hash_sum samples;          /* of the values that are kept of these runs; 0 where none are */
    ulam_accumulators more;         /* what the job's statistics ask for beside the moments; never shared */
} ulam_tally;

/* An empty tally of moments alone. ULAM_ENOMEM. Whatever it returns, ulam_tally_free() may be called; a zeroed tally may be freed too. */
ulam_status ulam_tally_init(ulam_tally *self, size_t width);
void ulam_tally_free(ulam_tally *self);

/* Makes an empty tally keep these statistics too, to which it keeps a pointer; NULL: none. ULAM_ENOMEM. */
ulam_status ulam_tally_keep(ulam_tally *self, const ulam_statistics *statistics);

/* Adds one block of successful runs, or of pairs of them. Centres and edges are known (ulam_accumulators_are_framed()). ULAM_EINVAL: a value is
 * infinite; ULAM_ENOMEM. After either self is of no further use. */
ulam_status ulam_tally_add(ulam_tally *self, const ulam_block_values *block);

/* The same of a block of n <= stride runs that begins with run self->runs: values[element * stride + run]. */
ulam_status ulam_tally_add_block(ulam_tally *self, const double *values, size_t stride, size_t n);

/* Adds other, of the same width and statistics. ULAM_EINVAL, with nothing added: centres or edges differ; ULAM_ENOMEM. */
ulam_status ulam_tally_merge(ulam_tally *self, const ulam_tally *other);

/* Moves the sums closely together, which takes a third less memory. Where there is no memory for it, it is left undone. */
void ulam_tally_tighten(ulam_tally *self);

/* An equal tally, of its own to change. A tight one is shared for nothing until one of the two changes; threads may do so at
 * once, each with its own. ULAM_ENOMEM. Whatever it returns, ulam_tally_free() may be called. */
ulam_status ulam_tally_copy(ulam_tally *self, const ulam_tally *other);

/* Appends the tally to bytes, in its canonical form: equal tallies have equal bytes, on any machine. ULAM_ENOMEM. */
ulam_status ulam_tally_pack(const ulam_tally *self, ulam_bytes *bytes);

/* Makes a tally of that width and statistics (NULL: moments alone) from what the reader stands at, and moves the reader behind it. ULAM_EFORMAT if the bytes
 * end early or make no sense; ULAM_ENOMEM. Whatever it returns, ulam_tally_free() may be called. */
ulam_status ulam_tally_unpack(ulam_tally *self, size_t width, const ulam_statistics *statistics, ulam_reader *reader,
                              ulam_error *error);

#ifdef __cplusplus
}
#endif

#endif
