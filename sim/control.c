#include <math.h>
#include <stdlib.h>

#include <ulam/control.h>

/* What is left of a control's variance when the other controls are known; below this it follows from them. */
static const double least_left = 1e-10;

typedef double square[ULAM_MOST_CONTROLS][ULAM_MOST_CONTROLS];

/* Cholesky's factor of the controls' correlations; false: they are singular. */
static bool factorise(size_t k, const double *S, square L)
{
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j <= i; j++) {
            double left = S[i * k + j] / (sqrt(S[i * k + i]) * sqrt(S[j * k + j]));
            for (size_t m = 0; m < j; m++) left -= L[i][m] * L[j][m];
            if (i == j && !(left > least_left)) return false;
            L[i][j] = i == j ? sqrt(left) : left / L[j][j];
        }
    return true;
}

/* z = L^-1 D^-1/2 v, D being the diagonal of S: u . S^-1 v is the product of two such. */
static void whiten(size_t k, const double *S, square L, const double *v, double *z)
{
    for (size_t i = 0; i < k; i++) {
        z[i] = v[i] / sqrt(S[i * k + i]);
        for (size_t j = 0; j < i; j++) z[i] -= L[i][j] * z[j];
        z[i] /= L[i][i];
    }
}

static double dot(size_t k, const double *a, const double *b)
{
    double sum = 0;
    for (size_t i = 0; i < k; i++) sum += a[i] * b[i];
    return sum;
}

void ulam_control_variates(uint64_t n, double mean, double sd, size_t k, const double *d, const double *c,
                           const double *S, double level, ulam_controlled *result)
{
    square L;
    double deviation[ULAM_MOST_CONTROLS], covariance[ULAM_MOST_CONTROLS];
    *result = (ulam_controlled){{NAN, NAN, {NAN, NAN}}, NAN};
    if (n < k + 2 || !factorise(k, S, L)) return;
    whiten(k, S, L, d, deviation);
    whiten(k, S, L, c, covariance);
    const double runs = (double)n, freedom = (double)(n - k - 1);
    const double left = fmax(0, sd * sd - dot(k, covariance, covariance)) * (runs - 1) / freedom;
    const double variance = left * (1 / runs + dot(k, deviation, deviation) / (runs - 1));
    ulam_estimate *estimate = &result->estimate;
    estimate->value = mean - dot(k, covariance, deviation);
    estimate->std_error = sqrt(variance);
    estimate->interval =
        ulam_student_interval(n - k, estimate->value, estimate->std_error * sqrt((double)(n - k)), level);
    if (variance > 0) result->reduction = sd * sd / runs / variance;
}

static double known_mean(const ulam_job *job, const ulam_control *control, size_t point)
{
    const ulam_observable *observable = &job->model->observables[control->observable];
    const ulam_extent *extent = &job->extents[control->observable];
    if (!control->is_exact) return control->mean;
    double *exact = calloc(extent->length, sizeof *exact);
    if (!exact) return NAN;
    observable->exact(job->points[point].values, exact);
    const double mean = exact[control->element - extent->offset];
    free(exact);
    return mean;
}

static double covariance_of(const ulam_accumulators *kept, size_t a, size_t b)
{
    ulam_joint_summary joint;
    const size_t pair = ulam_statistics_pair(kept->statistics, a, b);
    if (pair == SIZE_MAX) return NAN;
    ulam_comoments_summarise(&kept->pairs[pair], &joint);
    return joint.covariance;
}

void ulam_controlled_estimate(const ulam_job *job, size_t controlled, size_t point, const ulam_summary *figures,
                              const ulam_accumulators *kept, double level, ulam_controlled *result)
{
    const ulam_controlled_plan *plan = &job->controlled[controlled];
    const size_t k = plan->n_controls;
    double d[ULAM_MOST_CONTROLS], c[ULAM_MOST_CONTROLS], S[ULAM_MOST_CONTROLS * ULAM_MOST_CONTROLS];
    for (size_t i = 0; i < k; i++) {
        const size_t x = plan->controls[i].element;
        d[i] = figures[x].mean - known_mean(job, &plan->controls[i], point);
        c[i] = covariance_of(kept, plan->element, x);
        S[i * k + i] = figures[x].sd * figures[x].sd;
        for (size_t j = 0; j < i; j++) S[i * k + j] = S[j * k + i] = covariance_of(kept, x, plan->controls[j].element);
    }
    const ulam_summary *of = &figures[plan->element];
    ulam_control_variates(of->count, of->mean, of->sd, k, d, c, S, level, result);
}
