/* What the program works with. */

#ifndef ULAM_CLI_LIBRARIES_H
#define ULAM_CLI_LIBRARIES_H

/* "Open MPI v4.1.4, HDF5 1.10.8, GSL 2.7.1, ...". Owned by the caller; NULL: out of memory. */
char *ulam_all_libraries(void);

#endif
