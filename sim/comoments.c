#include <float.h>
#include <math.h>
#include <stdbool.h>

#include <ulam/comoments.h>

#include "two_sum.h"
#include "vectorised.h"

enum {
    LANES = 32,
    CHUNK = 8 * LANES,
    FEW = 8, /* for so few runs their exact products cost no more than the expansion about centres */
};

/* Below this, squares may have vanished beneath the smallest double. */
static const double vanishing = 0x1p-800;

/* Sums over a block. */
enum {
    X,
    Y,
    XX,
    YY,
    XY,
    SUMS
};

/* A block's values of both, run by run. */
typedef struct {
    ulam_series x, y;
    bool gather; /* copy them together, without runs in which one is NaN */
    size_t next;
} block;

/* Runs from the next on: CHUNK, or what is left. */
static size_t next_chunk(block *self, double buffer[2][CHUNK], const double *chunk[2])
{
    if (!self->gather) {
        const size_t left = self->x.n - self->next, n = left < CHUNK ? left : CHUNK;
        chunk[0] = self->x.value + self->next;
        chunk[1] = self->y.value + self->next;
        self->next += n;
        return n;
    }
    size_t n = 0;
    for (; n < CHUNK && self->next < self->x.n; self->next++) {
        const double x = self->x.value[self->next * self->x.step], y = self->y.value[self->next * self->y.step];
        buffer[0][n] = x;
        buffer[1][n] = y;
        n += isnan(x) || isnan(y) ? 0 : 1;
    }
    chunk[0] = buffer[0];
    chunk[1] = buffer[1];
    return n;
}

static double sum_of_lanes(double lane[LANES])
{
    for (int half = LANES / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++) lane[i] += lane[i + half];
    return lane[0];
}

typedef struct {
    size_t count;
    double sum[2], min[2], max[2];
} extent;

VECTORISED static void measure_chunk(extent *self, int which, const double *x, size_t n)
{
    double sum[LANES] = {0}, min[LANES], max[LANES];
    for (int i = 0; i < LANES; i++) {
        min[i] = self->min[which];
        max[i] = self->max[which];
    }
    size_t row = 0;
    for (; row + LANES <= n; row += LANES) {
        for (size_t i = 0; i < LANES; i++) {
            const double value = x[row + i];
            sum[i] += value;
            min[i] = value < min[i] ? value : min[i];
            max[i] = value > max[i] ? value : max[i];
        }
    }
    for (size_t i = 0; row + i < n; i++) {
        const double value = x[row + i];
        sum[i] += value;
        min[i] = value < min[i] ? value : min[i];
        max[i] = value > max[i] ? value : max[i];
    }
    for (int i = 0; i < LANES; i++) {
        self->min[which] = min[i] < self->min[which] ? min[i] : self->min[which];
        self->max[which] = max[i] > self->max[which] ? max[i] : self->max[which];
    }
    self->sum[which] += sum_of_lanes(sum);
}

static extent measure(block values)
{
    extent self = {.min = {INFINITY, INFINITY}, .max = {-INFINITY, -INFINITY}};
    double buffer[2][CHUNK];
    const double *chunk[2];
    for (size_t n; (n = next_chunk(&values, buffer, chunk)) > 0; self.count += n)
        for (int which = 0; which < 2; which++) measure_chunk(&self, which, chunk[which], n);
    return self;
}

VECTORISED static void sum_products(const double *x, const double *y, size_t n, const double centre[2],
                                    double sum[SUMS])
{
    double lane[SUMS][LANES] = {0};
    const double cx = centre[0], cy = centre[1];
    size_t row = 0;
    for (; row + LANES <= n; row += LANES) {
        for (size_t i = 0; i < LANES; i++) {
            const double dx = x[row + i] - cx, dy = y[row + i] - cy;
            lane[X][i] += dx;
            lane[Y][i] += dy;
            lane[XX][i] += dx * dx;
            lane[YY][i] += dy * dy;
            lane[XY][i] += dx * dy;
        }
    }
    for (size_t i = 0; row + i < n; i++) {
        const double dx = x[row + i] - cx, dy = y[row + i] - cy;
        lane[X][i] += dx;
        lane[Y][i] += dy;
        lane[XX][i] += dx * dx;
        lane[YY][i] += dy * dy;
        lane[XY][i] += dx * dy;
    }
    for (int k = 0; k < SUMS; k++) sum[k] = sum_of_lanes(lane[k]);
}

static void centred_sums(block values, const double centre[2], double sum[SUMS])
{
    double buffer[2][CHUNK], part[SUMS], lost[SUMS] = {0};
    const double *chunk[2];
    for (int k = 0; k < SUMS; k++) sum[k] = 0;
    for (size_t n; (n = next_chunk(&values, buffer, chunk)) > 0;) {
        sum_products(chunk[0], chunk[1], n, centre, part);
        for (int k = 0; k < SUMS; k++) two_sum_add(&sum[k], &lost[k], part[k]);
    }
    for (int k = 0; k < SUMS; k++) sum[k] += lost[k];
}

static ulam_status add(ulam_exact *sum, double a, double b, double c)
{
    return ulam_exact_add_product(sum, (double[]){a, b, c}, 3);
}

/* With x = a + dx and y = b + dy, sum x y = sum dx dy + a sum dy + b sum dx + n a b. */
static ulam_status add_product(ulam_exact *sum, double n, double a, double b, double da, double db, double dadb)
{
    return add(sum, dadb, 1, 1) || add(sum, a, db, 1) || add(sum, b, da, 1) || add(sum, n, a, b) ? ULAM_ENOMEM
                                                                                                 : ULAM_OK;
}

static ulam_status add_expansion(ulam_comoments *self, double n, const double c[2], const double t[SUMS])
{
    self->count += (uint64_t)n;
    const bool failed = add(&self->x, t[X], 1, 1) || add(&self->x, n, c[0], 1) || add(&self->y, t[Y], 1, 1) ||
                        add(&self->y, n, c[1], 1) || add_product(&self->xx, n, c[0], c[0], t[X], t[X], t[XX]) ||
                        add_product(&self->yy, n, c[1], c[1], t[Y], t[Y], t[YY]) ||
                        add_product(&self->xy, n, c[0], c[1], t[X], t[Y], t[XY]);
    return failed ? ULAM_ENOMEM : ULAM_OK;
}

static ulam_status add_each(ulam_comoments *self, ulam_series x, ulam_series y)
{
    for (size_t i = 0; i < x.n; i++) {
        const double a = x.value[i * x.step], b = y.value[i * y.step];
        if (isnan(a) || isnan(b)) continue;
        self->count++;
        if (add(&self->x, a, 1, 1) || add(&self->y, b, 1, 1) || add(&self->xx, a, a, 1) || add(&self->yy, b, b, 1) ||
            add(&self->xy, a, b, 1))
            return ULAM_ENOMEM;
    }
    return ULAM_OK;
}

static bool is_constant(const extent *self, int which) { return self->min[which] == self->max[which]; }

/* Whether a sum of squares has kept all it should. */
static bool is_sound(double squares, bool constant) { return constant || (squares >= vanishing && squares <= DBL_MAX); }

void ulam_comoments_free(ulam_comoments *self)
{
    ulam_exact *sums[] = {&self->x, &self->y, &self->xx, &self->yy, &self->xy};
    for (int i = 0; i < SUMS; i++) ulam_exact_free(sums[i]);
    *self = (ulam_comoments){0};
}

ulam_status ulam_comoments_add_block(ulam_comoments *self, ulam_series x, ulam_series y)
{
    if (x.n <= FEW) return add_each(self, x, y);
    block all = {.x = x, .y = y, .gather = x.step != 1 || y.step != 1};
    extent range = measure(all);
    if (!all.gather && !(isfinite(range.sum[0]) && isfinite(range.sum[1]))) {
        all.gather = true;
        range = measure(all);
    }
    if (range.count <= FEW) return add_each(self, x, y);
    double centre[2], t[SUMS];
    for (int i = 0; i < 2; i++) centre[i] = fmin(fmax(range.sum[i] / (double)range.count, range.min[i]), range.max[i]);
    centred_sums(all, centre, t);
    if (is_sound(t[XX], is_constant(&range, 0)) && is_sound(t[YY], is_constant(&range, 1)))
        return add_expansion(self, (double)range.count, centre, t);
    return add_each(self, x, y);
}

ulam_status ulam_comoments_merge(ulam_comoments *self, const ulam_comoments *other)
{
    self->count += other->count;
    return ulam_exact_merge(&self->x, &other->x) || ulam_exact_merge(&self->y, &other->y) ||
                   ulam_exact_merge(&self->xx, &other->xx) || ulam_exact_merge(&self->yy, &other->yy) ||
                   ulam_exact_merge(&self->xy, &other->xy)
               ? ULAM_ENOMEM
               : ULAM_OK;
}
