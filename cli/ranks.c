#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ranks.h"

#ifdef ULAM_WITH_MPI
#include <ulam/mpi.h>
#endif

/* What launchers tell their processes: Open MPI's, MPICH's and its kin's, and Slurm's srun. */
static const struct {
    const char *size, *rank;
} launchers[] = {
    {"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
    {"PMI_SIZE", "PMI_RANK"},
    {"SLURM_STEP_NUM_TASKS", "SLURM_PROCID"},
};

enum {
    N_LAUNCHERS = sizeof launchers / sizeof *launchers
};

static int number_in(const char *variable)
{
    const char *text = getenv(variable);
    return text ? atoi(text) : -1;
}

/* The number of processes that a launcher says it has started; 0: there is no launcher. */
static int announced_size(void)
{
    for (int i = 0; i < N_LAUNCHERS; i++) {
        const int size = number_in(launchers[i].size);
        if (size > 0 && number_in(launchers[i].rank) >= 0) return size;
    }
    return 0;
}

/* Started by an srun that was not asked to tell its processes of each other. */
static bool plain_srun(void)
{
    return number_in("SLURM_STEP_NUM_TASKS") > 0 && !getenv("OMPI_COMM_WORLD_SIZE") && !getenv("PMIX_RANK") &&
           !getenv("PMI_RANK");
}

/* One process, as in the shell of `srun --pty bash`, is as good as unlaunched, and may launch others. */
bool ulam_ranks_launched(void) { return announced_size() > (plain_srun() ? 1 : 0); }

bool ulam_ranks_speaks(void)
{
    for (int i = 0; i < N_LAUNCHERS; i++)
        if (number_in(launchers[i].size) > 0) return number_in(launchers[i].rank) <= 0;
    return true;
}

static ulam_status judge_size(int size, ulam_error *error)
{
    const int announced = announced_size();
    if (announced == 0 || announced == size) return ULAM_OK;
    return ulam_fail(error, ULAM_EINVAL,
                     "the launcher started %d processes, but this program (%s) sees %d: each would do the whole job; "
                     "launch it with the mpirun it was built with, or with 'srun --mpi=pmix'",
                     announced, ulam_ranks_library(), size);
}

/* Open MPI's shared memory: vader_segment.HOST.USER.JOB.RANK, the job being PMIx' namespace in hexadecimal. */
void ulam_ranks_memory_name(const ulam_ranks *self, char *name, size_t size)
{
    const char *job = getenv("PMIX_NAMESPACE");
    char *end = NULL;
    const unsigned long long number = job ? strtoull(job, &end, 10) : 0;
    *name = '\0';
    if (self->mpi && number && *end == '\0') snprintf(name, size, "%llx", number);
}

void ulam_ranks_clear_memory(const char *name)
{
    char pattern[96];
    glob_t found;
    if (!*name || name[strspn(name, "0123456789abcdef")] != '\0') return; /* no word of ours */
    snprintf(pattern, sizeof pattern, "/dev/shm/vader_segment.*.%u.%s.*", (unsigned)geteuid(), name);
    if (glob(pattern, GLOB_NOSORT, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++) unlink(found.gl_pathv[i]);
    globfree(&found);
}

/* The name of the host of a process that is alone. */
static char *own_host(void)
{
    char name[256] = "";
    return strdup(gethostname(name, sizeof name - 1) == 0 ? name : "");
}

#ifdef ULAM_WITH_MPI

const char *ulam_ranks_library(void)
{
    static char name[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    MPI_Get_library_version(name, &length);
    name[strcspn(name, ",\n")] = '\0';
    for (char *tab = strchr(name, '\t'); tab; tab = strchr(tab, '\t')) *tab = ' ';
    return name;
}

ulam_status ulam_ranks_start(ulam_ranks *self, ulam_error *error)
{
    *self = (ulam_ranks){.rank = 0, .size = 1, .local_size = 1};
    if (!ulam_ranks_launched()) return ULAM_OK;
#ifdef OPEN_MPI
    if (plain_srun()) return judge_size(1, error); /* MPI_Init() would end the process */
#endif
    int provided = MPI_THREAD_SINGLE;
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided) != MPI_SUCCESS)
        return ulam_fail(error, ULAM_ESYSTEM, "MPI could not be started");
    self->mpi = true;
    MPI_Comm_rank(MPI_COMM_WORLD, &self->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &self->size);
    MPI_Comm host;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, self->rank, MPI_INFO_NULL, &host);
    MPI_Comm_size(host, &self->local_size);
    MPI_Comm_free(&host);
    if (provided < MPI_THREAD_SERIALIZED)
        return ulam_fail(error, ULAM_ESYSTEM, "%s offers no thread support (MPI_THREAD_SERIALIZED is needed)",
                         ulam_ranks_library());
    return judge_size(self->size, error);
}

void ulam_ranks_end(ulam_ranks *self)
{
    if (self->mpi) MPI_Finalize();
    self->mpi = false;
}

/* MPI counts with int: a job beyond 2 GiB is not a job file any more. */
static ulam_status share_bytes(const ulam_ranks *self, ulam_bytes *bytes)
{
    unsigned long long size = bytes->size;
    MPI_Bcast(&size, 1, MPI_UNSIGNED_LONG_LONG, 0, MPI_COMM_WORLD);
    if (size > INT_MAX) return ULAM_EINVAL;
    if (self->rank > 0) {
        bytes->data = malloc((size_t)size + 1);
        if (!bytes->data) MPI_Abort(MPI_COMM_WORLD, 1);
        bytes->size = bytes->capacity = (size_t)size;
    }
    MPI_Bcast(bytes->data, (int)size, MPI_BYTE, 0, MPI_COMM_WORLD);
    return ULAM_OK;
}

ulam_status ulam_ranks_share(const ulam_ranks *self, ulam_status status, ulam_bytes *bytes, ulam_error *error)
{
    if (!self->mpi) return status;
    int code = (int)status;
    MPI_Bcast(&code, 1, MPI_INT, 0, MPI_COMM_WORLD);
    if (code != ULAM_OK) {
        MPI_Bcast(error, (int)sizeof *error, MPI_BYTE, 0, MPI_COMM_WORLD);
        return (ulam_status)code;
    }
    if (share_bytes(self, bytes)) return ulam_fail(error, ULAM_EINVAL, "the job is larger than 2 GiB");
    return ULAM_OK;
}

ulam_status ulam_ranks_agree(const ulam_ranks *self, ulam_status status, ulam_error *error)
{
    if (!self->mpi) return status;
    int failed = status ? self->rank : INT_MAX, first;
    MPI_Allreduce(&failed, &first, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    if (first == INT_MAX) return ULAM_OK;
    error->status = status ? status : error->status;
    MPI_Bcast(error, (int)sizeof *error, MPI_BYTE, first, MPI_COMM_WORLD);
    return error->status;
}

/* Appends name unless it stands in the comma-separated list. */
static void add_host(char *list, const char *name)
{
    const size_t length = strlen(name);
    for (const char *at = strstr(list, name); at; at = strstr(at + 1, name))
        if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '\0')) return;
    if (*list) strcat(list, ",");
    strcat(list, name);
}

char *ulam_ranks_hosts(const ulam_ranks *self)
{
    if (!self->mpi) return own_host();
    char name[MPI_MAX_PROCESSOR_NAME] = "";
    int length = 0;
    MPI_Get_processor_name(name, &length);
    const bool root = self->rank == 0;
    char *names = root ? calloc((size_t)self->size, sizeof name) : NULL;
    char *list = root ? calloc((size_t)self->size, sizeof name + 1) : NULL;
    if (root && !(names && list)) MPI_Abort(MPI_COMM_WORLD, 1);
    MPI_Gather(name, (int)sizeof name, MPI_CHAR, names, (int)sizeof name, MPI_CHAR, 0, MPI_COMM_WORLD);
    for (int i = 0; root && i < self->size; i++) add_host(list, names + (size_t)i * sizeof name);
    free(names);
    return list;
}

ulam_status ulam_ranks_execute(const ulam_ranks *self, const ulam_job *job, ulam_state *state,
                               const ulam_execution *execution, ulam_error *error)
{
    if (!self->mpi) return ulam_execute(job, state, execution, error);
    return ulam_mpi_execute(MPI_COMM_WORLD, job, state, execution, error);
}

#else

const char *ulam_ranks_library(void) { return "without MPI"; }

ulam_status ulam_ranks_start(ulam_ranks *self, ulam_error *error)
{
    *self = (ulam_ranks){.rank = 0, .size = 1, .local_size = 1};
    return judge_size(1, error);
}

void ulam_ranks_end(ulam_ranks *self) { (void)self; }

ulam_status ulam_ranks_share(const ulam_ranks *self, ulam_status status, ulam_bytes *bytes, ulam_error *error)
{
    (void)self;
    (void)bytes;
    (void)error;
    return status;
}

ulam_status ulam_ranks_agree(const ulam_ranks *self, ulam_status status, ulam_error *error)
{
    (void)self;
    (void)error;
    return status;
}

char *ulam_ranks_hosts(const ulam_ranks *self)
{
    (void)self;
    return own_host();
}

ulam_status ulam_ranks_execute(const ulam_ranks *self, const ulam_job *job, ulam_state *state,
                               const ulam_execution *execution, ulam_error *error)
{
    (void)self;
    return ulam_execute(job, state, execution, error);
}

#endif
