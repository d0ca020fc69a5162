/* A histogram as a picture of text. */

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "estimate.h"
#include "show.h"
#include "table.h"

enum {
    MOST_ROWS = 40, /* of more bins, neighbours are put together */
    WIDTH = 100
};

/* One histogram, and how it is drawn. */
typedef struct {
    const uint64_t *count;
    const double *edge;
    size_t bins, together; /* bins of a row */
    uint64_t below, above, total, most;
} picture;

static uint64_t count_row(const picture *self, size_t first)
{
    uint64_t count = 0;
    for (size_t i = first; i < first + self->together && i < self->bins; i++) count += self->count[i];
    return count;
}

static picture picture_of(const ulam_result_histogram *of, size_t cell)
{
    picture self = {.count = of->count + cell * of->bins,
                    .edge = of->edge + cell * (of->bins + 1),
                    .bins = of->bins,
                    .together = (of->bins + MOST_ROWS - 1) / MOST_ROWS,
                    .below = of->below[cell],
                    .above = of->above[cell]};
    self.total = self.below + self.above;
    for (size_t i = 0; i < of->bins; i += self.together) {
        const uint64_t count = count_row(&self, i);
        self.total += count;
        self.most = count > self.most ? count : self.most;
    }
    return self;
}

/* In eighths of a character. */
static void print_bar(uint64_t count, uint64_t most, size_t room, FILE *out)
{
    static const char *const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const size_t eighths = most ? (size_t)llround((double)count / (double)most * 8 * (double)room) : 0;
    for (size_t i = 0; i < eighths / 8; i++) fputs("█", out);
    fputs(eighths == 0 && count > 0 ? "▏" : parts[eighths % 8], out);
}

/* Edges to as many digits as tell a row from the next. */
static void edge_text(char *text, const picture *self, size_t i)
{
    const double step = self->edge[self->together < self->bins ? self->together : self->bins] - self->edge[0];
    const double largest = fmax(fabs(self->edge[0]), fabs(self->edge[self->bins]));
    const int digits = (int)fmin(fmax(ceil(log10(largest / step)) + 3, 4), 17);
    snprintf(text, ULAM_ESTIMATE_SIZE, "%.*g", digits, fabs(self->edge[i]) < 1e-9 * step ? 0 : self->edge[i]);
}

static void print_row(const char *label, size_t labels, uint64_t count, const picture *self, bool bar, FILE *out)
{
    const int counts = snprintf(NULL, 0, "%" PRIu64, self->total);
    const double share = self->total ? 100 * (double)count / (double)self->total : 0;
    fprintf(out, "  %*s%s  %*" PRIu64 "  %5.1f %%", (int)(labels - ulam_text_width(label)), "", label, counts, count,
            share);
    const size_t used = labels + (size_t)counts + 15;
    if (bar && count) fputs("  ", out);
    if (bar) print_bar(count, self->most, used + 20 < WIDTH ? WIDTH - used : 20, out);
    fputc('\n', out);
}

static void draw(const picture *self, FILE *out)
{
    char low[ULAM_ESTIMATE_SIZE], high[ULAM_ESTIMATE_SIZE], label[2 * ULAM_ESTIMATE_SIZE + 8];
    size_t widest = 0;
    for (int drawn = 0; drawn < 2; drawn++) {
        edge_text(low, self, 0);
        snprintf(label, sizeof label, "below %s", low);
        widest = ulam_text_width(label) > widest ? ulam_text_width(label) : widest;
        if (drawn) print_row(label, widest, self->below, self, false, out);
        for (size_t i = 0; i < self->bins; i += self->together) {
            edge_text(low, self, i);
            edge_text(high, self, i + self->together < self->bins ? i + self->together : self->bins);
            snprintf(label, sizeof label, "%s to %s", low, high);
            widest = ulam_text_width(label) > widest ? ulam_text_width(label) : widest;
            if (drawn) print_row(label, widest, count_row(self, i), self, true, out);
        }
        edge_text(high, self, self->bins);
        snprintf(label, sizeof label, "from %s", high);
        widest = ulam_text_width(label) > widest ? ulam_text_width(label) : widest;
        if (drawn) print_row(label, widest, self->above, self, false, out);
    }
}

static void title(const ulam_view *view, const ulam_result_observable *observable, size_t point, size_t element,
                  FILE *out)
{
    const ulam_result *result = view->result;
    const char *separator = " (";
    fprintf(out, "\n%s", observable->name);
    if (!observable->scalar) fprintf(out, "[%zu]", element);
    if (observable->unit) fprintf(out, ", in %s", observable->unit);
    if (result->n_points > 1) fprintf(out, ", at point %zu", point);
    for (size_t i = 0; i < result->n_swept; i++, separator = ", ")
        fprintf(out, "%s%s %s", separator, result->parameters[result->swept[i]].name,
                result->parameters[result->swept[i]].text[point]);
    fputs(result->n_swept ? ")\n\n" : "\n\n", out);
}

void ulam_show_histogram(const ulam_view *view, const ulam_result_observable *observable, FILE *out)
{
    for (size_t point = view->first; point <= view->last; point++)
        for (size_t element = 0; element < observable->length; element++) {
            const picture of = picture_of(&observable->histogram, point * observable->length + element);
            title(view, observable, point, element, out);
            if (of.total == 0)
                fputs("  no value\n", out);
            else
                draw(&of, out);
        }
}
