#include <stdint.h>
#include <stdlib.h>

#include "grow.h"

void *ulam_grow(void *array, size_t n, size_t *capacity, size_t size)
{
    if (n < *capacity) return array;
    if (*capacity > SIZE_MAX / 2 / size) return NULL;
    const size_t more = *capacity ? 2 * *capacity : 4;
    void *grown = realloc(array, more * size);
    if (grown) *capacity = more;
    return grown;
}
