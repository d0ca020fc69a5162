/* What antithetic pairs gain, in /results. */

#include "results_group.h"

/* A figure of every point and element into the group's scratch. */
static ulam_status collect(ulam_results_group *self, size_t observable, bool of_error)
{
    const ulam_extent *extent = &self->job->extents[observable];
    for (size_t p = 0; p < self->job->n_points; p++)
        for (size_t i = 0; i < extent->length; i++) {
            ulam_reduction found;
            const ulam_status status = ulam_state_reduce_element(self->state, p, extent->offset + i, &found);
            if (status) return status;
            self->values[p * extent->length + i] = of_error ? found.std_error : found.factor;
        }
    return ULAM_OK;
}

void ulam_write_antithetic(ulam_results_group *self, size_t observable, const ulam_elements *elements)
{
    static const char *const suffix[] = {"_antithetic_reduction", "_antithetic_reduction_stderr"};
    static const char *const words[] = {"variance with independent runs over that with antithetic pairs of",
                                        "standard error of the factor that antithetic pairs gain in the variance of"};
    for (int k = 0; k < 2 && self->job->antithetic; k++) {
        const ulam_results_array array = {
            .observable = observable, .suffix = suffix[k], .words = words[k], .elements = elements};
        if (collect(self, observable, k == 1)) ulam_h5_fail_memory(self->group.h5);
        ulam_results_put(self, &array, ULAM_H5_REAL, self->values);
    }
}
