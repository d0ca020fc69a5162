/* Column: the values that one parameter takes at some points, as the file keeps them. */

#ifndef ULAM_COLUMN_H
#define ULAM_COLUMN_H

#include <stddef.h>

#include <ulam/job.h>

#include "hdf5_write.h"

typedef struct {
    ulam_h5_type type;
    size_t length;
    void *data;  /* [length] of type */
    char **text; /* [length]; what data points to, where the job has no such text itself */
} ulam_column;

/* Values of a parameter at the points 0, stride, 2 stride, ... ULAM_ENOMEM. Whatever it returns, ulam_column_free() may
 * be called. */
ulam_status ulam_column_init(ulam_column *self, const ulam_job *job, size_t parameter, size_t stride, size_t length);
void ulam_column_free(ulam_column *self);

/* An array in words, short enough to stand at every point: its first few elements, and how many there are. Owned by the
 * caller. NULL: out of memory. */
char *ulam_reals_text(const ulam_reals *reals);

#endif
