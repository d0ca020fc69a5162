#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gnuplot.h"

/* Okabe and Ito's colours (2008): told apart by all kinds of eyes. Yellow, faint on white, is left out. */
static const char *const colours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                      "#56B4E9", "#E69F00", "#000000", "#7F7F7F"};

enum {
    N_COLOURS = sizeof colours / sizeof *colours
};

/* In single quotes gnuplot reads no escapes and runs no commands; control characters are replaced. */
static void put_text(const char *text, FILE *out)
{
    putc('\'', out);
    for (; *text; text++) {
        if (*text == '\'') putc('\'', out);
        putc(iscntrl((unsigned char)*text) ? '?' : *text, out);
    }
    putc('\'', out);
}

static void put_setting(const char *name, const char *text, FILE *out)
{
    if (!text) return;
    fprintf(out, "set %s ", name);
    put_text(text, out);
    fputs(" noenhanced\n", out);
}

static void put_number(double value, FILE *out)
{
    if (!isfinite(value))
        fputs(" NaN", out);
    else
        fprintf(out, " %.17g", value);
}

static void put_target(const ulam_gnuplot_target *target, FILE *out)
{
    switch (target->format) {
    case ULAM_GNUPLOT_PNG:
        fputs("set terminal pngcairo size 1200,800 font 'sans,18' linewidth 2\n", out);
        break;
    case ULAM_GNUPLOT_SVG:
        fputs("set terminal svg size 900,600 font 'sans,14' background 'white'\n", out);
        break;
    case ULAM_GNUPLOT_PDF:
        fputs("set terminal pdfcairo size 6in,4in font 'sans,12'\n", out);
        break;
    case ULAM_GNUPLOT_TERMINAL:
        fprintf(out, "set terminal dumb size %zu,%zu %s\n", target->columns, target->rows,
                target->colour ? "ansi" : "mono");
        break;
    }
    if (!target->output) return;
    fputs("set output ", out);
    put_text(target->output, out);
    putc('\n', out);
}

static void put_frame(const ulam_picture *picture, const ulam_gnuplot_target *target, FILE *out)
{
    put_target(target, out);
    fputs("set encoding utf8\n", out);
    put_setting("title", picture->title, out);
    put_setting("xlabel", picture->x_label, out);
    put_setting("ylabel", picture->y_label, out);
    put_setting("cblabel", picture->value_label, out);
    if (target->format != ULAM_GNUPLOT_TERMINAL)
        fputs("set border 3 linewidth 0.6\nset tics out nomirror scale 0.6\n", out);
    if (picture->log_x) fputs("set logscale x\n", out);
    if (picture->log_y) fputs("set logscale y\n", out);
    fputs("set style fill transparent solid 0.2 noborder\nset pointintervalbox 0\nset errorbars small\n", out);
}

static void put_categories(const ulam_picture *picture, FILE *out)
{
    fputs("set xtics (", out);
    for (size_t i = 0; i < picture->n_categories; i++) {
        if (i > 0) fputs(", ", out);
        put_text(picture->category[i], out);
        fprintf(out, " %zu", i);
    }
    fprintf(out, ") noenhanced\nset xrange [-0.5:%g]\n", (double)picture->n_categories - 0.5);
}

/* Curves */

/* Points with bars where they can be told apart, bands where they are many. */
static bool is_dense(const ulam_picture *picture) { return picture->joined && picture->curves[0].n > 60; }

/* An end of an interval; what is not known, or not finite, is drawn as nothing, for gnuplot would leave the point out. */
static double end_of(const ulam_curve *curve, size_t k, const double *ends)
{
    return isfinite(ends[k]) ? ends[k] : curve->y[k];
}

static void widen(double range[2], double value)
{
    if (!isfinite(value)) return;
    if (!(value >= range[0])) range[0] = value;
    if (!(value <= range[1])) range[1] = value;
}

/* A margin on either side; zero is an edge where it is near and nothing lies beyond it. */
static void put_range(const char *axis, const double range[2], bool from_zero, FILE *out)
{
    if (!(range[0] < range[1])) return;
    const double margin = 0.04 * (range[1] - range[0]);
    const bool at_zero = from_zero && range[0] >= 0 && range[0] < 0.25 * range[1];
    fprintf(out, "set %srange [%.17g:%.17g]\n", axis, at_zero ? -margin / 4 : range[0] - margin, range[1] + margin);
}

static void put_ranges(const ulam_picture *picture, FILE *out)
{
    double x[2] = {NAN, NAN}, y[2] = {NAN, NAN};
    for (size_t i = 0; i < picture->n_curves; i++) {
        const ulam_curve *curve = &picture->curves[i];
        for (size_t k = 0; k < curve->n; k++) {
            widen(x, curve->x[k]);
            widen(y, curve->y[k]);
            widen(y, curve->low[k]);
            widen(y, curve->high[k]);
            widen(y, curve->exact[k]);
        }
    }
    if (picture->n_categories)
        put_categories(picture, out);
    else if (!picture->log_x)
        put_range("x", x, false, out);
    if (!picture->log_y) put_range("y", y, true, out);
}

/* Points of several curves at the same category stand beside each other. */
static double shift_of(const ulam_picture *picture, size_t curve)
{
    if (!picture->n_categories || picture->n_curves < 2) return 0;
    return 0.5 * ((double)curve / (double)(picture->n_curves - 1) - 0.5);
}

static void put_curve_data(const ulam_picture *picture, size_t i, FILE *out)
{
    const ulam_curve *curve = &picture->curves[i];
    fprintf(out, "$curve%zu << END\n", i);
    for (size_t k = 0; k < curve->n; k++) {
        put_number(curve->x[k] + shift_of(picture, i), out);
        put_number(curve->y[k], out);
        put_number(end_of(curve, k, curve->low), out);
        put_number(end_of(curve, k, curve->high), out);
        put_number(curve->exact[k], out);
        putc('\n', out);
    }
    fputs("END\n", out);
}

/* The curve's entry in the key. */
static void put_curve_title(const ulam_picture *picture, size_t i, FILE *out)
{
    const char *title = picture->curves[i].label ? picture->curves[i].label : picture->interval;
    if (!*title) {
        fputs(" notitle", out);
        return;
    }
    fputs(" title ", out);
    put_text(title, out);
    fputs(" noenhanced", out);
}

static const char *exact_style(const ulam_picture *picture)
{
    return picture->joined && picture->curves[0].n > 1 ? "lines dashtype 2" : "points pointtype 2";
}

static void put_exact(const ulam_picture *picture, size_t i, FILE *out)
{
    const bool alone = picture->n_curves == 1;
    fprintf(out, "$curve%zu using 1:5 with %s linewidth 1 linecolor rgb '%s' %s, \\\n     ", i, exact_style(picture),
            alone ? "#7F7F7F" : colours[i % N_COLOURS], alone ? "title 'exact'" : "notitle");
}

/* Among several curves, what the marks mean stands below them in grey. */
static void put_legend(const ulam_picture *picture, FILE *out)
{
    if (picture->n_curves < 2 || !*picture->interval) return;
    fprintf(out, ", \\\n     keyentry with %s linecolor rgb '#7F7F7F' title ",
            is_dense(picture) ? "filledcurves" : "yerrorbars pointtype 7 pointsize 0.6 linewidth 1");
    put_text(picture->interval, out);
    if (ulam_picture_has_exact(picture))
        fprintf(out, ", \\\n     keyentry with %s linewidth 1 linecolor rgb '#7F7F7F' title 'exact'",
                exact_style(picture));
}

static void put_curve(const ulam_picture *picture, size_t i, FILE *out)
{
    const char *colour = colours[i % N_COLOURS];
    if (picture->stepped) {
        if (picture->n_curves == 1)
            fprintf(out, "$curve%zu using 1:2 with fillsteps linecolor rgb '%s' notitle, \\\n     ", i, colour);
        fprintf(out, "$curve%zu using 1:2 with steps linewidth 1.5 linecolor rgb '%s'", i, colour);
    } else if (is_dense(picture)) {
        fprintf(out, "$curve%zu using 1:3:4 with filledcurves linecolor rgb '%s' notitle, \\\n     ", i, colour);
        fprintf(out, "$curve%zu using 1:2 with lines linewidth 1.5 linecolor rgb '%s'", i, colour);
    } else {
        if (picture->joined && !ulam_picture_has_exact(picture))
            fprintf(out, "$curve%zu using 1:2 with lines linewidth 0.5 linecolor rgb '%s' notitle, \\\n     ", i,
                    colour);
        fprintf(out, "$curve%zu using 1:2:3:4 with yerrorbars pointtype 7 pointsize 0.6 linewidth 1 linecolor rgb '%s'",
                i, colour);
    }
    put_curve_title(picture, i, out);
}

static void put_key(const ulam_picture *picture, FILE *out)
{
    if (picture->n_curves < 2) {
        fputs("set key top right reverse Left samplen 2\n", out);
        return;
    }
    fputs("set key outside right center reverse Left samplen 1.5 title ", out);
    put_text(picture->key_title ? picture->key_title : "", out);
    fputs(" noenhanced\n", out);
}

static void put_curves(const ulam_picture *picture, FILE *out)
{
    put_key(picture, out);
    put_ranges(picture, out);
    for (size_t i = 0; i < picture->n_curves; i++) put_curve_data(picture, i, out);
    fputs("plot ", out);
    for (size_t i = 0; i < picture->n_curves && ulam_picture_has_exact(picture); i++) put_exact(picture, i, out);
    for (size_t i = 0; i < picture->n_curves; i++) {
        if (i > 0) fputs(", \\\n     ", out);
        put_curve(picture, i, out);
    }
    put_legend(picture, out);
    putc('\n', out);
}

/* Heat maps */

/* Cells reach half-way to their neighbours. */
static void put_edges(double before, double at, double behind, FILE *out)
{
    put_number(isnan(before) ? at - (behind - at) / 2 : (before + at) / 2, out);
    put_number(isnan(behind) ? at + (at - before) / 2 : (at + behind) / 2, out);
}

static void put_heat_map(const ulam_picture *picture, FILE *out)
{
    fputs("unset key\nset palette defined (0 '#440154', 0.25 '#3b528b', 0.5 '#21918c', 0.75 '#5ec962', 1 '#fde725')\n"
          "set style fill solid 1 noborder\nset autoscale fix\n"
          "$cells << END\n",
          out);
    for (size_t i = 0; i < picture->n_curves; i++) {
        const ulam_curve *row = &picture->curves[i];
        for (size_t k = 0; k < row->n; k++) {
            put_number(row->x[k], out);
            put_number(row->at, out);
            put_edges(k ? row->x[k - 1] : NAN, row->x[k], k + 1 < row->n ? row->x[k + 1] : NAN, out);
            put_edges(i ? picture->curves[i - 1].at : NAN, row->at,
                      i + 1 < picture->n_curves ? picture->curves[i + 1].at : NAN, out);
            put_number(row->y[k], out);
            putc('\n', out);
        }
    }
    fputs("END\nplot $cells using 1:2:3:4:5:6:7 with boxxyerror linecolor palette\n", out);
}

void ulam_gnuplot_write(const ulam_picture *picture, const ulam_gnuplot_target *target, FILE *out)
{
    put_frame(picture, target, out);
    if (picture->kind == ULAM_PICTURE_HEAT_MAP)
        put_heat_map(picture, out);
    else
        put_curves(picture, out);
}
