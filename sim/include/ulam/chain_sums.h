/* Chain sums: what is kept of one element of one chain, from its first measurement on: enough for its mean and variance
 * over any part of it, and for its autocorrelations on every time scale.
 *
 * They are a function of the measurements alone: the same bits whether these came one by one or in pieces, or were put away
 * and taken up in between. They take 5 KB after 10^6 measurements and 400 bytes more with every factor of 4. */

#ifndef ULAM_CHAIN_SUMS_H
#define ULAM_CHAIN_SUMS_H

#include <stddef.h>
#include <stdint.h>

#include <ulam/bytes.h>
#include <ulam/status.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    ULAM_CHAIN_SEGMENTS = 64, /* fewer than that are complete */
    ULAM_CHAIN_LAGS = 15      /* in bins */
};

/* Sums of y and y^2, where y is a measurement less the chain's first one. */
typedef struct {
    double sum, squares;
} ulam_chain_segment;

/* A sum and what rounding took from it; their sum is the value. */
typedef struct {
    double sum, error;
} ulam_chain_total;

/* Level j: the means of y over consecutive bins of 4^j measurements. The ends are kept so that sums of products about any
 * mean follow from those about 0. */
typedef struct {
    double product[ULAM_CHAIN_LAGS + 1]; /* [k] sum of bin i times bin i + k */
    double first[ULAM_CHAIN_LAGS];       /* bins, the first one first */
    double last[ULAM_CHAIN_LAGS];        /* bins, the last one first; 0 where there are fewer */
    double sum;                          /* of all bins */
    double pending;                      /* of those that do not fill a bin of the next level */
} ulam_chain_level;

/* Everything is a function of the measurements, and how much there is a function of n. */
typedef struct {
    uint64_t n;                                      /* measurements */
    double shift;                                    /* the first of them */
    ulam_chain_total sum, squares;                   /* of y and y^2, but for the open group */
    ulam_chain_segment group;                        /* of up to 16 measurements, that is still open */
    ulam_chain_segment segment[ULAM_CHAIN_SEGMENTS]; /* the n / width complete ones, then the running one */
    ulam_chain_level *levels;                        /* [n_levels], those that hold a bin; owned */
    size_t n_levels;
} ulam_chain_sums;

/* Of no measurement; owns no memory. */
void ulam_chain_sums_init(ulam_chain_sums *self);
void ulam_chain_sums_free(ulam_chain_sums *self);

/* Adds n finite measurements, value[i * step]. ULAM_ENOMEM, and nothing was added. */
ulam_status ulam_chain_sums_add(ulam_chain_sums *self, const double *value, size_t n, size_t step);

/* Sets self, which is empty, to what other is. ULAM_ENOMEM. */
ulam_status ulam_chain_sums_copy(ulam_chain_sums *self, const ulam_chain_sums *other);

/* Appends the sums to bytes, equal ones as equal bytes, on any machine. ULAM_ENOMEM. */
ulam_status ulam_chain_sums_pack(const ulam_chain_sums *self, ulam_bytes *bytes);

/* Sets self, which is empty, to what the reader stands at, and moves the reader behind it. ULAM_EFORMAT: the bytes end early
 * or make no sense; ULAM_ENOMEM. Whatever it returns, ulam_chain_sums_free() may be called. */
ulam_status ulam_chain_sums_unpack(ulam_chain_sums *self, ulam_reader *reader);

/* Moves the reader behind sums without a look at them. ULAM_EFORMAT: the bytes end early. */
ulam_status ulam_chain_sums_skip(ulam_reader *reader);

/* Width of the segments after n measurements: the power of two w with 32 <= n / w < 64, 1 below 64 measurements. The width
 * at a smaller n divides it. */
uint64_t ulam_chain_sums_width(uint64_t n);

/* The measurements first .. end - 1 of a chain. */
typedef struct {
    uint64_t n;
    double mean;
    double centred; /* sum of squares about the mean; NaN where squares overflow */
} ulam_chain_part;

/* Mean and squares of a part of the chain. `first` is a multiple of self's width; `end` is one too, or self->n. Of the whole
 * chain they come from compensated sums. NaN where first >= end, end > self->n, or one of the two lies inside a segment. */
ulam_chain_part ulam_chain_sums_part(const ulam_chain_sums *self, uint64_t first, uint64_t end);

/* The mean of that. */
double ulam_chain_sums_mean(const ulam_chain_sums *self, uint64_t first, uint64_t end);

#ifdef __cplusplus
}
#endif

#endif
