#include <math.h>
#include <stdlib.h>

#include "picture.h"

static void free_curve(ulam_curve *self)
{
    free(self->label);
    free(self->x);
    free(self->y);
    free(self->low);
    free(self->high);
    free(self->exact);
}

void ulam_picture_free(ulam_picture *self)
{
    for (size_t i = 0; i < self->n_curves; i++) free_curve(&self->curves[i]);
    for (size_t i = 0; i < self->n_categories; i++) free(self->category[i]);
    free(self->curves);
    free(self->category);
    free(self->title);
    free(self->x_label);
    free(self->y_label);
    free(self->value_label);
    free(self->key_title);
    free(self->interval);
    *self = (ulam_picture){0};
}

static double *undefined(size_t n)
{
    double *values = malloc((n ? n : 1) * sizeof *values);
    for (size_t i = 0; values && i < n; i++) values[i] = NAN;
    return values;
}

ulam_curve *ulam_picture_add_curve(ulam_picture *self, char *label, size_t n)
{
    ulam_curve *curves = realloc(self->curves, (self->n_curves + 1) * sizeof *curves);
    if (!curves) {
        free(label);
        return NULL;
    }
    self->curves = curves;
    ulam_curve *curve = &curves[self->n_curves++];
    *curve = (ulam_curve){.label = label,
                          .n = n,
                          .x = undefined(n),
                          .y = undefined(n),
                          .low = undefined(n),
                          .high = undefined(n),
                          .exact = undefined(n)};
    return curve->x && curve->y && curve->low && curve->high && curve->exact ? curve : NULL;
}

bool ulam_picture_is_empty(const ulam_picture *self)
{
    for (size_t i = 0; i < self->n_curves; i++)
        for (size_t k = 0; k < self->curves[i].n; k++)
            if (isfinite(self->curves[i].y[k])) return false;
    return true;
}

bool ulam_picture_has_exact(const ulam_picture *self)
{
    size_t known = 0, n = 0;
    for (size_t i = 0; i < self->n_curves; i++) {
        n += self->curves[i].n;
        for (size_t k = 0; k < self->curves[i].n; k++) known += isnan(self->curves[i].exact[k]) ? 0 : 1;
    }
    return known && 2 * known >= n;
}
