/* A block of chains (a single chain, or a bundle) that is being worked on: taken up from a record, moved on by sweeps, and
 * put away as a record again. */

#ifndef ULAM_CHAIN_BLOCK_H
#define ULAM_CHAIN_BLOCK_H

#include "chain_record.h"

enum {
    ULAM_CHAIN_BATCH = 64 /* measurements that are added to the sums together */
};

typedef struct {
    const ulam_job *job;
    const void *point; /* what the model's setup made */
    size_t p;
    uint64_t first;  /* run: of the block's first chain */
    size_t chains;   /* that the job asks for */
    size_t stride;   /* that a measurement gives: 1, or ULAM_BUNDLE */
    unsigned member; /* of a single chain that is performed apart from its bundle */
    uint64_t sweeps;
    ulam_error begun; /* what initialising the chains has failed with */
    ulam_rng rng;
    size_t state_size;
    void *state;
    ulam_chain_sums *sums; /* [chains][width] */
    bool *failed;          /* [chains] */
    double *measured;      /* [width][stride] */
    double *batch;         /* [width][chains][ULAM_CHAIN_BATCH], of which the first n_batch are not in the sums yet */
    size_t n_batch;
    double *series; /* [n_bins][chains][width]; NULL: none is kept, or there is no bin yet */
    size_t n_bins, bins_capacity;
    double *open_bin; /* [chains][width] sums of `open` measurements; NaN of a failed chain */
    uint64_t open;
} ulam_chain_block;

/* Takes up a chunk's chains where a record (NULL: their beginning) left them. ULAM_EFORMAT: it is not one of theirs;
 * ULAM_ENOMEM. Whatever it returns, ulam_chain_block_close() may be called. */
ulam_status ulam_chain_block_open(ulam_chain_block *self, const ulam_job *job, const void *point,
                                  const ulam_chunk *chunk, const ulam_chain_record *record);

/* Takes up a single chain at its beginning, also where the job has bundles of them. As above. */
ulam_status ulam_chain_block_open_single(ulam_chain_block *self, const ulam_job *job, const void *point, size_t p,
                                         uint64_t run);

void ulam_chain_block_close(ulam_chain_block *self);

/* Tells that no more sweeps are to be begun. */
typedef struct {
    bool (*stop)(void *self, double now);
    void *self;
} ulam_chain_pause;

/* What a failed chain said, and in which sweep. */
typedef struct {
    void *self;
    ulam_status (*note)(void *self, uint64_t run, uint64_t sweep, const ulam_error *cause, ulam_error *error);
} ulam_chain_witness;

/* Makes sweeps up to `to`, at least one, until `pause` (NULL: never), which is asked about every millisecond. A chain that
 * fails is told to `witness` and makes no more sweeps; a block whose chains have all failed counts as if it had made all of
 * them. *longest is raised to the seconds that a sweep took. What `witness` returns ends it; ULAM_ENOMEM. */
ulam_status ulam_chain_block_advance(ulam_chain_block *self, uint64_t to, const ulam_chain_pause *pause,
                                     const ulam_chain_witness *witness, double *longest, ulam_error *error);

/* Where it stands now. NULL: out of memory. */
ulam_chain_record *ulam_chain_block_record(const ulam_chain_block *self);

#endif
