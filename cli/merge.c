/* ulam merge: joins result files of one job, or of one job with different seeds. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "known_models.h"
#include "lock.h"
#include "options.h"
#include "result_file.h"
#include "subcommands.h"

static const char help[] = "usage: ulam merge -o OUT FILE...\n"
                           "\n"
                           "Joins result files of one job that hold different runs of it, as 'ulam run --part K/N' "
                           "makes them. The result is that\n"
                           "of the one big job, bit by bit; where runs are missing it is partial, and what is missing "
                           "is said. Files that overlap,\n"
                           "or belong to different jobs, are refused.\n"
                           "\n"
                           "Files that differ in their seeds alone are pooled: every figure is of the runs of all. "
                           "A pool can be pooled with files\n"
                           "of further seeds, but 'ulam run' cannot go on with it, and it has no samples: those of "
                           "each seed stay where they are.\n"
                           "\n"
                           "options:\n"
                           "  -o, --output OUT    the file to write; must not exist\n"
                           "  -h, --help          this text\n"
                           "\n"
                           "exit status: 0 complete; 1 failed; 2 bad input; 3 partial: runs are missing\n";

static const struct option options[] = {
    {"output", required_argument, NULL, 'o'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

enum {
    PARTIAL = 3
};

int ulam_merge_main(int argc, char **argv)
{
    static const ulam_usage usage = {"merge", help, ":o:h", options};
    const char *output = NULL;
    int stop = -1;
    while (ulam_next_option(&usage, argc, argv, &stop) != -1) output = optarg;
    if (stop >= 0) return stop;
    if (!output) {
        fputs("ulam merge: -o OUT is missing; 'ulam merge --help' says how it is called\n", stderr);
        return 2;
    }
    if (optind == argc) {
        fputs("ulam merge: which files? 'ulam merge --help' says how it is called\n", stderr);
        return 2;
    }
    for (int i = optind; i < argc; i++) {
        const size_t length = strlen(argv[i]), suffix = strlen(".samples.h5");
        if (length < suffix || strcmp(argv[i] + length - suffix, ".samples.h5") != 0) continue;
        fprintf(stderr, "ulam merge: %s holds samples; name the result files alone, theirs are joined with them\n",
                argv[i]);
        return 2;
    }
    ulam_error error = {0};
    char *missing = NULL;
    const char *const *paths = (const char *const *)argv + optind;
    const ulam_catalogue catalogue = ulam_known_models();
    ulam_output_lock lock = {0};
    ulam_status status = ulam_output_lock_take(&lock, output, &error);
    if (!status && access(output, F_OK) == 0)
        status = ulam_fail(&error, ULAM_EINVAL, "%s exists; name another file with -o, or move it away", output);
    if (!status) status = ulam_result_merge(output, paths, (size_t)(argc - optind), &catalogue, &missing, &error);
    ulam_output_lock_release(&lock);
    if (status)
        fprintf(stderr, "ulam merge: %s\n", error.message);
    else if (missing)
        fprintf(stderr, "ulam merge: %s is partial; it lacks\n%s", output, missing);
    const bool partial = missing != NULL;
    free(missing);
    return !status && partial ? PARTIAL : ulam_exit_status(status);
}
