/* What the parts of sim ask of a state beyond its public functions. */

#ifndef ULAM_STATE_FIGURES_H
#define ULAM_STATE_FIGURES_H

#include <ulam/state.h>

/* As ulam_state_summarise(), of one element. */
ulam_status ulam_state_summarise_element(const ulam_state *self, size_t point, size_t element, ulam_summary *summary);

/* Whether a whole block is known, in the prefix or early. */
bool ulam_state_knows(const ulam_state *self, size_t point, uint64_t block);

/* The block that is to be a job's witness: the first whole one of the first point that has one. False: there is none. */
bool ulam_job_witness(const ulam_job *job, ulam_chunk *chunk);

/* Keeps a chunk that is the witness, and has been found to be new. ULAM_ENOMEM. */
ulam_status ulam_state_witness(ulam_state *self, const ulam_chunk *chunk, const ulam_tally *tally);

/* The witness's bytes. ULAM_ENOMEM. */
ulam_status ulam_witness_pack(const ulam_chunk *chunk, const ulam_tally *tally, ulam_bytes *bytes);

#endif
