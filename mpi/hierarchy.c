#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "hierarchy.h"

static const char variable[] = "ULAM_RANKS_PER_LEADER";

/* 0: the variable makes no sense. */
static int read_most_ranks(void)
{
    const char *text = getenv(variable);
    if (!text) return INT_MAX;
    char *end;
    errno = 0;
    const long most = strtol(text, &end, 10);
    return end == text || *end || errno || most < 1 || most > INT_MAX ? 0 : (int)most;
}

static ulam_status agree_on_most_ranks(MPI_Comm communicator, int *most, ulam_error *error)
{
    char text[32] = "";
    int rank;
    MPI_Comm_rank(communicator, &rank);
    *most = rank == 0 ? read_most_ranks() : 0;
    if (MPI_Bcast(most, 1, MPI_INT, 0, communicator)) return ulam_fail(error, ULAM_ESYSTEM, "MPI failed to broadcast");
    if (*most) return ULAM_OK;
    if (rank == 0) snprintf(text, sizeof text, "%s", getenv(variable));
    MPI_Bcast(text, sizeof text, MPI_CHAR, 0, communicator);
    return ulam_fail(error, ULAM_EINVAL, "the environment says %s='%s'; a whole number from 1 on is expected", variable,
                     text);
}

/* The ranks under one leader. */
static bool find_team(MPI_Comm communicator, int most, MPI_Comm *team)
{
    MPI_Comm node;
    int rank, size;
    if (MPI_Comm_split_type(communicator, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node)) return false;
    MPI_Comm_rank(node, &rank);
    MPI_Comm_size(node, &size);
    if (size <= most) {
        *team = node;
        return true;
    }
    const int failed = MPI_Comm_split(node, rank / most, rank, team);
    MPI_Comm_free(&node);
    return !failed;
}

/* Without leaders. */
static void meet_in(ulam_hierarchy *self, MPI_Comm all)
{
    int rank;
    self->all = all;
    MPI_Comm_rank(all, &rank);
    *(rank == 0 ? &self->serves : &self->asks) = all;
}

/* With several teams: those who ask the root meet it in a communicator of their own. The others,
 * and their leader, keep the team. */
static bool part(ulam_hierarchy *self, MPI_Comm *team)
{
    MPI_Comm top;
    int rank, team_rank, team_size;
    MPI_Comm_rank(self->all, &rank);
    MPI_Comm_rank(*team, &team_rank);
    MPI_Comm_size(*team, &team_size);
    int first = rank;
    if (MPI_Bcast(&first, 1, MPI_INT, 0, *team)) return false;
    const bool meets_root = first == 0 || team_rank == 0;
    if (MPI_Comm_split(self->all, meets_root ? 0 : MPI_UNDEFINED, rank, &top)) return false;
    const bool has_leader = first != 0 && team_size > 1;
    self->asks = rank == 0 ? MPI_COMM_NULL : meets_root ? top : *team;
    self->serves = rank == 0 ? top : has_leader && meets_root ? *team : MPI_COMM_NULL;
    if (has_leader) *team = MPI_COMM_NULL;
    return true;
}

ulam_status ulam_hierarchy_init(ulam_hierarchy *self, MPI_Comm communicator, bool leaders, ulam_error *error)
{
    int most, size, team_size = 1;
    MPI_Comm team = MPI_COMM_NULL;
    *self = (ulam_hierarchy){.all = MPI_COMM_NULL, .asks = MPI_COMM_NULL, .serves = MPI_COMM_NULL};
    const ulam_status status = agree_on_most_ranks(communicator, &most, error);
    if (status) return status;
    if (!leaders) most = 1;
    if (most > 1 && !find_team(communicator, most, &team))
        return ulam_fail(error, ULAM_ESYSTEM, "MPI cannot tell which ranks share a node");
    MPI_Comm_size(communicator, &size);
    if (most > 1) MPI_Comm_size(team, &team_size);
    if (team_size == size) {
        meet_in(self, team);
        return ULAM_OK;
    }
    bool made = !MPI_Comm_dup(communicator, &self->all);
    if (made && most == 1) meet_in(self, self->all);
    if (made && most > 1) made = part(self, &team);
    if (team != MPI_COMM_NULL) MPI_Comm_free(&team);
    return made ? ULAM_OK : ulam_fail(error, ULAM_ESYSTEM, "MPI has no communicator left");
}

static void free_own(const ulam_hierarchy *self, MPI_Comm *communicator)
{
    if (*communicator != MPI_COMM_NULL && *communicator != self->all) MPI_Comm_free(communicator);
}

void ulam_hierarchy_free(ulam_hierarchy *self)
{
    free_own(self, &self->asks);
    free_own(self, &self->serves);
    if (self->all != MPI_COMM_NULL) MPI_Comm_free(&self->all);
}
