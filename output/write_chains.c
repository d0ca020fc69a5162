/* Of chains, how an observable's measurements behave along them, in /results. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results_group.h"

enum {
    TAU,
    TAU_ERROR,
    ESS,
    MEAN_ERROR,
    RHAT,
    DRIFT,
    ARRAYS,
    MOST_WARNINGS = 100 /* of what follows the file says only how many more there are */
};

typedef struct {
    const char *suffix, *words;
    bool has_unit;
} meaning;

static const meaning meanings[ARRAYS] = {
    [TAU] = {"_tau", "integrated autocorrelation time, 1 + 2 sum of rho, in sweeps, of", false},
    [TAU_ERROR] = {"_tau_stderr", "standard error of the integrated autocorrelation time of", false},
    [ESS] = {"_ess", "effective number of independent samples, over all chains, of", false},
    [MEAN_ERROR] = {"_ess_stderr", "standard error by autocorrelation alone of", true},
    [RHAT] = {"_rhat", "split R-hat of", false},
    [DRIFT] = {"_drift", "first fifth less last half of the chains, in standard errors, of", false},
};

static void set(double *array[ARRAYS], size_t cell, const ulam_chain_diagnosis *found, uint64_t every)
{
    array[TAU][cell] = found->tau * (double)every;
    array[TAU_ERROR][cell] = found->tau_error * (double)every;
    array[ESS][cell] = found->ess;
    array[MEAN_ERROR][cell] = found->mean_error;
    array[RHAT][cell] = found->rhat;
    array[DRIFT][cell] = found->drift;
}

static void add_warning(ulam_results_group *self, const char *text)
{
    char **grown = realloc(self->warnings, (self->n_warnings + 1) * sizeof *grown);
    if (grown) self->warnings = grown;
    if (grown && (grown[self->n_warnings] = strdup(text)))
        self->n_warnings++;
    else
        ulam_h5_fail_memory(self->group.h5);
}

/* "point 3, energy[2]: chains of ..." */
static void warn(ulam_results_group *self, size_t point, size_t element, const ulam_chain_diagnosis *found)
{
    char text[ULAM_CHAIN_WARNING_SIZE], line[ULAM_CHAIN_WARNING_SIZE + 128];
    ulam_chain_warning(found, text);
    if (!*text || self->found_warnings++ >= MOST_WARNINGS) return;
    char *name = ulam_job_element_name(self->job, element);
    if (!name) {
        ulam_h5_fail_memory(self->group.h5);
        return;
    }
    if (self->job->n_points > 1)
        snprintf(line, sizeof line, "point %zu, %s: %s", point, name, text);
    else
        snprintf(line, sizeof line, "%s: %s", name, text);
    free(name);
    add_warning(self, line);
}

static void fill(ulam_results_group *self, size_t observable, double *array[ARRAYS])
{
    const ulam_extent *extent = &self->job->extents[observable];
    for (size_t p = 0; p < self->job->n_points && self->group.h5->status == ULAM_OK; p++)
        for (size_t i = 0; i < extent->length; i++) {
            ulam_chain_diagnosis found;
            const ulam_status status = ulam_state_diagnose(self->state, p, extent->offset + i, &found);
            if (status == ULAM_ENOMEM) ulam_h5_fail_memory(self->group.h5);
            for (size_t k = 0; k < ARRAYS && status; k++) array[k][p * extent->length + i] = NAN;
            if (status) continue;
            set(array, p * extent->length + i, &found, self->job->chain.every);
            warn(self, p, extent->offset + i, &found);
        }
}

void ulam_write_chains(ulam_results_group *self, size_t observable, const ulam_elements *elements)
{
    const size_t cells = self->job->n_points * self->job->extents[observable].length;
    double *array[ARRAYS] = {0};
    if (!ulam_job_has_chains(self->job)) return;
    double *values = calloc(cells + 1, ARRAYS * sizeof *values);
    if (!values) {
        ulam_h5_fail_memory(self->group.h5);
        return;
    }
    for (size_t k = 0; k < ARRAYS; k++) array[k] = values + k * cells;
    fill(self, observable, array);
    for (size_t k = 0; k < ARRAYS; k++) {
        const ulam_results_array of = {.observable = observable,
                                       .suffix = meanings[k].suffix,
                                       .words = meanings[k].words,
                                       .has_unit = meanings[k].has_unit,
                                       .elements = elements};
        ulam_results_put(self, &of, ULAM_H5_REAL, array[k]);
    }
    free(values);
}

void ulam_write_warnings(ulam_results_group *self)
{
    if (self->found_warnings > MOST_WARNINGS) {
        char text[64];
        snprintf(text, sizeof text, "and %zu more", self->found_warnings - MOST_WARNINGS);
        add_warning(self, text);
    }
    if (self->n_warnings)
        ulam_h5_put_words(self->group.h5, self->group.group, "warnings", (const char *const *)self->warnings,
                          self->n_warnings);
    for (size_t i = 0; i < self->n_warnings; i++) free(self->warnings[i]);
    free(self->warnings);
}
