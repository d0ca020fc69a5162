/* Accumulators: what a tally carries beside the moments, as the job's statistics ask for it. */

#ifndef ULAM_ACCUMULATORS_H
#define ULAM_ACCUMULATORS_H

#include <ulam/antithetic.h>
#include <ulam/bytes.h>
#include <ulam/comoments.h>
#include <ulam/groups.h>
#include <ulam/histogram.h>
#include <ulam/sketch.h>
#include <ulam/statistics.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const ulam_statistics *statistics; /* NULL: none, and there is nothing below */
    ulam_sketch *sketches;             /* [n_sketches], owned, as the others */
    ulam_histogram *histograms;        /* [n_histograms] */
    ulam_comoments *pairs;             /* [n_pairs] */
    ulam_groups *groups;               /* [n_grouped] */
    ulam_antithetic *antithetic;       /* [n_antithetic] */
} ulam_accumulators;

/* Empty accumulators. Keeps a pointer to statistics, which may be NULL. ULAM_ENOMEM. Whatever it returns,
 * ulam_accumulators_free() may be called; zeroed ones may be freed too. */
ulam_status ulam_accumulators_init(ulam_accumulators *self, const ulam_statistics *statistics);
void ulam_accumulators_free(ulam_accumulators *self);

/* Whether centres and edges are known, so that values can be counted; and makes them known. */
bool ulam_accumulators_are_framed(const ulam_accumulators *self);
void ulam_accumulators_set_frame(ulam_accumulators *self, const double *frame);

/* Adds one block of finite values and NaN. They are framed. ULAM_ENOMEM. */
ulam_status ulam_accumulators_add_block(ulam_accumulators *self, const ulam_block_values *block);

/* Adds other, of the same statistics. ULAM_EINVAL, with nothing added: centres or edges differ; ULAM_ENOMEM. */
ulam_status ulam_accumulators_merge(ulam_accumulators *self, const ulam_accumulators *other);

/* Appends the canonical bytes, and makes of them what they were. ULAM_EFORMAT, ULAM_ENOMEM. */
ulam_status ulam_accumulators_pack(const ulam_accumulators *self, ulam_bytes *bytes);
ulam_status ulam_accumulators_unpack(ulam_accumulators *self, const ulam_statistics *statistics, ulam_reader *reader);

#ifdef __cplusplus
}
#endif

#endif
