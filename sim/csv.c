#include <string.h>

#include "csv.h"

void ulam_csv_start(ulam_csv *self, const char *text, size_t size)
{
    static const char mark[] = "\xef\xbb\xbf"; /* byte order mark */
    *self = (ulam_csv){.at = text, .end = text + size, .next_line = 1, .last = true};
    if (size >= 3 && !memcmp(text, mark, 3)) self->at += 3;
    self->start = self->at;
}

/* Length of the line end here, 0: there is none. */
static size_t line_end(const ulam_csv *self)
{
    if (self->at == self->end) return 0;
    if (*self->at == '\n') return 1;
    return *self->at == '\r' && (self->at + 1 == self->end || self->at[1] == '\n') ? 1 + (self->at + 1 < self->end) : 0;
}

static void pass_line_end(ulam_csv *self, size_t length)
{
    self->at += length;
    self->next_line++;
    self->start = self->at;
}

static bool is_space(const ulam_csv *self) { return self->at < self->end && (*self->at == ' ' || *self->at == '\t'); }

/* From behind the opening quote to behind the closing one. */
static ulam_csv_outcome read_quoted(ulam_csv *self, ulam_bytes *field)
{
    for (;;) {
        const char *from = self->at;
        while (self->at < self->end && *self->at != '"') {
            if (*self->at == '\n') {
                self->next_line++;
                self->start = self->at + 1;
            }
            self->at++;
        }
        if (self->at == self->end) return ULAM_CSV_OPEN_QUOTE;
        const bool doubled = self->at + 1 < self->end && self->at[1] == '"';
        if (ulam_bytes_put(field, from, (size_t)(self->at - from) + doubled)) return ULAM_CSV_MEMORY;
        self->at += 1 + doubled;
        if (!doubled) return ULAM_CSV_FIELD;
    }
}

static ulam_csv_outcome read_plain(ulam_csv *self, ulam_bytes *field)
{
    const char *from = self->at;
    while (self->at < self->end && *self->at != ',' && !line_end(self))
        if (*self->at++ == '"') return ULAM_CSV_STRAY_QUOTE;
    const char *to = self->at;
    while (to > from && (to[-1] == ' ' || to[-1] == '\t')) to--;
    return ulam_bytes_put(field, from, (size_t)(to - from)) ? ULAM_CSV_MEMORY : ULAM_CSV_FIELD;
}

/* Behind a field stands a comma, a line end or the end. */
static ulam_csv_outcome finish(ulam_csv *self, ulam_bytes *field)
{
    while (is_space(self)) self->at++;
    const size_t end = line_end(self);
    self->last = self->at == self->end || end > 0;
    if (!self->last && *self->at != ',') return ULAM_CSV_STRAY_QUOTE;
    if (end)
        pass_line_end(self, end);
    else if (!self->last)
        self->at++;
    if (ulam_bytes_put(field, "", 1)) return ULAM_CSV_MEMORY;
    field->size--;
    return ULAM_CSV_FIELD;
}

ulam_csv_outcome ulam_csv_next(ulam_csv *self, ulam_bytes *field)
{
    field->size = 0;
    for (size_t end; self->last && (end = line_end(self)) > 0;) pass_line_end(self, end);
    if (self->last && self->at == self->end) return ULAM_CSV_END;
    while (is_space(self)) self->at++;
    self->line = self->next_line;
    self->column = (size_t)(self->at - self->start) + 1;
    const bool quoted = self->at < self->end && *self->at == '"';
    if (quoted) self->at++;
    const ulam_csv_outcome outcome = quoted ? read_quoted(self, field) : read_plain(self, field);
    return outcome == ULAM_CSV_FIELD ? finish(self, field) : outcome;
}
