#include <string.h>

#include <ulam/utf8.h>

#include "result_file.h"

static void make_printable(char *text)
{
    const size_t size = text ? strlen(text) : 0;
    for (size_t at = 0; at < size;) {
        uint32_t code;
        const size_t length = ulam_utf8_next(text + at, size - at, &code);
        if (length == 0 || !ulam_utf8_printable(code)) memset(text + at, '?', length ? length : 1);
        at += length ? length : 1;
    }
}

static void clean_parameter(ulam_result_parameter *self, size_t n_points)
{
    make_printable(self->name);
    make_printable(self->unit);
    make_printable(self->dimension);
    for (size_t i = 0; i < n_points; i++) make_printable(self->text[i]);
}

static void clean_observable(ulam_result_observable *self)
{
    make_printable(self->name);
    make_printable(self->unit);
    make_printable(self->help);
    make_printable(self->dimension);
    make_printable(self->dimension_unit);
}

void ulam_result_make_printable(ulam_result *self)
{
    char *const heads[] = {self->model, self->version, self->until};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) make_printable(heads[i]);
    for (size_t i = 0; i < self->n_parameters; i++) clean_parameter(&self->parameters[i], self->n_points);
    for (size_t i = 0; i < self->n_dimensions; i++) make_printable(self->dimensions[i].name);
    for (size_t i = 0; i < self->n_observables; i++) clean_observable(&self->observables[i]);
    for (size_t i = 0; i < self->n_samples; i++) make_printable(self->samples[i]);
    for (size_t i = 0; i < self->n_warnings; i++) make_printable(self->warnings[i]);
    for (size_t i = 0; i < self->covariance.n; i++) make_printable(self->covariance.name[i]);
    for (size_t i = 0; i < self->n_failures; i++) make_printable(self->failures[i].cause);
    for (size_t i = 0; i < self->provenance.count; i++) {
        make_printable(self->provenance.sessions[i].start);
        make_printable(self->provenance.sessions[i].hosts);
    }
}
