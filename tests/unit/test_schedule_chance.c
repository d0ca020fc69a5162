/* Root, leaders and ranks on paper, moved by chance: whatever comes when, nothing is lost or done twice, a job neither ends
 * early nor hangs, and its state has the bytes that one rank alone gives it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include <ulam/execute.h>

#include "gathering.h"
#include "hand_made_job.h"
#include "schedule.h"

enum {
    POINTS = 5,
    MOST_HUBS = 4, /* the root is the first */
    MOST_RANKS = 4,
    MOST_PARTS = 4096,
    MOST_GOALS = 64,
};

static const ulam_observable observables[] = {{.name = "value"}};

/* Point 3 never varies; some runs fail. */
static void draw(const void *point, ulam_rng *rng, double *out)
{
    const ulam_value *x = point;
    out[0] = x->integer == 3 ? 2 : 0.3 + 0.2 * (double)x->integer + ulam_gaussian(rng);
    if (rng->run % 701 == 300) ulam_run_fail(rng, "it diverged");
}

static const ulam_model model = {.interface = ULAM_MODEL_INTERFACE,
                                 .name = "draws",
                                 .parameters = &hand_made_parameter,
                                 .n_parameters = 1,
                                 .observables = observables,
                                 .n_observables = 1,
                                 .run = draw};

typedef struct {
    ulam_schedule schedule;
    size_t ranks;
    ulam_assignment assignment[MOST_RANKS];
    ulam_gathering gathering; /* of a leader */
} hub;

typedef struct {
    const ulam_job *job;
    ulam_state state;
    ulam_worker worker;
    hub hubs[MOST_HUBS];
    size_t n_hubs;
    ulam_part unmerged[MOST_PARTS]; /* the root has accounted for them */
    size_t n_unmerged;
    ulam_goal goals[MOST_GOALS]; /* the root's schedule has not heard of them */
    size_t n_goals;
    uint64_t in_hand; /* runs, as the root should see them */
    double left;      /* s to the deadline, which does not come nearer */
    uint64_t chance;
    int blocks; /* until a rank is interrupted */
} paper;

static size_t pick(paper *self, size_t n)
{
    self->chance = self->chance * 6364136223846793005u + 1442695040888963407u;
    return (size_t)((self->chance >> 33) % n);
}

/* What the root does */

static double seconds_of(paper *self, const ulam_chunk *chunk, uint64_t runs)
{
    static const double cost[POINTS] = {1e-3, 2e-5, 5e-2, 1e-6, 1e-3};
    return cost[chunk->point] * (double)runs * (0.5 + 0.1 * (double)pick(self, 20));
}

static void account(paper *self, ulam_schedule *schedule, ulam_part *part)
{
    part->seconds = seconds_of(self, &part->chunk, part->chunk.runs);
    part->longest = seconds_of(self, &part->chunk, self->job->points[part->chunk.point].block);
    ulam_schedule_done(schedule, part->chunk.point, part->chunk.runs, part->seconds, part->longest);
    if (schedule == &self->hubs[0].schedule) self->in_hand -= part->chunk.runs;
}

static void merge(paper *self, ulam_part *part)
{
    const ulam_ladder ladder = ulam_job_ladder(self->job, part->chunk.point);
    assert_true(part->chunk.first + part->chunk.blocks <= ulam_ladder_above(&ladder, part->chunk.first));
    assert_int_equal(ulam_state_add(&self->state, &part->chunk, &part->tally, NULL), ULAM_OK);
    for (size_t i = 0; i < part->n_failures; i++)
        assert_int_equal(ulam_state_add_failure(&self->state, &part->failures[i]), ULAM_OK);
    self->goals[self->n_goals++] = ulam_state_goal(&self->state, part->chunk.point);
    ulam_part_free(part);
}

static bool tell_goal(paper *self)
{
    if (self->n_goals == 0) return false;
    const size_t i = pick(self, self->n_goals);
    ulam_schedule_follow(&self->hubs[0].schedule, &self->goals[i]);
    self->goals[i] = self->goals[--self->n_goals];
    return true;
}

static bool merge_any(paper *self)
{
    if (self->n_unmerged == 0) return false;
    while (self->n_goals == MOST_GOALS) tell_goal(self);
    const size_t i = pick(self, self->n_unmerged);
    merge(self, &self->unmerged[i]);
    self->unmerged[i] = self->unmerged[--self->n_unmerged];
    return true;
}

static void arrive(paper *self, ulam_part *part)
{
    account(self, &self->hubs[0].schedule, part);
    if (self->n_unmerged == MOST_PARTS) merge_any(self);
    self->unmerged[self->n_unmerged++] = *part;
    *part = (ulam_part){0};
}

static void give_back(paper *self, ulam_schedule *schedule, const ulam_chunk *chunk)
{
    if (schedule == &self->hubs[0].schedule) self->in_hand -= chunk->runs;
    assert_int_equal(ulam_schedule_return(schedule, chunk), ULAM_OK);
}

/* What ranks do */

static bool ask(paper *self, hub *of, size_t rank)
{
    ulam_assignment *assignment = &of->assignment[rank];
    if (assignment->n) return false;
    assert_int_equal(ulam_schedule_take(&of->schedule, self->left, assignment), ULAM_OK);
    for (size_t i = 0; i < assignment->n && of == self->hubs; i++) self->in_hand += assignment->chunks[i].runs;
    return assignment->n > 0;
}

static bool is_interrupted(void *of, double now)
{
    (void)now;
    paper *self = of;
    return self->blocks-- <= 0;
}

static bool answer(paper *self, hub *of, size_t rank)
{
    ulam_answer done = {0};
    ulam_assignment *assignment = &of->assignment[rank];
    const ulam_interrupt interrupt = {.requested = is_interrupted, .self = self};
    if (assignment->n == 0) return false;
    self->blocks = (int)pick(self, 2) ? (int)pick(self, 30) : INT32_MAX;
    assignment->seconds = INFINITY;
    assert_int_equal(ulam_worker_perform(&self->worker, assignment, &interrupt, &done, NULL), ULAM_OK);
    for (size_t i = 0; i < done.n_parts; i++) {
        if (of == self->hubs) {
            arrive(self, &done.parts[i]);
        } else {
            account(self, &of->schedule, &done.parts[i]);
            assert_int_equal(ulam_gathering_add(&of->gathering, &done.parts[i]), ULAM_OK);
        }
    }
    for (size_t i = 0; i < done.n_left; i++) give_back(self, &of->schedule, &done.left[i]);
    assignment->n = 0;
    ulam_answer_free(&done);
    return true;
}

/* What leaders do */

static bool send(paper *self, hub *of)
{
    if (of->gathering.n == 0) return false;
    const size_t n = 1 + pick(self, of->gathering.n);
    for (size_t i = 0; i < n; i++) arrive(self, &of->gathering.parts[i]);
    ulam_gathering_drop(&of->gathering, n);
    return true;
}

static bool ask_for_shares(paper *self, hub *of)
{
    ulam_assignment work = {0};
    uint64_t runs = 0;
    assert_int_equal(ulam_schedule_take_shares(&self->hubs[0].schedule, self->left, 1 + pick(self, 9), &work), ULAM_OK);
    for (size_t i = 0; i < work.n; i++) runs += work.chunks[i].runs;
    for (size_t i = 0; i < work.n; i++)
        assert_int_equal(ulam_schedule_add(&of->schedule, &work.chunks[i], work.work / (double)runs), ULAM_OK);
    self->in_hand += runs;
    ulam_assignment_free(&work);
    return runs > 0;
}

static bool withdraw(paper *self, hub *of)
{
    ulam_assignment back = {0};
    assert_int_equal(ulam_schedule_withdraw(&of->schedule, &back), ULAM_OK);
    assert_int_equal(of->schedule.missing, 0);
    for (size_t i = 0; i < back.n; i++) give_back(self, &self->hubs[0].schedule, &back.chunks[i]);
    ulam_assignment_free(&back);
    return false; /* it may be given the same again */
}

/* All of it */

static void begin(paper *self)
{
    self->n_hubs = 1 + pick(self, MOST_HUBS);
    self->left = pick(self, 6) ? INFINITY : 0.5;
    self->in_hand = self->n_unmerged = self->n_goals = 0;
    ulam_worker_init(&self->worker, self->job);
    for (size_t h = 0; h < self->n_hubs; h++) {
        hub *at = &self->hubs[h];
        *at = (hub){.ranks = 1 + pick(self, MOST_RANKS)};
        ulam_gathering_init(&at->gathering, self->job);
        assert_int_equal(h ? ulam_schedule_init_empty(&at->schedule, self->job, at->ranks)
                           : ulam_schedule_init(&at->schedule, &self->state, 4 * self->n_hubs),
                         ULAM_OK);
    }
}

static void end(paper *self)
{
    for (size_t h = 0; h < self->n_hubs; h++) {
        for (size_t r = 0; r < MOST_RANKS; r++) ulam_assignment_free(&self->hubs[h].assignment[r]);
        ulam_gathering_free(&self->hubs[h].gathering);
        ulam_schedule_free(&self->hubs[h].schedule);
    }
    while (self->n_unmerged) ulam_part_free(&self->unmerged[--self->n_unmerged]);
    ulam_worker_free(&self->worker);
}

/* Everything that could be done, is done, once. False: there was nothing. */
static bool do_all(paper *self)
{
    bool any = false;
    while (tell_goal(self) || merge_any(self)) any = true;
    for (size_t h = 0; h < self->n_hubs; h++) {
        hub *at = &self->hubs[h];
        if (h) any |= send(self, at);
        for (size_t r = 0; r < at->ranks; r++) {
            any |= answer(self, at, r);
            any |= ask(self, at, r);
        }
        if (h && at->schedule.closed) withdraw(self, at);
        if (h && at->schedule.missing == 0) any |= ask_for_shares(self, at);
    }
    return any;
}

static bool do_something(paper *self)
{
    hub *at = &self->hubs[pick(self, self->n_hubs)];
    const size_t rank = pick(self, at->ranks);
    const bool leads = at != self->hubs;
    switch (pick(self, 10)) {
    case 0:
    case 1:
        return merge_any(self);
    case 2:
        return tell_goal(self);
    case 3:
        return leads && send(self, at);
    case 4:
        return leads && at->schedule.missing == 0 && ask_for_shares(self, at);
    case 5:
        return leads && pick(self, 5) == 0 && withdraw(self, at);
    case 6:
    case 7:
        return ask(self, at, rank);
    default:
        return answer(self, at, rank);
    }
}

static void check(const paper *self)
{
    const ulam_schedule *root = &self->hubs[0].schedule;
    assert_int_equal(root->in_hand, self->in_hand);
    assert_true(isfinite(root->measured_work));
    assert_true(root->unknown_runs <= root->missing);
    for (size_t i = 0; i < root->n_returned && self->n_goals == 0; i++)
        assert_false(ulam_state_goal(&self->state, root->returned[i].point).ended);
    if (ulam_schedule_finished(root) && self->n_unmerged == 0 && self->n_goals == 0)
        assert_true(ulam_state_complete(&self->state));
}

/* Until it is done, or a kill comes. True: there is nothing more to do. */
static bool go_on(paper *self, size_t steps)
{
    for (size_t i = 0, nothing = 0; i < steps; i++) {
        nothing = do_something(self) ? 0 : nothing + 1;
        check(self);
        if (nothing < 100) continue;
        if (!do_all(self)) return true;
        nothing = 0;
    }
    return false;
}

static void reread(paper *self)
{
    ulam_bytes bytes = {0};
    assert_int_equal(ulam_state_pack(&self->state, &bytes), ULAM_OK);
    ulam_state_free(&self->state);
    ulam_reader reader = {.at = bytes.data, .end = bytes.data + bytes.size};
    assert_int_equal(ulam_state_unpack(&self->state, self->job, &reader, NULL), ULAM_OK);
    ulam_bytes_free(&bytes);
}

/* Sessions with other ranks and leaders each. */
static void play(paper *self, const ulam_job *job, uint64_t seed)
{
    *self = (paper){.job = job, .chance = seed};
    assert_int_equal(ulam_state_init(&self->state, job), ULAM_OK);
    for (bool complete = false; !complete;) {
        begin(self);
        if (go_on(self, pick(self, 3) ? SIZE_MAX : 20 + pick(self, 2000))) {
            const bool closed = self->hubs[0].schedule.closed;
            complete = ulam_state_complete(&self->state);
            assert_true(complete || (closed && isfinite(self->left))); /* else it would hang */
            if (complete) assert_true(ulam_schedule_finished(&self->hubs[0].schedule));
        }
        end(self);
        reread(self);
    }
}

static void assert_as_alone(const ulam_job *job, uint64_t games)
{
    ulam_state alone;
    ulam_bytes expected = {0};
    paper *self = malloc(sizeof *self);
    assert_non_null(self);
    assert_int_equal(ulam_state_init(&alone, job), ULAM_OK);
    assert_int_equal(ulam_execute(job, &alone, &(ulam_execution){0}, NULL), ULAM_OK);
    assert_true(ulam_state_complete(&alone));
    assert_int_equal(ulam_state_pack(&alone, &expected), ULAM_OK);
    for (uint64_t seed = 1; seed <= games; seed++) {
        ulam_bytes bytes = {0};
        play(self, job, seed);
        assert_int_equal(ulam_state_pack(&self->state, &bytes), ULAM_OK);
        assert_int_equal(bytes.size, expected.size);
        assert_memory_equal(bytes.data, expected.data, expected.size);
        ulam_bytes_free(&bytes);
        ulam_state_free(&self->state);
    }
    free(self);
    ulam_bytes_free(&expected);
    ulam_state_free(&alone);
}

static void make(hand_made_job *made, ulam_on_failure on_failure, uint64_t runs)
{
    make_job(made, &model, POINTS, runs, 4);
    made->points[1].block = 16;
    made->points[4].block = 1;
    made->job.conduct.on_failure = on_failure;
    made->job.conduct.max_failed = on_failure == ULAM_ON_FAILURE_RECORD ? 1000 : 0;
    made->job.until = (ulam_until){.confidence = 0.95, .ladder = 64, .max_time = INFINITY};
}

static void a_number_of_runs(void **unused)
{
    (void)unused;
    hand_made_job made;
    make(&made, ULAM_ON_FAILURE_RECORD, 2003);
    assert_as_alone(&made.job, 60);
}

static void targets(void **unused)
{
    (void)unused;
    hand_made_job made;
    static const ulam_target target = {.name = "value", .length = 1, .error = INFINITY, .rel_error = 0.08};
    make(&made, ULAM_ON_FAILURE_RECORD, 1 << 16);
    made.job.until.targets = &target;
    made.job.until.n_targets = 1;
    assert_as_alone(&made.job, 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_of_runs),
        cmocka_unit_test(targets),
    };
    return cmocka_run_group_tests_name("schedule by chance", tests, NULL, NULL);
}
