/* What is said of a job that stops when it is precise enough. */

#include <inttypes.h>
#include <math.h>

#include "show.h"
#include "work.h"

enum {
    LISTED = 10
};

static bool is_reached(uint64_t ending) { return ending == ULAM_TARGETS_REACHED || ending == ULAM_TARGETS_CONSTANT; }

/* "interval 4.1 times too wide", or why there is no such number. */
static void say_ratio(double ratio, FILE *out)
{
    if (isnan(ratio))
        fputs("not judged yet", out);
    else if (isinf(ratio))
        fputs("no error to compare: 0, constant or without a value", out);
    else
        fprintf(out, "interval %.3g times too wide", ratio);
}

/* A line for a point of which there is more to say than that its targets were reached. */
static void say_point(const ulam_result *result, size_t p, FILE *out)
{
    static const char *const endings[] = {
        [ULAM_TARGETS_OPEN] = "open",
        [ULAM_TARGETS_OUT_OF_REACH] = "given up without max_runs",
        [ULAM_TARGETS_CUT_OFF] = "max_runs done",
    };
    static const char *const endings_of_chains[] = {
        [ULAM_TARGETS_OPEN] = "open",
        [ULAM_TARGETS_OUT_OF_REACH] = "given up without max_sweeps",
        [ULAM_TARGETS_CUT_OFF] = "max_sweeps done",
    };
    const uint64_t runs = result->sweeps ? result->sweeps[p] : result->runs[p], ending = result->ending[p];
    const char *unit = ulam_work_unit(result);
    fprintf(out, "          point %zu, %" PRIu64 " %s: ", p, runs, unit);
    if (ending == ULAM_TARGETS_CONSTANT) {
        fprintf(out, "a number never varied; what 1 of %" PRIu64 " %s does may be unseen\n", runs < 6 ? 1 : runs / 3,
                unit);
        return;
    }
    const char *const *words = result->sweeps ? endings_of_chains : endings;
    fprintf(out, "%s: ", ending < sizeof endings / sizeof *endings ? words[ending] : "ended");
    say_ratio(result->target_ratio[p], out);
    fputc('\n', out);
}

void ulam_show_until(const ulam_result *result, FILE *out)
{
    size_t reached = 0, listed = 0;
    if (!result->until) return;
    for (size_t p = 0; p < result->n_points; p++) reached += is_reached(result->ending[p]);
    fprintf(out, "until     %s\n", result->until);
    fprintf(out, "reached   at %zu of %zu point%s%s\n", reached, result->n_points, result->n_points == 1 ? "" : "s",
            result->complete ? "" : "; where the others stand depends on when the job was stopped");
    for (size_t p = 0; p < result->n_points; p++) {
        if (result->ending[p] == ULAM_TARGETS_REACHED) continue;
        if (listed++ < LISTED) say_point(result, p, out);
    }
    if (listed > LISTED) fprintf(out, "          and %zu more points\n", listed - LISTED);
}
