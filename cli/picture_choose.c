#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ulam/nearest.h>

#include "picture_choice.h"

/* Curves told apart by colour: more than these cannot be. */
enum {
    MOST_COLOURS = 8
};

/* Dimensions and points */

size_t ulam_choice_dimension(const ulam_choice *self, size_t parameter)
{
    const ulam_result *result = self->result;
    for (size_t d = 0; d < result->n_dimensions; d++)
        if (strcmp(result->dimensions[d].name, result->parameters[parameter].dimension) == 0) return d;
    return ULAM_NO_PARAMETER;
}

size_t ulam_choice_length(const ulam_choice *self, size_t parameter)
{
    return self->result->dimensions[ulam_choice_dimension(self, parameter)].length;
}

/* Points are in row-major order of the dimensions. */
static size_t stride_of(const ulam_choice *self, size_t dimension)
{
    size_t stride = 1;
    for (size_t d = self->result->n_dimensions; d-- > dimension + 1;) stride *= self->result->dimensions[d].length;
    return stride;
}

size_t ulam_choice_point(const ulam_choice *self, size_t x, size_t by)
{
    size_t point = 0;
    for (size_t d = 0; d < self->result->n_dimensions; d++) {
        size_t index = self->cut[d];
        if (self->by != ULAM_NO_PARAMETER && ulam_choice_dimension(self, self->by) == d) index = by;
        if (self->x != ULAM_NO_PARAMETER && ulam_choice_dimension(self, self->x) == d) index = x;
        point += index * stride_of(self, d);
    }
    return point;
}

static size_t point_along(const ulam_choice *self, size_t parameter, size_t index)
{
    return index * stride_of(self, ulam_choice_dimension(self, parameter));
}

const char *ulam_choice_text(const ulam_choice *self, size_t parameter, size_t index)
{
    return self->result->parameters[parameter].text[point_along(self, parameter, index)];
}

/* What was asked for */

static size_t swept_by_name(const ulam_choice *self, const char *name)
{
    const ulam_result *result = self->result;
    for (size_t i = 0; i < result->n_swept; i++)
        if (strcmp(result->parameters[result->swept[i]].name, name) == 0) return result->swept[i];
    return ULAM_NO_PARAMETER;
}

static ulam_status refuse_swept(const ulam_choice *self, const char *name)
{
    const char *names[64] = {NULL};
    size_t n = 0;
    for (; n < self->result->n_swept && n < 64; n++) names[n] = self->result->parameters[self->result->swept[n]].name;
    const char *near = ulam_nearest(name, names, n);
    if (near) return ulam_fail(self->error, ULAM_EINVAL, "no swept parameter '%s'; did you mean '%s'?", name, near);
    if (n == 0)
        return ulam_fail(self->error, ULAM_EINVAL, "no swept parameter '%s': the file has a single point", name);
    return ulam_fail(self->error, ULAM_EINVAL, "no swept parameter '%s'; the first is '%s'", name, names[0]);
}

static ulam_status refuse_observable(const ulam_choice *self, const char *name)
{
    const char *names[64] = {NULL};
    size_t n = 0;
    for (; n < self->result->n_observables && n < 64; n++) names[n] = self->result->observables[n].name;
    const char *near = ulam_nearest(name, names, n);
    return near ? ulam_fail(self->error, ULAM_EINVAL, "no observable '%s'; did you mean '%s'?", name, near)
                : ulam_fail(self->error, ULAM_EINVAL, "no observable '%s'; the first is '%s'", name, n ? names[0] : "");
}

/* "price", "profile", "profile[3]" */
static ulam_status find_y(ulam_choice *self, bool *whole_array)
{
    const ulam_result *result = self->result;
    const char *asked = self->request->y;
    *whole_array = false;
    if (result->n_observables == 0) return ulam_fail(self->error, ULAM_EINVAL, "the file holds no observable");
    if (!asked) {
        self->y = &result->observables[0];
        for (size_t i = result->n_observables; i-- > 0;)
            if (result->observables[i].scalar) self->y = &result->observables[i];
        *whole_array = !self->y->scalar;
        return ULAM_OK;
    }
    const size_t length = strcspn(asked, "[");
    for (size_t i = 0; i < result->n_observables && !self->y; i++)
        if (strlen(result->observables[i].name) == length && memcmp(result->observables[i].name, asked, length) == 0)
            self->y = &result->observables[i];
    if (!self->y) return refuse_observable(self, asked);
    *whole_array = !self->y->scalar && asked[length] == '\0';
    if (asked[length] == '\0') return ULAM_OK;
    char *end;
    self->element = strtoull(asked + length + 1, &end, 10);
    if (self->y->scalar || !isdigit((unsigned char)asked[length + 1]) || strcmp(end, "]") != 0 ||
        self->element >= self->y->length)
        return ulam_fail(self->error, ULAM_EINVAL, "'%s' names no element: '%s' has %zu, counted from 0", asked,
                         self->y->name, self->y->scalar ? (size_t)0 : self->y->length);
    return ULAM_OK;
}

static ulam_status find_cut(ulam_choice *self, const char *at)
{
    char name[128];
    const char *equals = strchr(at, '=');
    if (!equals || (size_t)(equals - at) >= sizeof name)
        return ulam_fail(self->error, ULAM_EINVAL, "--at takes NAME=VALUE, not '%s'", at);
    memcpy(name, at, (size_t)(equals - at));
    name[equals - at] = '\0';
    const size_t parameter = swept_by_name(self, name);
    if (parameter == ULAM_NO_PARAMETER) return refuse_swept(self, name);
    char *end;
    const double value = strtod(equals + 1, &end);
    const bool number = end > equals + 1 && *end == '\0' && !self->result->parameters[parameter].is_text;
    for (size_t i = 0; i < ulam_choice_length(self, parameter); i++) {
        const char *text = ulam_choice_text(self, parameter, i);
        if (number ? strtod(text, NULL) != value : strcmp(text, equals + 1) != 0) continue;
        self->cut[ulam_choice_dimension(self, parameter)] = i;
        return ULAM_OK;
    }
    return ulam_fail(self->error, ULAM_EINVAL, "'%s' has no value %s in this file; its first is %s", name, equals + 1,
                     ulam_choice_text(self, parameter, 0));
}

/* What is to be chosen */

static bool is_cut(const ulam_choice *self, const char *name)
{
    for (size_t i = 0; i < self->request->n_at && name; i++) {
        const char *at = self->request->at[i];
        if (strncmp(at, name, strlen(name)) == 0 && at[strlen(name)] == '=') return true;
    }
    return false;
}

static bool is_free(const ulam_choice *self, size_t parameter, size_t longest)
{
    if (is_cut(self, self->result->parameters[parameter].name)) return false;
    const size_t d = ulam_choice_dimension(self, parameter), length = ulam_choice_length(self, parameter);
    return length > 1 && length <= longest &&
           (self->x == ULAM_NO_PARAMETER || ulam_choice_dimension(self, self->x) != d) &&
           (self->by == ULAM_NO_PARAMETER || ulam_choice_dimension(self, self->by) != d);
}

static size_t first_free(const ulam_choice *self, bool numbers, size_t longest)
{
    const ulam_result *result = self->result;
    for (size_t i = 0; i < result->n_swept; i++) {
        const size_t parameter = result->swept[i];
        if (is_free(self, parameter, longest) && (!numbers || !result->parameters[parameter].is_text)) return parameter;
    }
    return ULAM_NO_PARAMETER;
}

/* Along x goes what has most values. */
static size_t longest_free(const ulam_choice *self, bool numbers)
{
    const ulam_result *result = self->result;
    size_t longest = ULAM_NO_PARAMETER;
    for (size_t i = 0; i < result->n_swept; i++) {
        const size_t parameter = result->swept[i];
        if (!is_free(self, parameter, SIZE_MAX) || (numbers && result->parameters[parameter].is_text)) continue;
        if (longest == ULAM_NO_PARAMETER || ulam_choice_length(self, parameter) > ulam_choice_length(self, longest))
            longest = parameter;
    }
    return longest;
}

/* What a distribution or a course over the runs has along x is not the sweep. */
static bool has_own_x(const ulam_choice *self)
{
    return self->request->subject == ULAM_PICTURE_HISTOGRAM || self->request->subject == ULAM_PICTURE_CONVERGENCE;
}

static const char *why_no_trace(const ulam_result *result)
{
    if (!result->sweeps) return "no point has had 1024 runs and a whole block, or it is a later part";
    if (!result->until) return "of chains there is one where the job has targets (until)";
    return "no point's chains have been measured 1024 times, or it is a later part";
}

static ulam_status judge_subject(const ulam_choice *self)
{
    const ulam_picture_request *request = self->request;
    const char *name = self->y->name;
    if (request->subject != ULAM_PICTURE_MEANS && request->heat_map)
        return ulam_fail(self->error, ULAM_EINVAL, "a heat map shows means, and nothing else");
    if (has_own_x(self) && request->x)
        return ulam_fail(self->error, ULAM_EINVAL,
                         "'%s' cannot run along x in this picture; --by %s tells curves apart", request->x, request->x);
    if (request->subject == ULAM_PICTURE_QUANTILES && request->by)
        return ulam_fail(self->error, ULAM_EINVAL, "'%s' cannot tell curves apart: the quantiles do", request->by);
    if (request->subject == ULAM_PICTURE_HISTOGRAM && self->y->histogram.bins == 0)
        return ulam_fail(self->error, ULAM_EINVAL,
                         "the file keeps no histogram of '%s'; a job does with, say, histogram: {%s: {bins: 50}}", name,
                         name);
    if (request->subject == ULAM_PICTURE_QUANTILES && self->y->quantiles.n_levels == 0)
        return ulam_fail(
            self->error, ULAM_EINVAL,
            "the file keeps no quantiles of '%s'; a job does with, say, quantiles: {%s: [0.05, 0.5, 0.95]}", name,
            name);
    if (request->subject == ULAM_PICTURE_CONVERGENCE && (!self->y->scalar || self->y->derived))
        return ulam_fail(self->error, ULAM_EINVAL, "the file keeps no trace of '%s', which is %s", name,
                         self->y->scalar ? "derived" : "an array");
    if (request->subject == ULAM_PICTURE_CONVERGENCE && self->result->n_rungs == 0)
        return ulam_fail(self->error, ULAM_EINVAL, "the file has no trace: %s", why_no_trace(self->result));
    return ULAM_OK;
}

static ulam_status choose_axes(ulam_choice *self, ulam_picture *picture)
{
    const ulam_picture_request *request = self->request;
    if (request->x && self->y && !self->y->scalar && strcmp(request->x, self->y->dimension) == 0)
        self->along_element = true;
    else if (request->x && (self->x = swept_by_name(self, request->x)) == ULAM_NO_PARAMETER)
        return refuse_swept(self, request->x);
    else if (request->x)
        self->along_element = false;
    if (request->by && (self->by = swept_by_name(self, request->by)) == ULAM_NO_PARAMETER)
        return refuse_swept(self, request->by);
    if (request->by && self->x == self->by)
        return ulam_fail(self->error, ULAM_EINVAL, "'%s' can run along x or tell curves apart, not both", request->by);

    const char *twice = is_cut(self, request->x) ? request->x : is_cut(self, request->by) ? request->by : NULL;
    if (twice)
        return ulam_fail(self->error, ULAM_EINVAL, "'%s' is cut through by --at, and cannot stand in the picture too",
                         twice);
    if (has_own_x(self)) {
        self->along_element = false;
    } else if (!self->along_element && self->x == ULAM_NO_PARAMETER) {
        self->x = longest_free(self, true);
        if (self->x == ULAM_NO_PARAMETER) self->x = longest_free(self, false);
    }
    if (request->subject == ULAM_PICTURE_QUANTILES) return ULAM_OK;
    if (self->by == ULAM_NO_PARAMETER && !request->heat_map) self->by = first_free(self, false, MOST_COLOURS);
    const bool numbers = self->x != ULAM_NO_PARAMETER && !self->result->parameters[self->x].is_text;
    if (self->by == ULAM_NO_PARAMETER && numbers && !self->along_element) {
        self->by = first_free(self, true, SIZE_MAX);
        if (self->by != ULAM_NO_PARAMETER) picture->kind = ULAM_PICTURE_HEAT_MAP;
    }
    if (request->heat_map && picture->kind != ULAM_PICTURE_HEAT_MAP) {
        if (self->by == ULAM_NO_PARAMETER || !numbers)
            return ulam_fail(self->error, ULAM_EINVAL, "a heat map needs two swept parameters that are numbers");
        picture->kind = ULAM_PICTURE_HEAT_MAP;
    }
    return ULAM_OK;
}

ulam_status ulam_picture_choose(ulam_picture *self, const ulam_result *result, const ulam_picture_request *request,
                                ulam_error *error)
{
    ulam_choice chosen = {
        .result = result, .request = request, .error = error, .x = ULAM_NO_PARAMETER, .by = ULAM_NO_PARAMETER};
    *self = (ulam_picture){0};
    chosen.cut = calloc(result->n_dimensions + 1, sizeof *chosen.cut);
    if (!chosen.cut) return ulam_fail_memory(error, "choosing a picture");
    for (size_t d = 0; d < result->n_dimensions; d++) chosen.cut[d] = result->dimensions[d].length / 2;
    ulam_status status = find_y(&chosen, &chosen.along_element);
    for (size_t i = 0; i < request->n_at && !status; i++) status = find_cut(&chosen, request->at[i]);
    if (!status) status = judge_subject(&chosen);
    if (!status) status = choose_axes(&chosen, self);
    if (!status && !ulam_picture_collect(&chosen, self)) status = ulam_fail_memory(error, "collecting a picture");
    free(chosen.cut);
    return status;
}
