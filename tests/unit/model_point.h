/* A point of a built-in model, spelled as "name=value name=value"; other parameters keep their defaults. */

#ifndef MODEL_POINT_H
#define MODEL_POINT_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ulam/models.h>

typedef struct {
    const ulam_model *model;
    ulam_value values[16];
    void *point; /* owned, if the model has a setup function */
    size_t width;
} model_point;

static inline void model_point_set(model_point *self, const ulam_parameter *parameter, const char *text)
{
    ulam_value *value = &self->values[parameter - self->model->parameters];
    char *end = NULL;
    switch (parameter->type) {
    case ULAM_REAL:
        value->real = strtod(text, &end);
        break;
    case ULAM_INTEGER:
        value->integer = strtoll(text, &end, 10);
        break;
    case ULAM_CHOICE:
        for (size_t k = 0; parameter->choices[k]; k++)
            if (!strcmp(parameter->choices[k], text)) {
                value->choice = k;
                return;
            }
        fail_msg("%s has no choice %s", parameter->name, text);
        return;
    default:
        fail_msg("%s has a type that no built-in model has", parameter->name);
    }
    if (!end || end == text || *end) fail_msg("%s=%s cannot be read", parameter->name, text);
}

static inline size_t model_point_length(const model_point *self, const ulam_observable *observable)
{
    for (size_t k = 0; observable->length_from && k < self->model->n_parameters; k++)
        if (!strcmp(self->model->parameters[k].name, observable->length_from)) return (size_t)self->values[k].integer;
    return observable->length ? observable->length : 1;
}

static inline const ulam_model *model_named(const char *name)
{
    const ulam_catalogue *catalogue = ulam_builtin_models();
    for (size_t k = 0; k < catalogue->count; k++)
        if (!strcmp(catalogue->models[k]->name, name)) return catalogue->models[k];
    fail_msg("no model %s", name);
    return NULL;
}

/* Reads the settings and calls setup, whose status it returns. */
static inline ulam_status model_point_open(model_point *self, const char *name, const char *settings, ulam_error *error)
{
    *self = (model_point){.model = model_named(name)};
    const ulam_model *model = self->model;
    for (size_t k = 0; k < model->n_parameters; k++)
        model_point_set(self, &model->parameters[k], model->parameters[k].default_value);

    char text[256];
    strcpy(text, settings);
    for (char *rest = text, *word; (word = strtok_r(rest, " ", &rest));) {
        char *value = strchr(word, '=');
        assert_non_null(value);
        *value++ = 0;
        size_t k = 0;
        while (k < model->n_parameters && strcmp(model->parameters[k].name, word)) k++;
        if (k == model->n_parameters) fail_msg("%s has no parameter %s", name, word);
        model_point_set(self, &model->parameters[k], value);
    }
    for (size_t k = 0; k < model->n_observables; k++) self->width += model_point_length(self, &model->observables[k]);

    if (!model->setup) {
        self->point = self->values;
        return ULAM_OK;
    }
    self->point = calloc(1, model->point_size);
    assert_non_null(self->point);
    return model->setup(self->values, self->point, error);
}

static inline void model_point_close(model_point *self)
{
    if (self->model->teardown) self->model->teardown(self->point);
    if (self->model->setup) free(self->point);
    self->point = NULL;
}

/* The exact means, as the observables stand in a run's numbers, into exact[width]; NaN where none is known. */
static inline void model_point_exact(const model_point *self, double *exact)
{
    for (size_t k = 0; k < self->model->n_observables; k++) {
        const ulam_observable *observable = &self->model->observables[k];
        const size_t length = model_point_length(self, observable);
        for (size_t i = 0; i < length; i++) exact[i] = NAN;
        if (observable->exact) observable->exact(self->values, exact);
        exact += length;
    }
}

/* The observable that element belongs to, and the element's place in it. */
static inline const char *model_point_name(const model_point *self, size_t element, size_t *index)
{
    const ulam_observable *observable = self->model->observables;
    while (element >= model_point_length(self, observable)) element -= model_point_length(self, observable++);
    *index = element;
    return observable->name;
}

static inline void model_point_run(const model_point *self, uint64_t key, uint64_t run, double *out)
{
    ulam_error failure = {0};
    ulam_rng rng;
    ulam_rng_start(&rng, key, run);
    rng.failure = &failure;
    self->model->run(self->point, &rng, out);
    if (failure.status) fail_msg("%s, run %llu: %s", self->model->name, (unsigned long long)run, failure.message);
}

#endif
