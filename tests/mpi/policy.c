/* The scheduling that the user chose stands, whatever is asked of the scheduler beside it: `chrt -i 0 mpirun ...`. */

#include <sched.h>
#include <stdio.h>

#include "../../mpi/latency.h"

static int after(int policy)
{
    const struct sched_param none = {0};
    if (sched_setscheduler(0, policy, &none)) return -1;
    ulam_prefer_short_slices(true);
    ulam_prefer_short_slices(false);
    return sched_getscheduler(0);
}

int main(void)
{
    const int chosen[] = {SCHED_OTHER, SCHED_BATCH, SCHED_OTHER | SCHED_RESET_ON_FORK, SCHED_IDLE};
    int lost = 0;
    for (size_t i = 0; i < sizeof chosen / sizeof *chosen; i++) {
        const int left = after(chosen[i]);
        printf("{\"policy\": %d, \"left\": %d}\n", chosen[i], left);
        lost += left != chosen[i];
    }
    return lost > 0;
}
