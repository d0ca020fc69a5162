#include <ulam/foreign.h>
#include <ulam/models.h>

#include "known_models.h"

ulam_catalogue ulam_known_models(void)
{
    ulam_catalogue catalogue = *ulam_builtin_models();
    catalogue.opener = ulam_foreign_models();
    return catalogue;
}
