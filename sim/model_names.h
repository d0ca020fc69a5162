/* Names that a result file would confuse. */

#ifndef ULAM_MODEL_NAMES_H
#define ULAM_MODEL_NAMES_H

#include <ulam/model.h>

/* Judges the name and the unit of a derived quantity, beside those that the model declares. ULAM_EINVAL. */
ulam_status ulam_derived_check(const ulam_model *model, const ulam_derived *derived, ulam_error *error);

#endif
