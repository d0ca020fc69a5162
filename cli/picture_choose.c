#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ulam/nearest.h>

#include "picture.h"

/* Curves told apart by colour: more than these cannot be. */
enum {
    MOST_COLOURS = 8
};

static const size_t none = SIZE_MAX;

typedef struct {
    const ulam_result *result;
    const ulam_picture_request *request;
    ulam_error *error;
    const ulam_result_observable *y;
    size_t element;     /* of y, along whose index x does not run */
    bool along_element; /* x is the index of an array */
    size_t x, by;       /* indices into result->parameters; none */
    size_t *cut;        /* [n_dimensions] the index at which to cut; owned */
} choice;

/* Dimensions and points */

static size_t dimension_of(const choice *self, size_t parameter)
{
    const ulam_result *result = self->result;
    for (size_t d = 0; d < result->n_dimensions; d++)
        if (strcmp(result->dimensions[d].name, result->parameters[parameter].dimension) == 0) return d;
    return none;
}

static size_t length_of(const choice *self, size_t parameter)
{
    return self->result->dimensions[dimension_of(self, parameter)].length;
}

/* Points are in row-major order of the dimensions. */
static size_t stride_of(const choice *self, size_t dimension)
{
    size_t stride = 1;
    for (size_t d = self->result->n_dimensions; d-- > dimension + 1;) stride *= self->result->dimensions[d].length;
    return stride;
}

/* The point at index x along the parameter x and index by along the other; elsewhere at the cut. */
static size_t point_at(const choice *self, size_t x, size_t by)
{
    size_t point = 0;
    for (size_t d = 0; d < self->result->n_dimensions; d++) {
        size_t index = self->cut[d];
        if (self->by != none && dimension_of(self, self->by) == d) index = by;
        if (self->x != none && dimension_of(self, self->x) == d) index = x;
        point += index * stride_of(self, d);
    }
    return point;
}

static size_t point_along(const choice *self, size_t parameter, size_t index)
{
    return index * stride_of(self, dimension_of(self, parameter));
}

static const char *text_along(const choice *self, size_t parameter, size_t index)
{
    return self->result->parameters[parameter].text[point_along(self, parameter, index)];
}

/* What was asked for */

static size_t swept_by_name(const choice *self, const char *name)
{
    const ulam_result *result = self->result;
    for (size_t i = 0; i < result->n_swept; i++)
        if (strcmp(result->parameters[result->swept[i]].name, name) == 0) return result->swept[i];
    return none;
}

static ulam_status refuse_swept(const choice *self, const char *name)
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

static ulam_status refuse_observable(const choice *self, const char *name)
{
    const char *names[64] = {NULL};
    size_t n = 0;
    for (; n < self->result->n_observables && n < 64; n++) names[n] = self->result->observables[n].name;
    const char *near = ulam_nearest(name, names, n);
    return near ? ulam_fail(self->error, ULAM_EINVAL, "no observable '%s'; did you mean '%s'?", name, near)
                : ulam_fail(self->error, ULAM_EINVAL, "no observable '%s'; the first is '%s'", name, n ? names[0] : "");
}

/* "price", "profile", "profile[3]" */
static ulam_status find_y(choice *self, bool *whole_array)
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

static ulam_status find_cut(choice *self, const char *at)
{
    char name[128];
    const char *equals = strchr(at, '=');
    if (!equals || (size_t)(equals - at) >= sizeof name)
        return ulam_fail(self->error, ULAM_EINVAL, "--at takes NAME=VALUE, not '%s'", at);
    memcpy(name, at, (size_t)(equals - at));
    name[equals - at] = '\0';
    const size_t parameter = swept_by_name(self, name);
    if (parameter == none) return refuse_swept(self, name);
    char *end;
    const double value = strtod(equals + 1, &end);
    const bool number = end > equals + 1 && *end == '\0' && !self->result->parameters[parameter].is_text;
    for (size_t i = 0; i < length_of(self, parameter); i++) {
        const char *text = text_along(self, parameter, i);
        if (number ? strtod(text, NULL) != value : strcmp(text, equals + 1) != 0) continue;
        self->cut[dimension_of(self, parameter)] = i;
        return ULAM_OK;
    }
    return ulam_fail(self->error, ULAM_EINVAL, "'%s' has no value %s in this file; its first is %s", name, equals + 1,
                     text_along(self, parameter, 0));
}

/* What is to be chosen */

static bool is_free(const choice *self, size_t parameter, size_t longest)
{
    for (size_t i = 0; i < self->request->n_at; i++) {
        const char *at = self->request->at[i], *name = self->result->parameters[parameter].name;
        if (strncmp(at, name, strlen(name)) == 0 && at[strlen(name)] == '=') return false;
    }
    const size_t d = dimension_of(self, parameter), length = length_of(self, parameter);
    return length > 1 && length <= longest && (self->x == none || dimension_of(self, self->x) != d) &&
           (self->by == none || dimension_of(self, self->by) != d);
}

static size_t first_free(const choice *self, bool numbers, size_t longest)
{
    const ulam_result *result = self->result;
    for (size_t i = 0; i < result->n_swept; i++) {
        const size_t parameter = result->swept[i];
        if (is_free(self, parameter, longest) && (!numbers || !result->parameters[parameter].is_text)) return parameter;
    }
    return none;
}

/* Along x goes what has most values. */
static size_t longest_free(const choice *self, bool numbers)
{
    const ulam_result *result = self->result;
    size_t longest = none;
    for (size_t i = 0; i < result->n_swept; i++) {
        const size_t parameter = result->swept[i];
        if (!is_free(self, parameter, SIZE_MAX) || (numbers && result->parameters[parameter].is_text)) continue;
        if (longest == none || length_of(self, parameter) > length_of(self, longest)) longest = parameter;
    }
    return longest;
}

static ulam_status choose_axes(choice *self, ulam_picture *picture)
{
    const ulam_picture_request *request = self->request;
    if (request->x && self->y && !self->y->scalar && strcmp(request->x, self->y->dimension) == 0)
        self->along_element = true;
    else if (request->x && (self->x = swept_by_name(self, request->x)) == none)
        return refuse_swept(self, request->x);
    else if (request->x)
        self->along_element = false;
    if (request->by && (self->by = swept_by_name(self, request->by)) == none) return refuse_swept(self, request->by);
    if (request->by && self->x == self->by)
        return ulam_fail(self->error, ULAM_EINVAL, "'%s' can run along x or tell curves apart, not both", request->by);

    if (!self->along_element && self->x == none) self->x = longest_free(self, true);
    if (!self->along_element && self->x == none) self->x = longest_free(self, false);
    if (self->by == none && !request->heat_map) self->by = first_free(self, false, MOST_COLOURS);
    const bool numbers = self->x != none && !self->result->parameters[self->x].is_text;
    if (self->by == none && numbers && !self->along_element) {
        self->by = first_free(self, true, SIZE_MAX);
        if (self->by != none) picture->kind = ULAM_PICTURE_HEAT_MAP;
    }
    if (request->heat_map && picture->kind != ULAM_PICTURE_HEAT_MAP) {
        if (self->by == none || !numbers)
            return ulam_fail(self->error, ULAM_EINVAL, "a heat map needs two swept parameters that are numbers");
        picture->kind = ULAM_PICTURE_HEAT_MAP;
    }
    return ULAM_OK;
}

/* Texts */

static char *with_unit(const char *name, const char *unit)
{
    char *text = NULL;
    return asprintf(&text, unit ? "%s (%s)" : "%s", name, unit) < 0 ? NULL : text;
}

static char *name_of_y(const choice *self)
{
    char name[256];
    if (self->y->scalar || self->along_element) return with_unit(self->y->name, self->y->unit);
    snprintf(name, sizeof name, "%.200s[%zu]", self->y->name, self->element);
    return with_unit(name, self->y->unit);
}

/* "european: discounted payoff (maturity = 1)" */
static char *make_title(const choice *self)
{
    char *title = NULL;
    size_t size, cuts = 0;
    const ulam_result *result = self->result;
    FILE *out = open_memstream(&title, &size);
    if (!out) return NULL;
    fprintf(out, "%s: %s", result->model, self->y->help ? self->y->help : self->y->name);
    for (size_t i = 0; i < result->n_swept; i++) {
        const size_t parameter = result->swept[i], d = dimension_of(self, parameter);
        if (length_of(self, parameter) < 2) continue;
        if ((self->x != none && dimension_of(self, self->x) == d) ||
            (self->by != none && dimension_of(self, self->by) == d))
            continue;
        fprintf(out, "%s%s = %s", cuts++ ? ", " : " (", result->parameters[parameter].name,
                text_along(self, parameter, self->cut[d]));
    }
    if (cuts) putc(')', out);
    fclose(out);
    return title;
}

static bool make_texts(const choice *self, ulam_picture *picture)
{
    const ulam_result_parameter *x = self->x == none ? NULL : &self->result->parameters[self->x];
    const ulam_result_parameter *by = self->by == none ? NULL : &self->result->parameters[self->by];
    const bool heat = picture->kind == ULAM_PICTURE_HEAT_MAP;
    picture->title = make_title(self);
    picture->x_label = self->along_element ? with_unit(self->y->dimension, self->y->dimension_unit)
                       : x                 ? with_unit(x->name, x->unit)
                                           : strdup("");
    char *value = name_of_y(self);
    picture->value_label = heat ? value : NULL;
    picture->y_label = heat ? with_unit(by->name, by->unit) : value;
    picture->key_title = by && !heat ? with_unit(by->name, by->unit) : NULL;
    picture->interval = strdup("mean ± standard error");
    return picture->title && picture->x_label && value && picture->y_label && picture->interval &&
           (!by || heat || picture->key_title);
}

/* Numbers */

static void fill(const choice *self, ulam_curve *curve, size_t k, size_t point, size_t element, double x)
{
    const ulam_result_observable *y = self->y;
    const size_t index = point * y->length + element;
    curve->x[k] = x;
    curve->y[k] = y->mean[index];
    curve->low[k] = y->mean[index] - y->std_error[index];
    curve->high[k] = y->mean[index] + y->std_error[index];
    if (y->exact) curve->exact[k] = y->exact[index];
}

static bool is_text(const choice *self, size_t parameter)
{
    return parameter != none && self->result->parameters[parameter].is_text;
}

static bool collect_curve(const choice *self, ulam_picture *picture, size_t by)
{
    const bool along = self->along_element;
    const size_t n = along ? self->y->length : self->x == none ? 1 : length_of(self, self->x);
    const char *label = self->by == none ? NULL : text_along(self, self->by, by);
    ulam_curve *curve = ulam_picture_add_curve(picture, label ? strdup(label) : NULL, n);
    if (!curve) return false;
    if (label && !is_text(self, self->by)) curve->at = strtod(label, NULL);
    for (size_t k = 0; k < n; k++) {
        const size_t point = point_at(self, k, by), element = along ? k : self->element;
        double x = 0;
        if (along)
            x = self->y->coordinate[point_at(self, 0, by) * self->y->length + k];
        else if (self->x != none)
            x = is_text(self, self->x) ? (double)k : strtod(text_along(self, self->x, k), NULL);
        fill(self, curve, k, along ? point_at(self, 0, by) : point, element, x);
    }
    return true;
}

static bool collect_categories(const choice *self, ulam_picture *picture)
{
    if (self->along_element || !is_text(self, self->x)) return true;
    const size_t n = length_of(self, self->x);
    picture->category = calloc(n, sizeof *picture->category);
    if (!picture->category) return false;
    picture->n_categories = n;
    bool whole = true;
    for (size_t k = 0; k < n; k++) whole &= (picture->category[k] = strdup(text_along(self, self->x, k))) != NULL;
    return whole;
}

/* Equal factors between neighbours, over more than a decade. */
static bool is_geometric(const ulam_curve *curve)
{
    if (curve->n < 3 || !(curve->x[0] > 0) || !(curve->x[curve->n - 1] > 10 * curve->x[0])) return false;
    const double ratio = curve->x[1] / curve->x[0];
    for (size_t k = 1; k < curve->n; k++)
        if (!(fabs(curve->x[k] / curve->x[k - 1] / ratio - 1) < 0.05)) return false;
    return true;
}

static bool collect(const choice *self, ulam_picture *picture)
{
    const size_t n = self->by == none ? 1 : length_of(self, self->by);
    for (size_t by = 0; by < n; by++)
        if (!collect_curve(self, picture, by)) return false;
    picture->log_x = picture->kind == ULAM_PICTURE_CURVES && is_geometric(&picture->curves[0]);
    picture->joined = picture->kind == ULAM_PICTURE_CURVES && (self->along_element || !is_text(self, self->x));
    return collect_categories(self, picture) && make_texts(self, picture);
}

ulam_status ulam_picture_choose(ulam_picture *self, const ulam_result *result, const ulam_picture_request *request,
                                ulam_error *error)
{
    choice chosen = {.result = result, .request = request, .error = error, .x = none, .by = none};
    *self = (ulam_picture){0};
    chosen.cut = calloc(result->n_dimensions + 1, sizeof *chosen.cut);
    if (!chosen.cut) return ulam_fail_memory(error, "choosing a picture");
    for (size_t d = 0; d < result->n_dimensions; d++) chosen.cut[d] = result->dimensions[d].length / 2;
    ulam_status status = find_y(&chosen, &chosen.along_element);
    for (size_t i = 0; i < request->n_at && !status; i++) status = find_cut(&chosen, request->at[i]);
    if (!status) status = choose_axes(&chosen, self);
    if (!status && !collect(&chosen, self)) status = ulam_fail_memory(error, "collecting a picture");
    free(chosen.cut);
    return status;
}
