#include <stdio.h>

#include <ulam/libraries.h>

#include "libraries.h"
#include "ranks.h"
#include "result_file.h"

char *ulam_all_libraries(void)
{
    char hdf5[32], others[ULAM_LIBRARIES_SIZE], *all = NULL;
    ulam_result_library(hdf5);
    ulam_libraries(others);
    return asprintf(&all, "%s, %s, %s", ulam_ranks_library(), hdf5, others) < 0 ? NULL : all;
}
