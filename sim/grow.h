/* Arrays that grow by one element at a time. */

#ifndef ULAM_GROW_H
#define ULAM_GROW_H

#include <stddef.h>

/* Makes room for one more element in an owned array of n, each of so many bytes; a full one doubles. Returns the array, which
 * may have moved, or NULL without memory: it is as it was then. */
void *ulam_grow(void *array, size_t n, size_t *capacity, size_t size);

#endif
