#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launch.h"

#ifndef ULAM_MPIEXEC
#define ULAM_MPIEXEC "mpirun"
#endif

void ulam_warn_oversubscribed(int ranks)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (cores > 0 && ranks > cores)
        fprintf(stderr, "ulam: warning: %d ranks share %ld cores here; more ranks than cores make nothing faster\n",
                ranks, cores);
}

/* How Open MPI's mpirun does best on one machine; what the user has set stands, and other launchers ignore it. */
static void prepare_environment(void)
{
    setenv("OMPI_MCA_pml", "ob1", 0);
    setenv("OMPI_MCA_hwloc_base_binding_policy", "none", 0);
    setenv("OMPI_MCA_rmaps_base_oversubscribe", "1", 0);
    setenv("OMPI_MCA_orte_execute_quiet", "1", 0);
    if (geteuid() == 0) {
        setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 0);
        setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 0);
    }
    if (isatty(STDERR_FILENO)) setenv(ULAM_TERMINAL_VARIABLE, "1", 1);
}

ulam_status ulam_launch(int ranks, int argc, char **argv, ulam_error *error)
{
    char program[4096], count[16];
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0) return ulam_fail(error, ULAM_ESYSTEM, "cannot find this program's own file: %s", strerror(errno));
    program[length] = '\0';
    snprintf(count, sizeof count, "%d", ranks);

    char **arguments = calloc((size_t)argc + 6, sizeof *arguments);
    if (!arguments) return ulam_fail_memory(error, "starting ranks");
    int n = 0;
    arguments[n++] = ULAM_MPIEXEC;
    arguments[n++] = "-n";
    arguments[n++] = count;
    arguments[n++] = program;
    arguments[n++] = argv[0];
    for (int i = 1; i < argc; i++) arguments[n++] = argv[i];
    prepare_environment();
    execvp(ULAM_MPIEXEC, arguments);
    const int cause = errno;
    free(arguments);
    return ulam_fail(error, ULAM_ESYSTEM,
                     "cannot start '%s': %s; it comes with the MPI library (openmpi-bin on Debian)", ULAM_MPIEXEC,
                     strerror(cause));
}
