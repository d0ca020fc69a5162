#include <stdio.h>
#include <string.h>

#include <ulam/model.h>

#include "interval.h"
#include "model_names.h"
#include "model_parts.h"
#include "shown.h"
#include "value.h"

enum {
    LONGEST_NAME = 64,
    LONGEST_ARRAY = 1 << 24
};

/* What the result file adds to an observable's name. */
static const char *const suffixes[] = {"_stderr",
                                       "_sd",
                                       "_skewness",
                                       "_excess_kurtosis",
                                       "_min",
                                       "_max",
                                       "_exact",
                                       "_difference",
                                       "_controlled",
                                       "_variance_reduction",
                                       "_tau",
                                       "_ess",
                                       "_rhat",
                                       "_drift",
                                       "_antithetic_reduction",
                                       "_low",
                                       "_high",
                                       "_quantile",
                                       "_quantile_level",
                                       "_histogram",
                                       "_histogram_bin",
                                       "_histogram_edge",
                                       "_histogram_edges",
                                       "_histogram_below",
                                       "_histogram_above"};

static bool is_identifier(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if (!name || !*name || !strchr(letters, *name) || strlen(name) > LONGEST_NAME) return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(name);
}

static ulam_status check_name(const char *what, const char *name, ulam_error *error)
{
    if (is_identifier(name)) return ULAM_OK;
    return ulam_fail(error, ULAM_EINVAL,
                     "the name of %s is '%s', expected letters, digits and underscores, a letter first, at most 64",
                     what, name ? ulam_show(name).text : "(null)");
}

/* Names that stand for something else where results are: counts, and the dimension of points that advance together. */
static bool is_taken(const char *name)
{
    if (!strcmp(name, "runs") || !strcmp(name, "failed") || !strcmp(name, "point")) return true;
    return !strncmp(name, "point_", 6) && name[6] && strspn(name + 6, "0123456789") == strlen(name + 6);
}

/* Exactly those units by which xarray would turn numbers into times. */
static ulam_status check_unit(const char *of, const char *unit, ulam_error *error)
{
    static const char *const words[][2] = {
        {"days", "d"},          {"hours", "h"},         {"minutes", "min"},    {"seconds", "s"},
        {"milliseconds", "ms"}, {"microseconds", "us"}, {"nanoseconds", "ns"}, {NULL, NULL}};
    if (!unit) return ULAM_OK;
    for (size_t i = 0; words[i][0]; i++)
        if (!strcmp(unit, words[i][0]))
            return ulam_fail(
                error, ULAM_EINVAL,
                "the unit of %s is '%s', which xarray would read as a time instead of a number; write '%s'", of, unit,
                words[i][1]);
    if (strstr(unit, "since"))
        return ulam_fail(error, ULAM_EINVAL,
                         "the unit of %s is '%s', which xarray would read as a date: it may not hold 'since'", of,
                         ulam_show(unit).text);
    return ULAM_OK;
}

static ulam_status check_interval(const char *of, const char *what, const char *text, bool allowed, ulam_error *error)
{
    ulam_interval interval;
    if (!text) return ULAM_OK;
    if (!allowed) return ulam_fail(error, ULAM_EINVAL, "%s has %s, which its type does not take", of, what);
    if (ulam_interval_read(&interval, text)) return ULAM_OK;
    return ulam_fail(error, ULAM_EINVAL,
                     "the %s of %s is '%s', expected an interval such as \"[0, 1)\" or \"(0, inf)\"", what, of,
                     ulam_show(text).text);
}

static ulam_status check_choices(const ulam_parameter *self, ulam_error *error)
{
    const char *const *words = self->choices;
    if (self->type != ULAM_CHOICE)
        return words ? ulam_fail(error, ULAM_EINVAL, "%s has choices, which its type does not take", self->name)
                     : ULAM_OK;
    if (!words || !words[0]) return ulam_fail(error, ULAM_EINVAL, "%s is a choice without choices", self->name);
    for (size_t i = 0; words[i]; i++) {
        if (!*words[i] || strpbrk(words[i], "\n\r\t,"))
            return ulam_fail(error, ULAM_EINVAL, "%s has the choice '%s', expected a word", self->name,
                             ulam_show(words[i]).text);
        for (size_t j = 0; j < i; j++)
            if (!strcmp(words[i], words[j]))
                return ulam_fail(error, ULAM_EINVAL, "%s has the choice '%s' twice", self->name, words[i]);
    }
    return ULAM_OK;
}

static ulam_status check_default(const ulam_parameter *self, ulam_error *error)
{
    if (!self->default_value) return ULAM_OK;
    if (self->type == ULAM_FILE)
        return ulam_fail(error, ULAM_EINVAL, "%s is a file and has a default; a job must name its files", self->name);
    ulam_yaml tree;
    ulam_value value;
    const char *text = self->default_value;
    ulam_status status = ulam_yaml_read(&tree, "the default", false, text, strlen(text), error);
    if (!status && !tree.root)
        status = ulam_fail(error, ULAM_EINVAL, "the default of %s is empty; of a text, write it \"''\"", self->name);
    if (!status) status = ulam_value_read_node(self, tree.root, &tree.arena, NULL, &value, error);
    ulam_yaml_free(&tree);
    return status;
}

ulam_status ulam_model_check_parameter(const ulam_model *model, size_t index, ulam_error *error)
{
    const ulam_parameter *self = &model->parameters[index];
    const bool numeric = self->type == ULAM_REAL || self->type == ULAM_INTEGER || self->type == ULAM_REALS;
    ulam_status status = check_name("a parameter", self->name, error);
    if (status) return status;
    if (is_taken(self->name))
        return ulam_fail(error, ULAM_EINVAL, "a parameter may not be named '%s', which the result file uses",
                         self->name);
    for (size_t i = 0; i < index; i++)
        if (!strcmp(self->name, model->parameters[i].name))
            return ulam_fail(error, ULAM_EINVAL, "two parameters are named '%s'", self->name);
    if ((unsigned)self->type > ULAM_REALS)
        return ulam_fail(error, ULAM_EINVAL, "the type of %s is %d, which is none", self->name, (int)self->type);
    if (!(status = check_unit(self->name, self->unit, error)) &&
        !(status = check_interval(self->name, "bounds", self->bounds, numeric, error)) &&
        !(status = check_interval(self->name, "length", self->length, self->type == ULAM_REALS, error)) &&
        !(status = check_choices(self, error)))
        status = check_default(self, error);
    return status;
}

static const ulam_parameter *find_parameter(const ulam_model *model, const char *name)
{
    for (size_t i = 0; i < model->n_parameters; i++)
        if (!strcmp(model->parameters[i].name, name)) return &model->parameters[i];
    return NULL;
}

/* Whether name is another one with a suffix of the result file behind it. */
static const char *suffix_behind(const char *name, const char *other)
{
    const size_t length = strlen(other);
    if (strncmp(name, other, length)) return NULL;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (!strcmp(name + length, suffixes[i])) return suffixes[i];
    return NULL;
}

/* What a result file holds beside parameters; of is "an observable" or the like. */
static ulam_status check_result_name(const ulam_model *model, const char *of, const char *name, ulam_error *error)
{
    const ulam_status status = check_name(of, name, error);
    if (status) return status;
    const size_t length = strlen(name);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        const size_t end = strlen(suffixes[i]);
        if (length >= end && !strcmp(name + length - end, suffixes[i]))
            return ulam_fail(error, ULAM_EINVAL, "%s may not end in '%s', which the result file adds, as '%s' does", of,
                             suffixes[i], name);
    }
    if (is_taken(name) || !strcmp(name, "covariance") || !strcmp(name, "correlation"))
        return ulam_fail(error, ULAM_EINVAL, "%s may not be named '%s', which the result file uses", of, name);
    for (size_t i = 0; i < model->n_parameters; i++) {
        const char *parameter = model->parameters[i].name;
        if (!strcmp(parameter, name) || suffix_behind(parameter, name))
            return ulam_fail(error, ULAM_EINVAL,
                             "the parameter '%s' and %s '%s' would have one name in the result file", parameter,
                             of + strcspn(of, " ") + 1, name);
    }
    return ULAM_OK;
}

static ulam_status check_observable_name(const ulam_model *model, size_t index, ulam_error *error)
{
    const char *name = model->observables[index].name;
    const ulam_status status = check_result_name(model, "an observable", name, error);
    for (size_t i = 0; i < index && !status; i++)
        if (!strcmp(name, model->observables[i].name))
            return ulam_fail(error, ULAM_EINVAL, "two observables are named '%s'", name);
    return status;
}

ulam_status ulam_derived_check(const ulam_model *model, const ulam_derived *derived, ulam_error *error)
{
    ulam_status status = check_result_name(model, "a derived quantity", derived->name, error);
    if (!status) status = check_unit(derived->name, derived->unit, error);
    for (size_t i = 0; i < model->n_observables && !status; i++)
        if (!strcmp(derived->name, model->observables[i].name))
            return ulam_fail(error, ULAM_EINVAL, "a derived quantity may not be named '%s', as an observable is",
                             derived->name);
    for (size_t i = 0; i < model->n_derived && !status && derived != &model->derived[i]; i++)
        if (!strcmp(derived->name, model->derived[i].name))
            return ulam_fail(error, ULAM_EINVAL, "two derived quantities are named '%s'", derived->name);
    if (!status && find_parameter(model, derived->name))
        return ulam_fail(error, ULAM_EINVAL, "a derived quantity may not be named '%s', as a parameter is",
                         derived->name);
    return status;
}

static ulam_status check_derived(const ulam_model *model, size_t index, ulam_error *error)
{
    const ulam_derived *self = &model->derived[index];
    const ulam_status status = ulam_derived_check(model, self, error);
    if (status || !self->expression != !self->of) return status;
    return ulam_fail(error, ULAM_EINVAL, "'%s' has %s, expected an expression or a function", self->name,
                     self->of ? "both an expression and a function" : "neither an expression nor a function");
}

static ulam_status check_dimension(const ulam_model *model, size_t index, ulam_error *error)
{
    const ulam_observable *self = &model->observables[index];
    char made[LONGEST_NAME + 8];
    snprintf(made, sizeof made, "%s_index", self->name);
    const char *name = self->dimension ? self->dimension : made;
    ulam_status status = self->dimension ? check_name("a dimension", name, error) : ULAM_OK;
    if (!status) status = check_unit(name, self->dimension_unit, error);
    if (status) return status;
    if (is_taken(name) || find_parameter(model, name))
        return ulam_fail(error, ULAM_EINVAL, "the dimension '%s' of '%s' has a name that is taken", name, self->name);
    for (size_t i = 0; i < model->n_observables; i++) {
        const ulam_observable *other = &model->observables[i];
        if (!strcmp(name, other->name) || suffix_behind(name, other->name))
            return ulam_fail(error, ULAM_EINVAL, "the dimension '%s' of '%s' has an observable's name", name,
                             self->name);
        if (i >= index || !other->dimension || strcmp(name, other->dimension)) continue;
        const bool same_source = !self->length_from == !other->length_from &&
                                 (!self->length_from || !strcmp(self->length_from, other->length_from));
        if (!same_source || self->length != other->length || self->coordinate != other->coordinate)
            return ulam_fail(error, ULAM_EINVAL,
                             "'%s' and '%s' share the dimension '%s' but differ in its length or coordinates",
                             self->name, other->name, name);
    }
    return ULAM_OK;
}

ulam_status ulam_model_check_observable(const ulam_model *model, size_t index, ulam_error *error)
{
    const ulam_observable *self = &model->observables[index];
    ulam_status status = check_observable_name(model, index, error);
    if (!status) status = check_unit(self->name, self->unit, error);
    if (status) return status;
    if ((unsigned)self->kind > ULAM_COUNT)
        return ulam_fail(error, ULAM_EINVAL, "the kind of '%s' is %d, which is none", self->name, (int)self->kind);
    if (self->length > LONGEST_ARRAY)
        return ulam_fail(error, ULAM_EINVAL, "'%s' has %zu elements, expected at most %d", self->name, self->length,
                         (int)LONGEST_ARRAY);
    if (self->length_from) {
        const ulam_parameter *length = find_parameter(model, self->length_from);
        if (self->length || !length || length->type != ULAM_INTEGER)
            return ulam_fail(error, ULAM_EINVAL, "the length of '%s' is to come from '%s', expected %s", self->name,
                             ulam_show(self->length_from).text,
                             self->length ? "either a length or length_from" : "an integer parameter");
    }
    if (self->length || self->length_from) return check_dimension(model, index, error);
    if (self->dimension || self->dimension_unit || self->coordinate)
        return ulam_fail(error, ULAM_EINVAL, "'%s' is a scalar and has a dimension", self->name);
    return ULAM_OK;
}

static ulam_status check_run(const ulam_model *model, ulam_error *error)
{
    const ulam_chain *chain = model->chain;
    if (!chain) return model->run ? ULAM_OK : ulam_fail(error, ULAM_EINVAL, "it has no run function");
    if (model->run || model->run_lanes)
        return ulam_fail(error, ULAM_EINVAL, "it is a chain and has a run function too, expected one of the two");
    if (!chain->size || !chain->init || !chain->sweep || !chain->measure)
        return ulam_fail(error, ULAM_EINVAL, "its chain lacks one of the functions size, init, sweep and measure");
    const ulam_bundle *bundle = chain->bundle;
    if (bundle && (!bundle->size || !bundle->init || !bundle->sweep || !bundle->measure))
        return ulam_fail(error, ULAM_EINVAL, "its bundle lacks one of the functions size, init, sweep and measure");
    for (size_t i = 0; i < model->n_observables; i++)
        if (model->observables[i].may_be_nan)
            return ulam_fail(error, ULAM_EINVAL, "'%s' may be NaN, which a chain's observable may not",
                             model->observables[i].name);
    return ULAM_OK;
}

static ulam_status check_declaration(const ulam_model *model, ulam_error *error)
{
    ulam_status status = ULAM_OK;
    for (size_t i = 0; i < model->n_parameters && !status; i++) status = ulam_model_check_parameter(model, i, error);
    if (!status && model->n_observables == 0) status = ulam_fail(error, ULAM_EINVAL, "it declares no observable");
    for (size_t i = 0; i < model->n_observables && !status; i++) status = ulam_model_check_observable(model, i, error);
    for (size_t i = 0; i < model->n_derived && !status; i++) status = check_derived(model, i, error);
    if (!status) status = check_run(model, error);
    if (!status && model->teardown && !model->setup)
        status = ulam_fail(error, ULAM_EINVAL, "it has a teardown but no setup function");
    return status;
}

ulam_status ulam_model_check(const ulam_model *model, ulam_error *error)
{
    ulam_error own = {0};
    if (!error) error = &own;
    if (model->interface != ULAM_MODEL_INTERFACE)
        return ulam_fail(error, ULAM_EINVAL, "a model for interface %u, expected %u: compile it against this version",
                         (unsigned)model->interface, (unsigned)ULAM_MODEL_INTERFACE);
    const ulam_status status = check_name("a model", model->name, error);
    if (status) return status;
    if (!check_declaration(model, error)) return ULAM_OK;
    return ulam_fail_within(error, "model '%s'", model->name);
}

const ulam_model *ulam_catalogue_find(const ulam_catalogue *catalogue, const char *name)
{
    size_t low = 0, high = catalogue->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(name, catalogue->models[middle]->name);
        if (order == 0) return catalogue->models[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}
