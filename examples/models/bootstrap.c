/* The bootstrap: how much the mean and the median of a sample would scatter if the sample were drawn again. A run draws
 * as many values with replacement from the data as there are; the standard deviation over the runs is the bootstrap
 * estimate of the standard error (Efron 1979, Annals of Statistics 7, 1). */

#include <stdlib.h>
#include <string.h>

#include <ulam/model.h>

enum {
    DATA,
    COLUMN,
    N_PARAMETERS
};

static const ulam_parameter parameters[N_PARAMETERS] = {
    [DATA] = {.name = "data", .type = ULAM_FILE, .help = "a CSV table; its first line names the columns"},
    [COLUMN] = {.name = "column", .type = ULAM_STRING, .help = "the column to take; empty fields are skipped"},
};

typedef struct {
    size_t n;
    double *value;   /* [n], ascending */
    uint32_t *count; /* [n], how often a run has drawn each */
} sample;

/* The field of that index in a line, or the line's end if it has fewer. */
static const char *field(const char *line, size_t index)
{
    for (; index > 0; index--) {
        line += strcspn(line, ",\r\n");
        if (*line == ',') line++;
    }
    return line;
}

static const char *next_line(const char *line)
{
    line += strcspn(line, "\n");
    return *line ? line + 1 : line;
}

static ulam_status find_column(const ulam_file *file, const char *name, size_t *index, ulam_error *error)
{
    const size_t length = strlen(name);
    const char *at = file->content;
    for (*index = 0;; ++*index) {
        const size_t size = strcspn(at, ",\r\n");
        if (size == length && strncmp(at, name, size) == 0) return ULAM_OK;
        if (at[size] != ',')
            return ulam_fail(error, ULAM_EINVAL, "%s has no column '%s' in its first line", file->path, name);
        at += size + 1;
    }
}

static ulam_status read_column(sample *self, const ulam_file *file, size_t index, ulam_error *error)
{
    size_t number = 2;
    for (const char *line = next_line(file->content); *line; line = next_line(line), number++) {
        char *end;
        const char *text = field(line, index);
        if (strcspn(text, ",\r\n") == 0) continue;
        self->value[self->n] = strtod(text, &end);
        if (end == text || !strchr(",\r\n", *end))
            return ulam_fail(error, ULAM_EINVAL, "%s:%zu: expected a number, not '%.*s'", file->path, number,
                             (int)strcspn(text, ",\r\n"), text);
        self->n++;
    }
    if (self->n == 0) return ulam_fail(error, ULAM_EINVAL, "%s has no data in the column", file->path);
    return ULAM_OK;
}

static int ascending(const void *a, const void *b)
{
    const double one = *(const double *)a, other = *(const double *)b;
    return (one > other) - (one < other);
}

static ulam_status bootstrap_setup(const ulam_value *values, void *point, ulam_error *error)
{
    sample *self = point;
    const ulam_file *file = values[DATA].file;
    size_t lines = 1, index = 0;
    for (const char *line = file->content; *line; line = next_line(line)) lines++;
    self->value = calloc(lines, sizeof *self->value);
    self->count = calloc(lines, sizeof *self->count);
    if (!self->value || !self->count) return ulam_fail_memory(error, "reading the data");
    ulam_status status = find_column(file, values[COLUMN].string, &index, error);
    if (!status) status = read_column(self, file, index, error);
    if (!status) qsort(self->value, self->n, sizeof *self->value, ascending);
    return status;
}

static void bootstrap_teardown(void *point)
{
    sample *self = point;
    free(self->value);
    free(self->count);
}

/* The drawn value of that rank among all that were drawn. */
static double drawn(const sample *self, size_t rank)
{
    size_t i = 0;
    for (size_t below = self->count[0]; below <= rank; below += self->count[i]) i++;
    return self->value[i];
}

static void bootstrap_run(const void *point, ulam_rng *rng, double *out)
{
    const sample *self = point;
    double sum = 0;

    memset(self->count, 0, self->n * sizeof *self->count);
    for (size_t i = 0; i < self->n; i++) {
        const size_t k = (size_t)ulam_integer_below(rng, self->n);
        self->count[k]++;
        sum += self->value[k];
    }
    out[0] = sum / (double)self->n;
    out[1] = 0.5 * (drawn(self, (self->n - 1) / 2) + drawn(self, self->n / 2));
}

static const ulam_observable observables[] = {
    {.name = "mean", .help = "of the resampled data"},
    {.name = "median", .help = "of the resampled data"},
};

static const ulam_model bootstrap = {
    .interface = ULAM_MODEL_INTERFACE,
    .name = "bootstrap",
    .summary = "mean and median of data that are drawn again",
    .reference = "Efron (1979), Annals of Statistics 7, 1",
    .parameters = parameters,
    .n_parameters = N_PARAMETERS,
    .observables = observables,
    .n_observables = 2,
    .point_size = sizeof(sample),
    .setup = bootstrap_setup,
    .teardown = bootstrap_teardown,
    .run = bootstrap_run,
};

ULAM_MODEL(bootstrap)
