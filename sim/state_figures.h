/* What the parts of sim ask of a state beyond its public functions. */

#ifndef ULAM_STATE_FIGURES_H
#define ULAM_STATE_FIGURES_H

#include <ulam/state.h>

/* As ulam_state_summarise(), of one element. */
ulam_status ulam_state_summarise_element(const ulam_state *self, size_t point, size_t element, ulam_summary *summary);

/* Whether a whole block is known, in the prefix or early. */
bool ulam_state_knows(const ulam_state *self, size_t point, uint64_t block);

#endif
