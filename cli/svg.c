#include <math.h>
#include <stdlib.h>

#include "estimate.h"
#include "html.h"
#include "show_printer.h"

/* In units of the view box, which the page scales. */
static const double width = 720, height = 420, left = 78, right = 16, top = 12, bottom = 56;

enum {
    N_COLOURS = 8,     /* classes c0 to c7 of the page's style */
    MOST_FOCUS = 600,  /* marks that the keyboard stops at */
    MOST_MARKS = 5000, /* of more, bands are drawn */
    WANTED_TICKS = 6
};

typedef struct {
    double low, high;
    bool log;
    double from, to; /* on the page */
} scale;

typedef struct {
    const ulam_picture *picture;
    scale x, y;
    double value[2]; /* of a heat map */
    bool focus;
    bool bands; /* marks are too many to be told apart */
    FILE *out;
} drawing;

static double place(const scale *self, double value)
{
    const double share = self->log ? log(value / self->low) / log(self->high / self->low)
                                   : (value - self->low) / (self->high - self->low);
    return self->from + share * (self->to - self->from);
}

static void widen(double range[2], double value)
{
    if (!isfinite(value)) return;
    if (!(value >= range[0])) range[0] = value;
    if (!(value <= range[1])) range[1] = value;
}

/* A range that is not empty, with a margin; zero is an edge where it is near. */
static void settle(scale *self, const double range[2], double margin, bool from_zero)
{
    self->low = isnan(range[0]) ? 0 : range[0];
    self->high = isnan(range[1]) ? 1 : range[1];
    if (self->log) {
        if (!(self->low > 0)) self->low = self->high = 1;
        if (self->low == self->high) {
            self->low /= 2;
            self->high *= 2;
        }
        const double factor = pow(self->high / self->low, margin);
        self->low /= factor;
        self->high *= factor;
        return;
    }
    if (self->low == self->high) {
        const double half = self->low == 0 ? 1 : 0.1 * fabs(self->low);
        self->low -= half;
        self->high += half;
    }
    const double space = margin * (self->high - self->low);
    const bool at_zero = from_zero && self->low >= 0 && self->low < 0.25 * self->high;
    self->low = at_zero ? 0 : self->low - space;
    self->high += space;
}

/* Half-way to the neighbours (NaN: none); at an end as far as on the other side. */
static void edges_between(double before, double own, double behind, double edge[2])
{
    const double below = (own - before) / 2, above = (behind - own) / 2;
    edge[0] = own - (isnan(below) ? isnan(above) ? 0.5 : above : below);
    edge[1] = own + (isnan(above) ? isnan(below) ? 0.5 : below : above);
}

static void cell_edges(const ulam_curve *row, size_t k, double edge[2])
{
    edges_between(k > 0 ? row->x[k - 1] : NAN, row->x[k], k + 1 < row->n ? row->x[k + 1] : NAN, edge);
}

static void row_edges(const ulam_picture *picture, size_t i, double edge[2])
{
    edges_between(i > 0 ? picture->curves[i - 1].at : NAN, picture->curves[i].at,
                  i + 1 < picture->n_curves ? picture->curves[i + 1].at : NAN, edge);
}

static void measure(drawing *self)
{
    const ulam_picture *picture = self->picture;
    const bool heat = picture->kind == ULAM_PICTURE_HEAT_MAP, exact = ulam_picture_has_exact(picture);
    double x[2] = {NAN, NAN}, y[2] = {NAN, NAN}, edge[2];
    self->value[0] = self->value[1] = NAN;
    for (size_t i = 0; i < picture->n_curves; i++) {
        const ulam_curve *curve = &picture->curves[i];
        for (size_t k = 0; k < curve->n; k++) {
            if (heat) {
                cell_edges(curve, k, edge);
                widen(x, edge[0]);
                widen(x, edge[1]);
                widen(self->value, curve->y[k]);
                continue;
            }
            widen(x, curve->x[k]);
            widen(y, curve->y[k]);
            widen(y, curve->low[k]);
            widen(y, curve->high[k]);
            if (exact) widen(y, curve->exact[k]);
        }
        if (!heat) continue;
        row_edges(picture, i, edge);
        widen(y, edge[0]);
        widen(y, edge[1]);
    }
    if (picture->n_categories) {
        x[0] = -0.5;
        x[1] = (double)picture->n_categories - 0.5;
    }
    self->x = (scale){.log = picture->log_x, .from = left, .to = width - right};
    self->y = (scale){.log = picture->log_y, .from = height - bottom, .to = top};
    settle(&self->x, x, heat || picture->n_categories ? 0 : 0.03, false);
    settle(&self->y, y, heat ? 0 : 0.05, !heat);
}

/* Axes */

static double tick_step(const scale *self)
{
    const double rough = (self->high - self->low) / WANTED_TICKS;
    const double power = pow(10, floor(log10(rough))), digit = rough / power;
    return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
}

static void put_tick(const drawing *self, bool along_x, double value, const char *text)
{
    const double at = place(along_x ? &self->x : &self->y, value);
    if (along_x)
        fprintf(self->out, "<path class=\"grid\" d=\"M%.1f %.1fV%.1f\"/><text x=\"%.1f\" y=\"%.1f\" class=\"tx\">", at,
                height - bottom, top, at, height - bottom + 18);
    else
        fprintf(self->out, "<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/><text x=\"%.1f\" y=\"%.1f\" class=\"ty\">",
                left, at, width - right, left - 8, at + 4);
    ulam_html_put(text, self->out);
    fputs("</text>", self->out);
}

static void put_log_ticks(const drawing *self, const scale *axis, bool along_x)
{
    const bool few = axis->high / axis->low < 100;
    char text[32];
    for (double power = pow(10, floor(log10(axis->low))); power <= axis->high; power *= 10) {
        for (int digit = 1; digit < 10; digit += digit == 1 ? 1 : digit == 2 ? 3 : 5) {
            const double value = digit * power;
            if ((digit > 1 && !few) || value < axis->low || value > axis->high) continue;
            snprintf(text, sizeof text, "%g", value);
            put_tick(self, along_x, value, text);
        }
    }
}

static void put_ticks(const drawing *self, bool along_x)
{
    const scale *axis = along_x ? &self->x : &self->y;
    char text[32];
    if (along_x && self->picture->n_categories) {
        for (size_t i = 0; i < self->picture->n_categories; i++)
            put_tick(self, true, (double)i, self->picture->category[i]);
        return;
    }
    if (axis->log) {
        put_log_ticks(self, axis, along_x);
        return;
    }
    const double step = tick_step(axis);
    for (double n = ceil(axis->low / step); n * step <= axis->high * (1 + 1e-12); n++) {
        snprintf(text, sizeof text, "%.6g", n == 0 ? 0 : n * step);
        put_tick(self, along_x, n * step, text);
    }
}

static void put_axes(const drawing *self)
{
    put_ticks(self, true);
    put_ticks(self, false);
    fprintf(self->out, "<path class=\"axis\" d=\"M%.1f %.1fV%.1fH%.1f\"/>", left, top, height - bottom, width - right);
    fprintf(self->out, "<text class=\"label\" x=\"%.1f\" y=\"%.1f\">", (left + width - right) / 2, height - 12);
    ulam_html_put(self->picture->x_label, self->out);
    fprintf(self->out, "</text><text class=\"label\" transform=\"translate(16 %.1f) rotate(-90)\">",
            (top + height - bottom) / 2);
    ulam_html_put(self->picture->y_label, self->out);
    fputs("</text>\n", self->out);
}

/* Marks */

static void put_values(const drawing *self, const ulam_curve *curve, size_t k)
{
    const ulam_picture *picture = self->picture;
    const bool bounded = isfinite(curve->low[k]) && isfinite(curve->high[k]);
    const double half = bounded ? (curve->high[k] - curve->low[k]) / 2 : NAN;
    const ulam_precision precision = ulam_precision_of(curve->y[k], half, false), plain = {0};
    char text[ULAM_ESTIMATE_SIZE], interval[ULAM_INTERVAL_SIZE];
    fputs("<title>", self->out);
    if (*picture->x_label) {
        ulam_html_put(picture->x_label, self->out);
        fputs(" = ", self->out);
        ulam_number_text(text, curve->x[k], &plain);
        ulam_html_put(picture->n_categories ? picture->category[k] : text, self->out);
        if (picture->stepped) {
            ulam_number_text(text, curve->x[k + 1], &plain);
            fprintf(self->out, " to %s", text);
        }
        fputs("\n", self->out);
    }
    if (picture->kind == ULAM_PICTURE_HEAT_MAP || curve->label) {
        ulam_html_put(picture->key_title ? picture->key_title : picture->y_label, self->out);
        fputs(" = ", self->out);
        ulam_html_put(curve->label, self->out);
        fputs("\n", self->out);
    }
    ulam_number_text(text, curve->y[k], &precision);
    ulam_html_put(text, self->out);
    if (!isnan(curve->low[k]) && !isnan(curve->high[k])) {
        ulam_interval_text(interval, curve->low[k], curve->high[k], &precision);
        fprintf(self->out, " %s", interval);
    }
    if (!isnan(curve->exact[k])) {
        ulam_number_text(text, curve->exact[k], &precision);
        fputs("\nexact ", self->out);
        ulam_html_put(text, self->out);
    }
    fputs("</title>", self->out);
}

static void put_line(const drawing *self, const ulam_curve *curve, const double *y, const char *class)
{
    bool drawing_line = false;
    fprintf(self->out, "<path class=\"%s\" d=\"", class);
    for (size_t k = 0; k < curve->n; k++) {
        if (isnan(y[k])) {
            drawing_line = false;
            continue;
        }
        fprintf(self->out, "%c%.1f %.1f", drawing_line ? 'L' : 'M', place(&self->x, curve->x[k]),
                place(&self->y, y[k]));
        drawing_line = true;
    }
    fputs("\"/>", self->out);
}

static void put_mark(const drawing *self, size_t i, size_t k)
{
    const ulam_curve *curve = &self->picture->curves[i];
    const double spread = self->picture->n_categories && self->picture->n_curves > 1
                              ? 0.5 * ((double)i / (double)(self->picture->n_curves - 1) - 0.5)
                              : 0;
    const double x = place(&self->x, curve->x[k] + spread);
    if (isnan(curve->y[k])) return;
    fprintf(self->out, "<g class=\"mark\"%s>", self->focus ? " tabindex=\"0\"" : "");
    put_values(self, curve, k);
    if (isfinite(curve->low[k]) && isfinite(curve->high[k]))
        fprintf(self->out, "<path d=\"M%.1f %.1fV%.1f\"/>", x, place(&self->y, curve->low[k]),
                place(&self->y, curve->high[k]));
    fprintf(self->out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/></g>\n", x, place(&self->y, curve->y[k]));
}

/* The intervals of neighbours joined, there and back. */
static void put_band(const drawing *self, const ulam_curve *curve)
{
    char letter = 'M';
    fputs("<path class=\"band\" d=\"", self->out);
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < curve->n; i++) {
            const size_t k = side ? curve->n - 1 - i : i;
            if (!isfinite(curve->low[k]) || !isfinite(curve->high[k])) continue;
            fprintf(self->out, "%c%.1f %.1f", letter, place(&self->x, curve->x[k]),
                    place(&self->y, side ? curve->high[k] : curve->low[k]));
            letter = 'L';
        }
    fputs("\"/>\n", self->out);
}

/* A bar of a histogram. */
static void put_bin(const drawing *self, const ulam_curve *curve, size_t k)
{
    const double from = place(&self->x, curve->x[k]), to = place(&self->x, curve->x[k + 1]);
    const double top_edge = place(&self->y, curve->y[k]), base = place(&self->y, 0);
    if (isnan(curve->y[k])) return;
    fprintf(self->out, "<g class=\"mark\"%s>", self->focus ? " tabindex=\"0\"" : "");
    put_values(self, curve, k);
    fprintf(self->out, "<rect class=\"bin\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/></g>\n", from,
            top_edge, to - from, base - top_edge);
}

static void put_curve(const drawing *self, size_t i)
{
    const ulam_picture *picture = self->picture;
    const ulam_curve *curve = &picture->curves[i];
    const bool exact = ulam_picture_has_exact(picture) && curve->n > 1;
    fprintf(self->out, "<g class=\"c%zu\">", i % N_COLOURS);
    for (size_t k = 1; picture->stepped && k + 1 < curve->n; k++) put_bin(self, curve, k);
    if (picture->stepped) {
        fputs("</g>\n", self->out);
        return;
    }
    if (exact && picture->joined) put_line(self, curve, curve->exact, "exact");
    if ((!exact || self->bands) && picture->joined) put_line(self, curve, curve->y, "thin");
    if (self->bands && picture->joined) put_band(self, curve);
    for (size_t k = 0; k < curve->n && !(self->bands && picture->joined); k++) put_mark(self, i, k);
    fputs("</g>\n", self->out);
}

/* Heat maps */

/* Between five colours of viridis (Smith and van der Walt 2015). */
static void put_colour(const drawing *self, double value)
{
    static const int colours[5][3] = {{68, 1, 84}, {59, 82, 139}, {33, 145, 140}, {94, 201, 98}, {253, 231, 37}};
    const double span = self->value[1] - self->value[0];
    const double at = isnan(value) || !(span > 0) ? 2 : 4 * (value - self->value[0]) / span;
    const int below = at >= 4 ? 3 : (int)at;
    fputs("rgb(", self->out);
    for (int k = 0; k < 3; k++) {
        const double share = at - below;
        fprintf(self->out, "%s%d", k ? "," : "",
                (int)lround(colours[below][k] * (1 - share) + colours[below + 1][k] * share));
    }
    fputs(")", self->out);
}

static void put_cell(const drawing *self, size_t i, size_t k)
{
    const ulam_curve *row = &self->picture->curves[i];
    double x[2], y[2];
    cell_edges(row, k, x);
    row_edges(self->picture, i, y);
    fprintf(self->out, "<g class=\"mark\"%s>", self->focus ? " tabindex=\"0\"" : "");
    put_values(self, row, k);
    fprintf(self->out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"", place(&self->x, x[0]),
            place(&self->y, y[1]), place(&self->x, x[1]) - place(&self->x, x[0]),
            place(&self->y, y[0]) - place(&self->y, y[1]));
    put_colour(self, row->y[k]);
    fputs("\"/></g>\n", self->out);
}

/* Keys */

static void put_curve_key(const drawing *self)
{
    const ulam_picture *picture = self->picture;
    fputs("<p class=\"key\">", self->out);
    if (picture->key_title) {
        ulam_html_put(picture->key_title, self->out);
        fputs(": ", self->out);
    }
    for (size_t i = 0; i < picture->n_curves; i++) {
        if (!picture->curves[i].label) continue;
        fprintf(self->out, "<span class=\"c%zu\">", i % N_COLOURS);
        ulam_html_put(picture->curves[i].label, self->out);
        fputs("</span> ", self->out);
    }
    ulam_html_put(picture->interval, self->out);
    if (ulam_picture_has_exact(picture)) fputs("; dashed: exact", self->out);
    fputs("</p>\n", self->out);
}

static void put_colour_key(const drawing *self)
{
    fputs("<p class=\"key\">", self->out);
    ulam_html_put(self->picture->value_label, self->out);
    fprintf(self->out, ": %.6g <span class=\"ramp\"></span> %.6g</p>\n", self->value[0], self->value[1]);
}

void ulam_svg_put(const ulam_picture *picture, size_t id, FILE *out)
{
    drawing self = {.picture = picture, .out = out};
    size_t marks = 0;
    for (size_t i = 0; i < picture->n_curves; i++) marks += picture->curves[i].n;
    self.focus = marks <= MOST_FOCUS;
    self.bands = marks > MOST_MARKS;
    measure(&self);
    fprintf(out, "<svg viewBox=\"0 0 %g %g\" role=\"img\" aria-labelledby=\"picture%zu\"><title id=\"picture%zu\">",
            width, height, id, id);
    ulam_html_put(picture->title, out);
    fputs("</title>\n", out);
    const bool heat = picture->kind == ULAM_PICTURE_HEAT_MAP;
    if (!heat) put_axes(&self);
    for (size_t i = 0; i < picture->n_curves; i++) {
        if (!heat) put_curve(&self, i);
        for (size_t k = 0; heat && k < picture->curves[i].n; k++) put_cell(&self, i, k);
    }
    if (heat) put_axes(&self);
    fputs("</svg>\n", out);
    (heat ? put_colour_key : put_curve_key)(&self);
}
