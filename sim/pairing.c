#include <stdlib.h>

#include "pairing.h"
#include "vectorised.h"

void ulam_pairing_free(ulam_pairing *self)
{
    free(self->value);
    *self = (ulam_pairing){0};
}

/* Halved before they are added, so that no mean of finite values overflows. */
VECTORISED static void pair_up(const double *restrict run, size_t pairs, double *restrict mean, double *restrict half)
{
    for (size_t i = 0; i < pairs; i++) {
        const double first = 0.5 * run[2 * i], second = 0.5 * run[2 * i + 1];
        mean[i] = first + second;
        half[i] = first - second;
    }
}

static ulam_status make_room(ulam_pairing *self, size_t values)
{
    if (values <= self->capacity) return ULAM_OK;
    ulam_pairing_free(self);
    self->value = malloc(values * sizeof *self->value);
    if (!self->value) return ULAM_ENOMEM;
    self->capacity = values;
    return ULAM_OK;
}

ulam_status ulam_pairing_make(ulam_pairing *self, const ulam_block_values *runs, size_t width, ulam_block_values *pairs)
{
    const size_t n = runs->n / 2, stride = (n + 7) / 8 * 8 | 8; /* so that elements do not compete in the cache */
    if (make_room(self, 2 * (width ? width : 1) * stride)) return ULAM_ENOMEM;
    double *half = self->value + width * stride;
    for (size_t e = 0; e < width; e++)
        pair_up(runs->value + e * runs->element_step, n, self->value + e * stride, half + e * stride);
    *pairs = (ulam_block_values){
        .value = self->value, .half = half, .n = n, .run_step = 1, .element_step = stride, .first = runs->first / 2};
    return ULAM_OK;
}
