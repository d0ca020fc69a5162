/* A program of somebody else's, built from the installed library alone: a job in, its results in memory. */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <ulam/execute.h>
#include <ulam/models.h>

int main(void)
{
    static const char text[] = "model: buffon\nruns: 1e5\n";
    const ulam_job_source source = {.path = "consumer", .text = text, .size = sizeof text - 1};
    const ulam_execution execution = {0};
    ulam_error error = {0};
    ulam_job job = {0};
    ulam_state state = {0};
    ulam_summary crossing;

    ulam_status status = ulam_job_read(&job, &source, ulam_builtin_models(), &error);
    if (!status) status = ulam_state_init(&state, &job);
    if (!status) status = ulam_execute(&job, &state, &execution, &error);
    if (!status) status = ulam_state_summarise(&state, 0, &crossing);
    if (status)
        fprintf(stderr, "%s\n", error.message);
    else
        printf("%.6f +- %.6f\n", crossing.mean, crossing.std_error);
    const int wrong = status || crossing.count != 100000 || fabs(crossing.mean - 2 / acos(-1)) > 4 * crossing.std_error;
    ulam_state_free(&state);
    ulam_job_free(&job);
    return wrong;
}
