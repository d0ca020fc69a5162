/* The built-in models. */

#ifndef ULAM_MODELS_H
#define ULAM_MODELS_H

#include <ulam/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All of them, sorted by name. The catalogue is constant and belongs to nobody. */
const ulam_catalogue *ulam_builtin_models(void);

#ifdef __cplusplus
}
#endif

#endif
