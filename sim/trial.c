#include <math.h>

#include <ulam/execute.h>
#include <ulam/trial.h>

#include "ladder.h"
#include "state_chains.h"
#include "state_rungs.h"
#include "target.h"
#include "worker.h"

/* At most so many points share the time; the others are like their neighbours. */
static const size_t most_tried = 200;

/* What the targets need, judging by the runs of a part. */
static ulam_status foresee(const ulam_job *job, const ulam_part *part, ulam_trial *trial)
{
    const ulam_point *point = &job->points[part->chunk.point];
    const ulam_ladder ladder = ulam_job_ladder(job, part->chunk.point);
    ulam_judgement judgement;
    trial->needed = (double)(point->runs - point->first);
    if (ulam_job_has_chains(job)) {
        const double sweeps = (double)job->chain.thermalize + (double)job->chain.sweeps;
        trial->needed = job->until.n_targets ? NAN : trial->needed * sweeps;
        return ULAM_OK;
    }
    if (job->until.n_targets == 0) return ULAM_OK;
    if (ulam_targets_judge(job, part->chunk.point, &part->tally, part->chunk.runs, &judgement)) return ULAM_ENOMEM;
    const double needed = judgement.ratio * judgement.ratio * (double)part->chunk.runs, most = trial->needed;
    const double least = (double)(ulam_ladder_above(&ladder, 0) * ladder.block);
    trial->beyond = needed > most;
    trial->needed = isfinite(needed) ? fmin(most, fmax(least, needed)) : NAN;
    return ULAM_OK;
}

/* A part of the point that fits into no time but the trial's; of chains, the first. */
static ulam_status choose(const ulam_job *job, size_t p, ulam_assignment *assignment)
{
    const ulam_point *point = &job->points[p];
    const uint64_t runs = point->runs - point->first, whole = runs / point->block;
    const ulam_chunk chunk = {.point = p,
                              .first = point->first / point->block,
                              .blocks = whole ? whole : 1,
                              .runs = whole ? whole * point->block : runs};
    const ulam_chunk chains = {.point = p,
                               .first = ulam_chain_first_block(point),
                               .blocks = 1,
                               .runs = ulam_chain_block_runs(point, ulam_chain_first_block(point)),
                               .to = job->chain.thermalize + job->chain.sweeps};
    return ulam_job_has_chains(job) ? ulam_assignment_add_chains(assignment, &chains, NULL)
                                    : ulam_assignment_add(assignment, &chunk);
}

static ulam_status try_point(ulam_worker *worker, const ulam_job *job, size_t p, double seconds, ulam_trial *trial,
                             ulam_error *error)
{
    ulam_assignment assignment = {.seconds = seconds};
    ulam_answer answer = {0};
    if (job->points[p].runs == job->points[p].first) return ULAM_OK;
    ulam_status status = choose(job, p, &assignment) ? ulam_fail_memory(error, "trying a point") : ULAM_OK;
    if (!status) status = ulam_worker_perform(worker, &assignment, NULL, &answer, error);
    if (!status && answer.n_parts) {
        const ulam_chunk *done = &answer.parts[0].chunk;
        trial->runs = done->to ? done->runs * done->to : done->runs;
        trial->seconds = answer.parts[0].seconds;
        if (foresee(job, &answer.parts[0], trial)) status = ulam_fail_memory(error, "trying a point");
    }
    ulam_answer_free(&answer);
    ulam_assignment_free(&assignment);
    return status;
}

ulam_status ulam_try_points(const ulam_job *job, double seconds, ulam_trial *trials, ulam_error *error)
{
    const size_t step = (job->n_points + most_tried - 1) / most_tried, tried = (job->n_points + step - 1) / step;
    const double start = ulam_clock();
    ulam_worker worker;
    ulam_job plain = *job; /* without targets, a failed run ends the trial */
    ulam_status status = ULAM_OK;
    plain.until.n_targets = 0;
    ulam_worker_init(&worker, &plain);
    for (size_t p = 0; p < job->n_points; p++) trials[p] = (ulam_trial){.needed = NAN};
    for (size_t p = 0; p < job->n_points && !status; p += step) {
        if (p > 0 && ulam_clock() - start > 2 * seconds) break;
        status = try_point(&worker, job, p, seconds / (double)tried, &trials[p], error);
    }
    ulam_worker_free(&worker);
    return status;
}
