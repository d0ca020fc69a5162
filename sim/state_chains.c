#include <stdlib.h>

#include "state_chains.h"
#include "state_rungs.h"

uint64_t ulam_chain_first_block(const ulam_point *point) { return point->first / point->block; }

uint64_t ulam_chain_blocks(const ulam_point *point)
{
    return (point->runs + point->block - 1) / point->block - ulam_chain_first_block(point);
}

uint64_t ulam_chain_block_runs(const ulam_point *point, uint64_t block)
{
    const uint64_t left = point->runs - block * point->block;
    return left < point->block ? left : point->block;
}

ulam_status ulam_chains_init(ulam_chains *self, const ulam_point *point)
{
    const uint64_t n = ulam_chain_blocks(point);
    *self = (ulam_chains){0};
    if (n > SIZE_MAX / sizeof *self->records) return ULAM_ENOMEM;
    self->records = calloc((size_t)n, sizeof *self->records);
    if (!self->records) return ULAM_ENOMEM;
    self->n = self->at_shortest = (size_t)n;
    return ULAM_OK;
}

void ulam_chains_free(ulam_chains *self)
{
    for (size_t i = 0; i < self->n; i++) ulam_chain_record_drop(self->records[i]);
    free(self->records);
    *self = (ulam_chains){0};
}

ulam_status ulam_chains_copy(ulam_chains *self, const ulam_chains *other)
{
    ulam_chain_record **records = calloc(other->n ? other->n : 1, sizeof *records);
    if (!records) return ULAM_ENOMEM;
    *self = *other;
    self->records = records;
    for (size_t i = 0; i < other->n; i++) records[i] = ulam_chain_record_share(other->records[i]);
    return ULAM_OK;
}

static uint64_t measurements_of(const ulam_job *job, const ulam_chain_record *record)
{
    return record ? ulam_measurements(&job->chain, record->sweeps) : 0;
}

/* Counts a block's record (NULL: there is none) in, or out again. */
static void count(ulam_chains *self, const ulam_job *job, const ulam_chain_record *record, bool in)
{
    const uint64_t end = job->chain.thermalize + job->chain.sweeps, one = in ? 1 : UINT64_MAX; /* -1 */
    const bool dead = ulam_chain_record_is_dead(record);
    if (!record) return;
    self->failed += one * record->failed;
    self->dead += dead ? one * record->chains : 0;
    self->sweeps += dead ? 0 : one * record->chains * record->sweeps;
    self->ended += (size_t)(dead || record->sweeps >= end ? one : 0);
}

/* Finds the shortest and the longest chains anew. */
static void compare(ulam_chains *self, const ulam_job *job)
{
    self->shortest = UINT64_MAX;
    self->longest = 0;
    self->at_shortest = 0;
    for (size_t i = 0; i < self->n; i++) {
        if (ulam_chain_record_is_dead(self->records[i])) continue;
        const uint64_t n = measurements_of(job, self->records[i]);
        if (n < self->shortest) self->at_shortest = 0;
        if (n <= self->shortest) {
            self->shortest = n;
            self->at_shortest++;
        }
        if (n > self->longest) self->longest = n;
    }
    if (self->shortest > self->longest) self->shortest = 0; /* none lives */
}

/* Measurements at which the means of all chains are known. */
static uint64_t common_measurements(const ulam_chains *self)
{
    if (self->shortest == self->longest) return self->shortest;
    const uint64_t width = ulam_chain_sums_width(self->longest);
    return self->shortest / width * width;
}

/* The values of a point's chains: value[element * capacity + i] of the i-th that has not failed, whose run is run[i]. Of few
 * chains the means of their parts too, so that a jackknife has enough groups: part[(element * capacity + i) * parts + j]. */
typedef struct {
    double *value;
    uint64_t *run;
    size_t n, capacity;
    uint64_t failed;
    uint64_t end[ULAM_GROUPS + 1]; /* [parts + 1] measurements where parts begin and end */
    size_t parts;                  /* 1: a chain is not parted */
    double *part;
} chain_values;

/* Parts are whole segments of the longest chain's, at least two each. */
static void part_chains(chain_values *self, const ulam_chains *chains, uint64_t n)
{
    const uint64_t width = ulam_chain_sums_width(chains->longest), segments = n / width;
    self->parts = self->capacity && self->capacity <= ULAM_GROUPS / 2 ? ULAM_GROUPS / self->capacity : 1;
    if (self->parts > segments / 2) self->parts = segments < 4 ? 1 : (size_t)(segments / 2);
    for (size_t j = 0; j < self->parts; j++) self->end[j] = j * segments / self->parts * width;
    self->end[self->parts] = n;
}

static ulam_status read_block(const ulam_state *state, size_t p, size_t block, uint64_t n, ulam_chain_sums *sums,
                              chain_values *values)
{
    const size_t width = state->job->width;
    const ulam_point *point = &state->job->points[p];
    const ulam_chain_record *record = state->points[p].chains.records[block];
    ulam_chain_reader reader;
    ulam_status status = ulam_chain_reader_start(&reader, record);
    for (uint64_t c = 0; c < record->chains && !status; c++) {
        bool failed = false;
        status = ulam_chain_reader_next(&reader, width, sums, &failed);
        for (size_t e = 0; e < width && !status && !failed; e++) {
            const uint64_t width_known = ulam_chain_sums_width(sums[e].n);
            if (n > sums[e].n || (n != sums[e].n && n % width_known)) status = ULAM_EFORMAT;
            if (status) break;
            const size_t cell = e * values->capacity + values->n;
            values->value[cell] = ulam_chain_sums_mean(&sums[e], 0, n);
            for (size_t j = 0; values->part && j < values->parts; j++)
                values->part[cell * values->parts + j] =
                    ulam_chain_sums_mean(&sums[e], values->end[j], values->end[j + 1]);
        }
        for (size_t e = 0; e < width; e++) ulam_chain_sums_free(&sums[e]);
        if (status) break;
        if (failed)
            values->failed++;
        else
            values->run[values->n++] = (ulam_chain_first_block(point) + block) * point->block + c;
    }
    return status;
}

static ulam_status read_values(const ulam_state *state, size_t p, uint64_t n, chain_values *values)
{
    const ulam_chains *chains = &state->points[p].chains;
    const size_t width = state->job->width;
    const uint64_t runs = state->job->points[p].runs - state->job->points[p].first;
    if (runs > SIZE_MAX / sizeof(double) / width) return ULAM_ENOMEM;
    values->capacity = (size_t)runs;
    values->value = malloc(width * values->capacity * sizeof *values->value);
    values->run = malloc(values->capacity * sizeof *values->run);
    part_chains(values, chains, n);
    const bool parted = values->parts > 1 && state->job->statistics && state->job->statistics->n_grouped;
    if (parted) values->part = malloc(width * values->capacity * values->parts * sizeof *values->part);
    ulam_chain_sums *sums = malloc(width * sizeof *sums);
    ulam_status status = values->value && values->run && sums && (values->part || !parted) ? ULAM_OK : ULAM_ENOMEM;
    for (size_t i = 0; i < chains->n && !status; i++) status = read_block(state, p, i, n, sums, values);
    free(sums);
    return status;
}

/* Weighs parts by their measurements. */
static ulam_status group_parts(const chain_values *values, size_t element, ulam_groups *groups)
{
    ulam_groups_free(groups);
    *groups = (ulam_groups){0};
    for (size_t i = 0; i < values->n; i++)
        for (size_t j = 0; j < values->parts; j++) {
            const size_t g = i * values->parts + j;
            const uint64_t n = values->end[j + 1] - values->end[j];
            const double factors[] = {values->part[(element * values->capacity + i) * values->parts + j], (double)n};
            if (ulam_exact_add_product(&groups->sum[g], factors, 2)) return ULAM_ENOMEM;
            groups->count[g] = n;
        }
    return ULAM_OK;
}

static ulam_status make_tally(const ulam_job *job, const chain_values *values, ulam_tally *tally)
{
    const ulam_block_values block = {
        .value = values->value, .n = values->n, .run_step = 1, .element_step = values->capacity, .run = values->run};
    ulam_status status = ulam_tally_init(tally, job->width);
    if (!status) status = ulam_tally_keep(tally, job->statistics);
    if (!status) status = ulam_tally_add(tally, &block);
    for (size_t i = 0; values->part && !status && i < job->statistics->n_grouped; i++)
        status = group_parts(values, job->statistics->grouped[i], &tally->more.groups[i]);
    tally->runs += values->failed;
    tally->failed += values->failed;
    return status;
}

ulam_status ulam_state_publish_chains(ulam_state *self, size_t p)
{
    ulam_point_state *point = &self->points[p];
    point->chains.stale = false;
    const uint64_t n = common_measurements(&point->chains), failed = point->chains.failed;
    const bool known = n || failed == self->job->points[p].runs - self->job->points[p].first;
    if (n == point->blocks && (!known || failed == point->prefix.failed)) return ULAM_OK;
    chain_values values = {0};
    ulam_tally tally = {0};
    ulam_status status = known ? read_values(self, p, n, &values) : ULAM_OK;
    if (!status && known) status = make_tally(self->job, &values, &tally);
    free(values.value);
    free(values.run);
    free(values.part);
    if (status) {
        ulam_tally_free(&tally);
        return status;
    }
    ulam_tally_free(&point->prefix);
    point->prefix = tally;
    point->blocks = n;
    return ULAM_OK;
}

ulam_status ulam_state_publish(ulam_state *self)
{
    for (size_t p = 0; ulam_job_has_chains(self->job) && p < self->job->n_points; p++) {
        const ulam_status status = self->points[p].chains.stale ? ulam_state_publish_chains(self, p) : ULAM_OK;
        if (status) return status;
    }
    return ULAM_OK;
}

static ulam_chain_record **find_record(const ulam_state *self, size_t p, uint64_t block)
{
    return &self->points[p].chains.records[block - ulam_chain_first_block(&self->job->points[p])];
}

static ulam_status judge_record(const ulam_state *self, size_t p, uint64_t block, const ulam_chain_record *record,
                                ulam_error *error)
{
    if (p >= self->job->n_points || block < ulam_chain_first_block(&self->job->points[p]) ||
        block - ulam_chain_first_block(&self->job->points[p]) >= self->points[p].chains.n)
        return ulam_fail(error, ULAM_EINVAL, "there is no block %llu of chains at point %zu", (unsigned long long)block,
                         p);
    const ulam_chain_record *before = *find_record(self, p, block);
    if (record->chains != ulam_chain_block_runs(&self->job->points[p], block) ||
        (before && record->sweeps < before->sweeps))
        return ulam_fail(error, ULAM_EINVAL, "point %zu: %llu chains after %llu sweeps do not continue block %llu", p,
                         (unsigned long long)record->chains, (unsigned long long)record->sweeps,
                         (unsigned long long)block);
    return ULAM_OK;
}

/* Counts a record that has come in the place of another. */
static void exchange(ulam_chains *self, const ulam_job *job, const ulam_chain_record *before,
                     const ulam_chain_record *record)
{
    const uint64_t n = measurements_of(job, record);
    self->stale = true;
    count(self, job, before, false);
    count(self, job, record, true);
    if (measurements_of(job, before) == self->shortest) self->at_shortest -= self->at_shortest > 0;
    if (n == self->shortest) self->at_shortest++;
    if (n > self->longest) self->longest = n;
    if (self->at_shortest == 0 || ulam_chain_record_is_dead(record)) compare(self, job);
}

/* Results of chains that do not stand together may wait until they are asked for: they take a look at all sums. */
static ulam_status publish_together(ulam_state *self, size_t p)
{
    const ulam_chains *chains = &self->points[p].chains;
    if (chains->longest == 0 || chains->shortest != chains->longest) return ULAM_OK;
    const ulam_status status = ulam_state_publish_chains(self, p);
    return status ? status : ulam_state_note_rung(self, p);
}

ulam_status ulam_state_add_chains(ulam_state *self, size_t p, uint64_t block, ulam_chain_record *record,
                                  ulam_error *error)
{
    ulam_status status = judge_record(self, p, block, record, error);
    if (status) {
        ulam_chain_record_drop(record);
        return status;
    }
    ulam_chains *chains = &self->points[p].chains;
    ulam_chain_record **place = find_record(self, p, block), *before = *place;
    *place = record;
    if (ulam_state_chain_witness(self, p, block, record)) return ulam_fail_memory(error, "adding chains");
    exchange(chains, self->job, before, record);
    ulam_chain_record_drop(before);
    status = publish_together(self, p);
    if (status == ULAM_EFORMAT) return ulam_fail(error, status, "the sums of point %zu's chains are damaged", p);
    return status ? ulam_fail_memory(error, "adding chains") : ULAM_OK;
}

bool ulam_chains_are_begun(const ulam_chains *self)
{
    for (size_t i = 0; i < self->n; i++)
        if (self->records[i]) return true;
    return false;
}

ulam_status ulam_state_move_chains(ulam_state *self, size_t p, const ulam_state *from, size_t from_point,
                                   ulam_error *error)
{
    const ulam_chains *chains = &from->points[from_point].chains;
    const ulam_point *point = &self->job->points[p];
    ulam_status status = ULAM_OK;
    for (size_t i = 0; i < chains->n && !status; i++) {
        ulam_chain_record *record = chains->records[i];
        const uint64_t block = ulam_chain_first_block(&from->job->points[from_point]) + i;
        if (!record || block * point->block >= point->runs || record->chains != ulam_chain_block_runs(point, block))
            continue;
        status = ulam_state_add_chains(self, p, block, ulam_chain_record_share(record), error);
    }
    return status;
}

uint64_t ulam_state_sweeps(const ulam_state *self, size_t p) { return self->points[p].blocks * self->job->chain.every; }

uint64_t ulam_state_sweeps_asked(const ulam_state *self, size_t p)
{
    return ulam_state_chain_end(self, p) - self->job->chain.thermalize;
}

uint64_t ulam_state_longest_chain(const ulam_state *self, size_t p)
{
    return self->points[p].chains.longest * self->job->chain.every;
}

ulam_chain_record *ulam_state_share_record(const ulam_state *self, const ulam_chunk *chunk)
{
    if (!ulam_job_has_chains(self->job)) return NULL;
    return ulam_chain_record_share(*find_record(self, chunk->point, chunk->first));
}

uint64_t ulam_state_chain_end(const ulam_state *self, size_t p)
{
    const ulam_chain_plan *plan = &self->job->chain;
    const ulam_goal goal = ulam_state_goal(self, p);
    return plan->thermalize + (goal.ended ? self->points[p].blocks : goal.release) * plan->every;
}

bool ulam_state_chains_complete(const ulam_state *self, size_t p)
{
    return self->points[p].chains.ended == self->points[p].chains.n;
}

uint64_t ulam_state_sweeps_made(const ulam_state *self, size_t p)
{
    const ulam_chains *chains = &self->points[p].chains;
    return chains->sweeps + chains->dead * ulam_state_chain_end(self, p);
}

uint64_t ulam_state_sweeps_needed(const ulam_state *self, size_t p)
{
    return (self->job->points[p].runs - self->job->points[p].first) * ulam_state_chain_end(self, p);
}

ulam_status ulam_chains_pack(const ulam_chains *self, ulam_bytes *bytes)
{
    ulam_status status = ulam_bytes_put_u64(bytes, self->n);
    for (size_t i = 0; i < self->n && !status; i++) status = ulam_chain_record_pack(self->records[i], true, bytes);
    return status;
}

ulam_status ulam_chains_unpack(ulam_chains *self, const ulam_job *job, size_t p, ulam_reader *reader)
{
    const ulam_point *point = &job->points[p];
    const uint64_t n = ulam_reader_get_u64(reader);
    if (reader->failed || n != self->n) return ULAM_EFORMAT;
    ulam_status status = ULAM_OK;
    for (size_t i = 0; i < self->n && !status; i++)
        status = ulam_chain_record_unpack(
            &self->records[i], ulam_chain_block_runs(point, ulam_chain_first_block(point) + i), job->width, reader);
    for (size_t i = 0; i < self->n && !status; i++) count(self, job, self->records[i], true);
    compare(self, job);
    return status;
}
