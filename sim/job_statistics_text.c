/* Statistics in words, for a job's identity; and elements by name. */

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job_parts.h"
#include "number.h"

static ulam_status put(ulam_bytes *bytes, const char *text) { return ulam_bytes_put(bytes, text, strlen(text)); }

static ulam_status put_real(ulam_bytes *bytes, double value)
{
    char text[ULAM_REAL_TEXT_SIZE];
    ulam_write_real(text, value);
    return put(bytes, text);
}

size_t ulam_job_observable_of(const ulam_job *self, size_t element)
{
    size_t i = 0;
    while (i + 1 < self->model->n_observables && self->extents[i + 1].offset <= element) i++;
    return i;
}

char *ulam_job_element_name(const ulam_job *self, size_t element)
{
    const size_t observable = ulam_job_observable_of(self, element);
    const ulam_extent *extent = &self->extents[observable];
    const char *name = self->model->observables[observable].name;
    const size_t size = strlen(name) + 24;
    char *text = malloc(size);
    if (text && extent->scalar) snprintf(text, size, "%s", name);
    if (text && !extent->scalar) snprintf(text, size, "%s[%zu]", name, element - extent->offset);
    return text;
}

static ulam_status put_element(const ulam_job *self, size_t element, ulam_bytes *bytes)
{
    char *name = ulam_job_element_name(self, element);
    const ulam_status status = name ? put(bytes, name) : ULAM_ENOMEM;
    free(name);
    return status;
}

/* The observable that begins with this element; NULL: none does, it is a further one of an array. */
static const char *begins(const ulam_job *self, size_t element)
{
    const size_t observable = ulam_job_observable_of(self, element);
    return self->extents[observable].offset == element ? self->model->observables[observable].name : NULL;
}

static ulam_status put_sketch(const ulam_job *self, const ulam_sketch_plan *plan, ulam_bytes *bytes)
{
    const char *name = begins(self, plan->element);
    if (!name) return ULAM_OK;
    ulam_status status = put(bytes, ", quantiles of ");
    if (!status) status = put(bytes, name);
    if (!status) status = put(bytes, " (accuracy ");
    if (!status) status = put_real(bytes, ldexp(1, -(int)plan->bits - 1));
    if (!status) status = put(bytes, " about ");
    if (!status) status = isnan(plan->centre) ? put(bytes, "the first median") : put_real(bytes, plan->centre);
    return status ? status : put(bytes, ")");
}

static ulam_status put_histogram(const ulam_job *self, const ulam_histogram_plan *plan, ulam_bytes *bytes)
{
    char bins[64];
    const char *name = begins(self, plan->element);
    if (!name) return ULAM_OK;
    snprintf(bins, sizeof bins, " (%zu bins, ", plan->bins);
    ulam_status status = put(bytes, ", histogram of ");
    if (!status) status = put(bytes, name);
    if (!status) status = put(bytes, bins);
    if (isnan(plan->low)) return status ? status : put(bytes, "the first range)");
    if (!status) status = put_real(bytes, plan->low);
    if (!status) status = put(bytes, " to ");
    if (!status) status = put_real(bytes, plan->high);
    return status ? status : put(bytes, ")");
}

static ulam_status put_pair(const ulam_job *self, const ulam_element_pair *pair, ulam_bytes *bytes)
{
    ulam_status status = put(bytes, ", covariance of ");
    if (!status) status = put_element(self, pair->first, bytes);
    if (!status) status = put(bytes, " and ");
    return status ? status : put_element(self, pair->second, bytes);
}

ulam_status ulam_job_write_statistics(const ulam_job *self, ulam_bytes *bytes)
{
    const ulam_statistics *kept = self->statistics;
    ulam_status status = put(bytes, "moments");
    for (size_t i = 0; kept && i < kept->n_sketches && !status; i++)
        status = put_sketch(self, &kept->sketches[i], bytes);
    for (size_t i = 0; kept && i < kept->n_histograms && !status; i++)
        status = put_histogram(self, &kept->histograms[i], bytes);
    for (size_t i = 0; kept && i < kept->n_pairs && !status; i++) status = put_pair(self, &kept->pairs[i], bytes);
    for (size_t i = 0; kept && i < kept->n_grouped && !status; i++) {
        status = put(bytes, ", groups of ");
        if (!status) status = put_element(self, kept->grouped[i], bytes);
    }
    return status;
}
