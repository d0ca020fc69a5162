/* What `ulam watch` shows of a result file at one moment. */

#ifndef ULAM_WATCH_FRAME_H
#define ULAM_WATCH_FRAME_H

#include <stdio.h>
#include <time.h>

#include "result_file.h"

typedef struct {
    size_t columns, rows; /* of the terminal; rows 0: no limit */
    size_t first;         /* the point at the top */
    bool colour;
} ulam_watch_view;

/* Writes the frame: at most view->rows lines of at most view->columns columns, each ended by '\n'. `written` is when the file
 * was. */
void ulam_watch_frame(const ulam_result *result, const char *file, time_t written, const ulam_watch_view *view,
                      FILE *out);

/* Points that a frame of so many rows has room for. */
size_t ulam_watch_room(size_t rows);

#endif
