#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "report_page.h"
#include "subcommands.h"
#include "whole_file.h"

static const char help[] =
    "usage: ulam report [OPTION]... FILE\n"
    "\n"
    "Writes one HTML page about a result file: what was run and how, pictures, the table, failed runs, warnings.\n"
    "The page needs no network and no other file.\n"
    "\n"
    "  -o, --output FILE  the page; '-' is standard output (default: the result file's name with .html)\n"
    "  -h, --help         print this and exit\n"
    "\n"
    "Exit status: 0; 1 if a file cannot be read or written; 2 for bad usage.\n";

/* Returns -1 to go on, or the exit status. */
static int read_options(char **output, const char **file, int argc, char **argv)
{
    static const struct option options[] = {
        {"output", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static const ulam_usage usage = {"report", help, ":ho:", options};
    int status = -1;
    const char *asked = NULL;
    while (ulam_next_option(&usage, argc, argv, &status) != -1) asked = optarg;
    if (status >= 0) return status;
    *file = ulam_only_operand("report", "FILE", argc, argv);
    if (*file) *output = asked ? strdup(asked) : ulam_default_output(*file, ".html");
    return *file && *output ? -1 : 2;
}

static ulam_status report(const char *file, const char *output, ulam_error *error)
{
    ulam_result result = {0};
    ulam_whole_file page;
    ulam_status status = ulam_result_read(&result, file, error);
    if (!status) status = ulam_result_read_trace(&result, file, error);
    if (!status) status = ulam_whole_file_open(&page, output, error);
    if (!status) {
        status = ulam_report_write(&result, file, page.out, error);
        const ulam_status closed = ulam_whole_file_close(&page, !status, status ? NULL : error);
        if (!status) status = closed;
    }
    ulam_result_free(&result);
    return status;
}

int ulam_report_main(int argc, char **argv)
{
    const char *file = NULL;
    char *output = NULL;
    ulam_error error = {0};
    int status = read_options(&output, &file, argc, argv);
    if (status < 0) {
        status = report(file, output, &error) ? 1 : 0;
        if (status)
            fprintf(stderr, "ulam report: %s\n", error.message);
        else if (strcmp(output, "-") != 0)
            fprintf(stderr, "ulam: %s\n", output);
    }
    free(output);
    return status;
}
