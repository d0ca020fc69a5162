#include <ulam/models.h>

extern const ulam_model ulam_model_ar1;
extern const ulam_model ulam_model_asian;
extern const ulam_model ulam_model_buffon;
extern const ulam_model ulam_model_european;
extern const ulam_model ulam_model_ising;
extern const ulam_model ulam_model_metropolis;
extern const ulam_model ulam_model_queue;
extern const ulam_model ulam_model_sir;
extern const ulam_model ulam_model_walk;

const ulam_catalogue *ulam_builtin_models(void)
{
    static const ulam_model *const models[] = {
        &ulam_model_ar1,        &ulam_model_asian, &ulam_model_buffon, &ulam_model_european, &ulam_model_ising,
        &ulam_model_metropolis, &ulam_model_queue, &ulam_model_sir,    &ulam_model_walk,
    };
    static const ulam_catalogue catalogue = {.models = models, .count = sizeof models / sizeof *models};

    return &catalogue;
}
