/* What is said of a job that stops when it is precise enough. */

#include <inttypes.h>
#include <math.h>

#include "show.h"

enum {
    LISTED = 10
};

static bool is_reached(uint64_t ending) { return ending == ULAM_TARGETS_REACHED || ending == ULAM_TARGETS_CONSTANT; }

/* "4.1 times as wide as asked", or why there is no such number. */
static void say_ratio(double ratio, FILE *out)
{
    if (isnan(ratio))
        fputs("not judged yet", out);
    else if (isinf(ratio))
        fputs("the estimate is 0 or undefined, and has no relative error, or it never varied", out);
    else
        fprintf(out, "its interval is %.3g times as wide as asked", ratio);
}

/* A line for a point of which there is more to say than that its targets were reached. */
static void say_point(const ulam_result *result, size_t p, FILE *out)
{
    const double ratio = result->target_ratio[p];
    fprintf(out, "          point %zu, %" PRIu64 " runs: ", p, result->runs[p]);
    switch (result->ending[p]) {
    case ULAM_TARGETS_CONSTANT:
        fprintf(out, "a number never varied, which says nothing of what happens in less than 1 of %.0f runs",
                fmax(1, floor((double)result->runs[p] / 3)));
        break;
    case ULAM_TARGETS_OUT_OF_REACH:
        fputs("given up, out of reach: ", out);
        say_ratio(ratio, out);
        fputs("; max_runs lets it go on", out);
        break;
    case ULAM_TARGETS_CUT_OFF:
        fputs("the most runs are done: ", out);
        say_ratio(ratio, out);
        break;
    default:
        fputs("still open: ", out);
        say_ratio(ratio, out);
    }
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
