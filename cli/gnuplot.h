/* Drawing pictures with gnuplot. */

#ifndef ULAM_GNUPLOT_H
#define ULAM_GNUPLOT_H

#include <stdio.h>

#include "picture.h"

typedef enum {
    ULAM_GNUPLOT_PNG,
    ULAM_GNUPLOT_SVG,
    ULAM_GNUPLOT_PDF,
    ULAM_GNUPLOT_TERMINAL, /* letters, on standard output */
} ulam_gnuplot_format;

typedef struct {
    ulam_gnuplot_format format;
    const char *output;   /* file; NULL: standard output */
    size_t columns, rows; /* of a terminal */
    bool colour;          /* on a terminal */
} ulam_gnuplot_target;

/* Writes the script that draws the picture, its numbers included. Texts of the picture cannot become commands. */
void ulam_gnuplot_write(const ulam_picture *picture, const ulam_gnuplot_target *target, FILE *out);

/* Runs gnuplot on the script. ULAM_ESYSTEM: it is not installed, or failed, with what it said. */
ulam_status ulam_gnuplot_draw(const ulam_picture *picture, const ulam_gnuplot_target *target, ulam_error *error);

#endif
