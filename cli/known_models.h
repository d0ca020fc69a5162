/* The models that a job may name on this command line. */

#ifndef ULAM_KNOWN_MODELS_H
#define ULAM_KNOWN_MODELS_H

#include <ulam/open_model.h>

/* The built-in models, and those that a job brings. */
ulam_catalogue ulam_known_models(void);

#endif
