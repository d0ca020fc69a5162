/* The chains of a point in a job's state. */

#ifndef ULAM_STATE_CHAINS_H
#define ULAM_STATE_CHAINS_H

#include "chain_record.h"

/* Blocks of chains at a point, the last of which may be smaller; the first of them; and the chains of one. */
uint64_t ulam_chain_first_block(const ulam_point *point);
uint64_t ulam_chain_blocks(const ulam_point *point);
uint64_t ulam_chain_block_runs(const ulam_point *point, uint64_t block);

/* Makes room for a point's chains, none of them begun. ULAM_ENOMEM. */
ulam_status ulam_chains_init(ulam_chains *self, const ulam_point *point);
void ulam_chains_free(ulam_chains *self);

/* Shares the records of other. ULAM_ENOMEM. */
ulam_status ulam_chains_copy(ulam_chains *self, const ulam_chains *other);

/* Takes a block's record over, in the place of an earlier one. Where all chains of the point stand together the results are
 * brought up to that, and its targets judged. ULAM_EINVAL: it is no continuation; ULAM_EFORMAT: it is damaged; ULAM_ENOMEM. */
ulam_status ulam_state_add_chains(ulam_state *self, size_t point, uint64_t block, ulam_chain_record *record,
                                  ulam_error *error);

enum {
    ULAM_WITNESS_SWEEPS = 4 /* few, as they are made again before a job goes on */
};

/* The witness of a job of chains: the hash of what its first block's record was after so many sweeps. ULAM_ENOMEM. */
ulam_status ulam_chain_witness_pack(const ulam_chunk *chunk, const ulam_chain_record *record, ulam_bytes *bytes);

/* Keeps it, if the record is that one. ULAM_ENOMEM. */
ulam_status ulam_state_chain_witness(ulam_state *self, size_t point, uint64_t block, const ulam_chain_record *record);

/* Brings the results up to what all chains of a point, as they stand, have done, without a look at its targets. ULAM_EFORMAT,
 * ULAM_ENOMEM. */
ulam_status ulam_state_publish_chains(ulam_state *self, size_t point);

/* Where the block of a chunk stands, for one owner more; NULL: the job's runs are not chains. */
ulam_chain_record *ulam_state_share_record(const ulam_state *self, const ulam_chunk *chunk);

/* The sweeps that a block of a point is to make by now, thermalising ones included. */
uint64_t ulam_state_chain_end(const ulam_state *self, size_t point);

/* Whether a block has no more sweeps to make: all its chains have failed. */
static inline bool ulam_chain_record_is_dead(const ulam_chain_record *self)
{
    return self && self->failed == self->chains;
}

/* Whether all chains of a point have made all their sweeps, or failed. */
bool ulam_state_chains_complete(const ulam_state *self, size_t point);

/* The bytes of a point's chains, and back. ULAM_EFORMAT, ULAM_ENOMEM. */
ulam_status ulam_chains_pack(const ulam_chains *self, ulam_bytes *bytes);
ulam_status ulam_chains_unpack(ulam_chains *self, const ulam_job *job, size_t point, ulam_reader *reader);

#endif
