#include <stdlib.h>
#include <string.h>

#include <ulam/nearest.h>

#include "export_columns.h"
#include "options.h"
#include "subcommands.h"
#include "whole_file.h"

static const char help[] =
    "usage: ulam export [OPTION]... FILE\n"
    "\n"
    "Writes a result file as a table for other programs: a row a point, a column a figure, every digit.\n"
    "\n"
    "  -o, --output FILE  where to write; '-', the default, is standard output\n"
    "      --format NAME  csv or jsonl (JSON Lines); default: by the output's name, else csv\n"
    "      --parameters   all parameters, not the swept ones alone\n"
    "      --samples      the samples instead: a row a run, if the job kept them\n"
    "  -h, --help         print this and exit\n"
    "\n"
    "A CSV's head line gives units in brackets. What is undefined is NaN, in JSON null (as is what is infinite).\n"
    "\n"
    "Exit status: 0; 1 if a file cannot be read or written; 2 for bad usage.\n";

typedef struct {
    const char *file, *output;
    ulam_export_format format;
    bool all_parameters, samples;
} request;

static bool ends_in(const char *text, const char *end)
{
    const size_t length = strlen(text), tail = strlen(end);
    return length > tail && strcmp(text + length - tail, end) == 0;
}

static bool read_format(request *self, const char *name)
{
    static const char *const names[] = {[ULAM_EXPORT_CSV] = "csv", [ULAM_EXPORT_JSON_LINES] = "jsonl"};
    for (size_t i = 0; i < 2; i++) {
        if (strcmp(name, names[i]) != 0) continue;
        self->format = (ulam_export_format)i;
        return true;
    }
    const char *near = ulam_nearest(name, names, 2);
    fprintf(stderr, "ulam export: --format takes csv or jsonl, not '%s'%s%s%s\n", name, near ? "; did you mean '" : "",
            near ? near : "", near ? "'?" : "");
    return false;
}

/* Returns -1 to go on, or the exit status. */
static int read_options(request *self, int argc, char **argv)
{
    enum {
        OPTION_FORMAT = 256,
        OPTION_PARAMETERS,
        OPTION_SAMPLES
    };
    static const struct option options[] = {
        {"output", required_argument, NULL, 'o'},
        {"format", required_argument, NULL, OPTION_FORMAT},
        {"parameters", no_argument, NULL, OPTION_PARAMETERS},
        {"samples", no_argument, NULL, OPTION_SAMPLES},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static const ulam_usage usage = {"export", help, ":ho:", options};
    int status = -1;
    const char *format = NULL;
    *self = (request){.output = "-"};
    for (int option; (option = ulam_next_option(&usage, argc, argv, &status)) != -1;) {
        if (option == 'o') self->output = optarg;
        if (option == OPTION_FORMAT) format = optarg;
        if (option == OPTION_PARAMETERS) self->all_parameters = true;
        if (option == OPTION_SAMPLES) self->samples = true;
    }
    if (status >= 0) return status;
    if (self->samples && self->all_parameters) {
        fputs("ulam export: --samples and --parameters exclude each other\n", stderr);
        return 2;
    }
    if (ends_in(self->output, ".jsonl")) self->format = ULAM_EXPORT_JSON_LINES;
    if (format && !read_format(self, format)) return 2;
    self->file = ulam_only_operand("export", "FILE", argc, argv);
    return self->file ? -1 : 2;
}

static ulam_status export(const request *self, const ulam_result *result, ulam_error *error)
{
    ulam_whole_file file;
    ulam_sample_values *samples = NULL;
    ulam_status status = self->samples ? ulam_sample_values_open(&samples, result, self->file, error) : ULAM_OK;
    if (!status) status = ulam_whole_file_open(&file, self->output, error);
    if (!status) {
        status = self->samples ? ulam_export_samples(result, samples, self->format, file.out, error)
                               : ulam_export_result(result, self->all_parameters, self->format, file.out, error);
        const ulam_status closed = ulam_whole_file_close(&file, !status, status ? NULL : error);
        if (!status) status = closed;
    }
    ulam_sample_values_close(samples);
    return status;
}

int ulam_export_main(int argc, char **argv)
{
    request self;
    ulam_error error = {0};
    ulam_result result = {0};
    const int stop = read_options(&self, argc, argv);
    if (stop >= 0) return stop;
    if (ulam_result_read(&result, self.file, &error) || export(&self, &result, &error))
        fprintf(stderr, "ulam export: %s\n", error.message);
    ulam_result_free(&result);
    return error.status ? 1 : 0;
}
