/* The built-in models and the tests' own: what `ulam_with_test_models` knows, in place of models/catalogue.c. */

#include <ulam/models.h>

extern const ulam_model ulam_model_asian, ulam_model_buffon, ulam_model_european, ulam_model_faulty,
    ulam_model_faulty_chain, ulam_model_miscount, ulam_model_queue, ulam_model_sir, ulam_model_sleeper, ulam_model_walk;

const ulam_catalogue *ulam_builtin_models(void)
{
    static const ulam_model *const models[] = {
        &ulam_model_asian,    &ulam_model_buffon, &ulam_model_european, &ulam_model_faulty,  &ulam_model_faulty_chain,
        &ulam_model_miscount, &ulam_model_queue,  &ulam_model_sir,      &ulam_model_sleeper, &ulam_model_walk,
    };
    static const ulam_catalogue catalogue = {.models = models, .count = sizeof models / sizeof *models};
    return &catalogue;
}
