#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "show_printer.h"

void ulam_printer_head(ulam_printer *self, const char *name, const char *unit, bool left)
{
    char text[256];
    snprintf(text, sizeof text, unit ? "%.150s (%.80s)" : "%.150s", name, unit ? unit : "");
    ulam_table_head(&self->table, self->next++, text, left);
}

void ulam_printer_begin(ulam_printer *self, const ulam_view *view, size_t columns)
{
    const ulam_result *result = view->result;
    *self = (ulam_printer){.view = view, .keys = result->n_swept + (result->n_points > 1 ? 1 : 0)};
    for (size_t i = 0; i < result->n_points; i++) {
        self->runs |= result->runs[i] != result->runs[0];
        self->sweeps |= result->sweeps && result->sweeps[i] != result->sweeps[0];
        self->failed |= result->failed[i] != 0;
    }
    self->target = result->until != NULL;
    ulam_table_init(&self->table,
                    self->keys + (size_t)self->runs + self->sweeps + self->failed + self->target + columns);
    if (result->n_points > 1) ulam_printer_head(self, "point", NULL, false);
    for (size_t i = 0; i < result->n_swept; i++) {
        const ulam_result_parameter *parameter = &result->parameters[result->swept[i]];
        ulam_printer_head(self, parameter->name, parameter->unit, parameter->is_text);
    }
    if (self->runs) ulam_printer_head(self, ulam_show_unit(result), NULL, false);
    if (self->sweeps) ulam_printer_head(self, "sweeps", NULL, false);
    if (self->failed) ulam_printer_head(self, "failed", NULL, false);
    if (self->target) ulam_printer_head(self, "error/target", NULL, false);
}

void ulam_printer_set(ulam_printer *self, const char *text) { ulam_table_set(&self->table, self->next++, text); }

void ulam_printer_set_count(ulam_printer *self, uint64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, value);
    ulam_printer_set(self, text);
}

void ulam_printer_set_number(ulam_printer *self, double value, const ulam_precision *precision)
{
    char text[ULAM_ESTIMATE_SIZE];
    ulam_number_text(text, value, precision);
    ulam_printer_set(self, text);
}

/* 1 and less is reached; of numbers that never varied nothing can be said. */
static void set_ratio(ulam_printer *self, double ratio, uint64_t ending)
{
    char text[32];
    snprintf(text, sizeof text, "%.*f", ratio < 10 ? 2 : 0, ratio);
    ulam_printer_set(self, ending == ULAM_TARGETS_CONSTANT ? "constant" : isfinite(ratio) && ratio < 1e9 ? text : "—");
}

void ulam_printer_row(ulam_printer *self, size_t point)
{
    const ulam_result *result = self->view->result;
    ulam_table_row(&self->table);
    self->next = 0;
    if (result->n_points > 1) ulam_printer_set_count(self, point);
    for (size_t i = 0; i < result->n_swept; i++)
        ulam_printer_set(self, result->parameters[result->swept[i]].text[point]);
    if (self->runs) ulam_printer_set_count(self, result->runs[point]);
    if (self->sweeps) ulam_printer_set_count(self, result->sweeps[point]);
    if (self->failed) ulam_printer_set_count(self, result->failed[point]);
    if (self->target) set_ratio(self, result->target_ratio[point], result->ending[point]);
}

bool ulam_printer_end(ulam_printer *self, FILE *out)
{
    ulam_table_print(&self->table, out, self->view->width, self->keys);
    const bool whole = !self->table.failed;
    ulam_table_free(&self->table);
    return whole;
}
