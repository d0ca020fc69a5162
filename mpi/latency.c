#include <sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "latency.h"

/* The kernel's struct sched_attr, which C libraries do not all declare. */
typedef struct {
    uint32_t size;
    uint32_t policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime; /* ns, the slice; 0: the ordinary one */
    uint64_t deadline;
    uint64_t period;
} scheduling;

void ulam_prefer_short_slices(bool prefer)
{
#if defined SYS_sched_setattr && defined SYS_sched_getattr
    scheduling wish = {0};
    if (syscall(SYS_sched_getattr, 0, &wish, sizeof wish, 0) || wish.policy != SCHED_OTHER) return;
    wish.runtime = prefer ? 100000 : 0;
    syscall(SYS_sched_setattr, 0, &wish, 0);
#else
    (void)prefer;
#endif
}
