/* A test in a folder of its own, which is removed behind it: cmocka_unit_test_setup_teardown(..., enter_folder,
 * leave_folder). */

#ifndef SCRATCH_FOLDER_H
#define SCRATCH_FOLDER_H

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int enter_folder(void **state)
{
    char *folder = strdup("/tmp/ulam_test_XXXXXX");
    *state = folder;
    return folder && mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    char command[PATH_MAX];
    snprintf(command, sizeof command, "rm -rf '%s'", (char *)*state);
    free(*state);
    return chdir("/") == 0 ? system(command) : -1;
}

#endif
