/* The name that was meant: what an error message suggests for a misspelt word. */

#ifndef ULAM_NEAREST_H
#define ULAM_NEAREST_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The nearest of names[n] to word by edit distance: insertions, deletions, replacements and swaps of neighbours cost 1, a
 * change of case 1/4. NULL when none is near enough to be a likely slip: within a third of the longer one's length. */
const char *ulam_nearest(const char *word, const char *const *names, size_t n);

#ifdef __cplusplus
}
#endif

#endif
