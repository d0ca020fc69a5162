/* Pictures of a result: curves with error bars, or a heat map, before they are drawn. */

#ifndef ULAM_PICTURE_H
#define ULAM_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "result_file.h"

typedef enum {
    ULAM_PICTURE_CURVES,
    ULAM_PICTURE_HEAT_MAP, /* a curve is a row of cells, y their value, and stands at `at` */
} ulam_picture_kind;

typedef struct {
    char *label; /* in the key; NULL: there is one curve alone */
    double at;   /* of a heat map's row */
    size_t n;
    double *x, *y;      /* [n], owned */
    double *low, *high; /* [n], owned: the interval about y; NaN: not known; an end may be infinite */
    double *exact;      /* [n], owned: NaN where not known */
} ulam_curve;

typedef struct {
    ulam_picture_kind kind;
    char *title; /* owned, as all that follows */
    char *x_label, *y_label;
    char *value_label; /* of a heat map's colours; NULL for curves */
    char *key_title;   /* what tells the curves apart; NULL: nothing */
    char *interval;    /* what low and high are; empty: there are none */
    char **category;   /* [n_categories] names of x = 0, 1, ...; none: x is a number */
    size_t n_categories;
    bool log_x, log_y;  /* spaced by factors */
    bool joined;        /* points of a curve lie on a line that means something */
    bool stepped;       /* y[k] from x[k] to x[k + 1], 0 at both ends: a histogram */
    ulam_curve *curves; /* [n_curves] */
    size_t n_curves;
} ulam_picture;

typedef enum {
    ULAM_PICTURE_MEANS,
    ULAM_PICTURE_QUANTILES,   /* a curve a level */
    ULAM_PICTURE_HISTOGRAM,   /* a curve a point */
    ULAM_PICTURE_CONVERGENCE, /* means against runs, a curve a point; the result's trace has been read */
} ulam_picture_subject;

/* What the user asked to see; NULL: to be chosen. */
typedef struct {
    ulam_picture_subject subject;
    const char *y;         /* an observable, or an element of one: "profile[3]" */
    const char *x;         /* a swept parameter, or the index of an array */
    const char *by;        /* a swept parameter: a curve a value */
    const char *const *at; /* [n_at] of "name=value": where to cut through the other swept parameters */
    size_t n_at;
    bool heat_map;
} ulam_picture_request;

/* Chooses what of a result to show and collects it. What is not asked for follows from the sweep: the longest dimension of
 * numbers along x, the next with few values told apart by colour, two long ones as a heat map, the rest cut through in the middle,
 * which the title says. ULAM_EINVAL names what there is instead of what was asked for; ULAM_ENOMEM. Whatever it returns,
 * ulam_picture_free() may be called. */
ulam_status ulam_picture_choose(ulam_picture *self, const ulam_result *result, const ulam_picture_request *request,
                                ulam_error *error);
void ulam_picture_free(ulam_picture *self);

/* Adds a curve with room for n points, all NaN. The label is taken over, or NULL. NULL: out of memory. */
ulam_curve *ulam_picture_add_curve(ulam_picture *self, char *label, size_t n);

/* Whether there is no value in it to draw. */
bool ulam_picture_is_empty(const ulam_picture *self);

/* Whether exact values are known at half of the points or more. */
bool ulam_picture_has_exact(const ulam_picture *self);

#endif
