/* The parts of ulam_model_check(), for a declaration that is judged while it is read. */

#ifndef ULAM_MODEL_PARTS_H
#define ULAM_MODEL_PARTS_H

#include <ulam/model.h>

/* Judge a parameter, or an observable, beside those declared before it. ULAM_EINVAL; the message has no position. */
ulam_status ulam_model_check_parameter(const ulam_model *model, size_t index, ulam_error *error);
ulam_status ulam_model_check_observable(const ulam_model *model, size_t index, ulam_error *error);

#endif
