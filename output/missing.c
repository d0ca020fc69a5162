#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "missing.h"
#include "stored.h"

/* The index-th gap of a point, from 0. False: there are no more. */
static bool find_gap(const ulam_state *state, size_t point, size_t index, ulam_run_range *gap)
{
    const ulam_point *asked = &state->job->points[point];
    ulam_run_range known;
    uint64_t at = asked->first;
    for (size_t i = 0; ulam_known_range(state, point, i, &known); i++) {
        *gap = (ulam_run_range){at, known.first};
        if (known.first > at && index-- == 0) return true;
        at = known.end;
    }
    *gap = (ulam_run_range){at, asked->runs};
    return at < asked->runs && index == 0;
}

/* Whether all points have the first one's gaps. */
static bool alike(const ulam_state *state)
{
    for (size_t p = 1; p < state->job->n_points; p++)
        for (size_t i = 0;; i++) {
            ulam_run_range one, other;
            const bool more = find_gap(state, 0, i, &one);
            if (more != find_gap(state, p, i, &other)) return false;
            if (!more) break;
            if (one.first != other.first || one.end != other.end) return false;
        }
    return true;
}

static void say(FILE *out, const ulam_run_range *gap)
{
    if (gap->end - gap->first == 1)
        fprintf(out, "run %" PRIu64 " of ", gap->first);
    else
        fprintf(out, "runs %" PRIu64 " to %" PRIu64 " of ", gap->first, gap->end - 1);
}

/* Whether a point has all its chains, but not all of them as long as they shall be. */
static bool has_short_chains(const ulam_state *state, size_t point)
{
    ulam_run_range gap;
    return ulam_job_has_chains(state->job) && !ulam_state_point_complete(state, point) &&
           !find_gap(state, point, 0, &gap);
}

ulam_status ulam_missing_runs(const ulam_state *state, char **text)
{
    enum {
        LISTED = 10
    };
    size_t size, gaps = 0;
    FILE *out = open_memstream(text, &size);
    if (!out) {
        *text = NULL;
        return ULAM_ENOMEM;
    }
    const bool every = state->job->n_points > 1 && alike(state);
    for (size_t p = 0; p < (every ? 1 : state->job->n_points); p++) {
        ulam_run_range gap;
        for (size_t i = 0; find_gap(state, p, i, &gap); i++) {
            if (gaps++ >= LISTED) continue;
            say(out, &gap);
            if (every)
                fputs("every point\n", out);
            else
                fprintf(out, "point %zu\n", p);
        }
    }
    for (size_t p = 0; p < state->job->n_points; p++)
        if (has_short_chains(state, p) && gaps++ < LISTED)
            fprintf(out, "sweeps %" PRIu64 " to %" PRIu64 " of the chains of point %zu\n",
                    ulam_state_sweeps(state, p) + 1, ulam_state_sweeps_asked(state, p), p);
    if (gaps > LISTED) fprintf(out, "%zu more ranges\n", gaps - LISTED);
    const bool whole = fclose(out) == 0;
    if (whole && gaps > 0) return ULAM_OK;
    free(*text);
    *text = NULL;
    return whole ? ULAM_OK : ULAM_ENOMEM;
}
