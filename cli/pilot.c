#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <ulam/trial.h>

#include "pilot.h"
#include "progress_line.h"
#include "table.h"
#include "terminal.h"

enum {
    LISTED = 20
};

static const double pilot_seconds = 1;

static void set_seconds(ulam_table *table, size_t column, double seconds)
{
    char text[32];
    if (seconds < 1e-6)
        snprintf(text, sizeof text, "%.3g ns", 1e9 * seconds);
    else if (seconds < 1e-3)
        snprintf(text, sizeof text, "%.3g us", 1e6 * seconds);
    else if (seconds < 1)
        snprintf(text, sizeof text, "%.3g ms", 1e3 * seconds);
    else
        ulam_format_duration(seconds, text, sizeof text);
    ulam_table_set(table, column, isnan(seconds) ? "—" : text);
}

static void set_point(ulam_table *table, const ulam_job *job, size_t p, const ulam_trial *trial)
{
    char text[48];
    size_t column = 0;
    const double cost = trial->seconds / (double)trial->runs;
    ulam_table_row(table);
    snprintf(text, sizeof text, "%zu", p);
    ulam_table_set(table, column++, text);
    for (size_t a = 0; a < job->n_axes; a++)
        for (size_t i = 0; i < job->axes[a].n_parameters; i++) {
            const size_t parameter = job->axes[a].parameters[i];
            char *value = ulam_value_text(&job->model->parameters[parameter], job->points[p].values[parameter]);
            ulam_table_set(table, column++, value ? value : "?");
            free(value);
        }
    set_seconds(table, column++, cost);
    snprintf(text, sizeof text, "%s%.3g",
             !trial->beyond             ? ""
             : ulam_job_has_chains(job) ? "max_sweeps, "
                                        : "max_runs, ",
             trial->needed);
    ulam_table_set(table, column++, isnan(trial->needed) ? "—" : text);
    set_seconds(table, column, cost * trial->needed);
}

static const char *unit_of(const ulam_job *job) { return ulam_job_has_chains(job) ? "sweeps" : "runs"; }

static bool print_points(const ulam_job *job, const ulam_trial *trials)
{
    ulam_table table;
    size_t columns = 4, column = 1, listed = 0, tried = 0;
    for (size_t a = 0; a < job->n_axes; a++) columns += job->axes[a].n_parameters;
    ulam_table_init(&table, columns);
    ulam_table_head(&table, 0, "point", false);
    for (size_t a = 0; a < job->n_axes; a++)
        for (size_t i = 0; i < job->axes[a].n_parameters; i++)
            ulam_table_head(&table, column++, job->model->parameters[job->axes[a].parameters[i]].name, false);
    ulam_table_head(&table, column++, ulam_job_has_chains(job) ? "a sweep" : "a run", false);
    ulam_table_head(&table, column++, unit_of(job), false);
    ulam_table_head(&table, column, "on one core", false);
    for (size_t p = 0; p < job->n_points; p++) {
        tried += trials[p].runs > 0;
        if (trials[p].runs && listed++ < LISTED) set_point(&table, job, p, &trials[p]);
    }
    ulam_table_print(&table, stdout, ulam_terminal_measure().columns, columns - 3);
    if (tried > LISTED) printf("and %zu more points\n", tried - LISTED);
    const bool whole = !table.failed;
    ulam_table_free(&table);
    return whole;
}

/* Points that were not tried count like those that were. */
static void print_total(const ulam_job *job, const ulam_trial *trials)
{
    double runs = 0, seconds = 0, tried_runs = 0, tried_seconds = 0;
    size_t tried = 0, told = 0;
    char text[32];
    for (size_t p = 0; p < job->n_points; p++) {
        tried += trials[p].runs > 0;
        tried_runs += (double)trials[p].runs;
        tried_seconds += trials[p].seconds;
        if (trials[p].runs == 0 || isnan(trials[p].needed)) continue;
        told++;
        runs += trials[p].needed;
        seconds += trials[p].needed * trials[p].seconds / (double)trials[p].runs;
    }
    ulam_format_duration(tried_seconds, text, sizeof text);
    printf("pilot    %.3g %s of %zu of %zu points in %s\n", tried_runs, unit_of(job), tried, job->n_points, text);
    if (told == 0) {
        printf("in all   not known: no target could be judged by so few %s\n", unit_of(job));
        return;
    }
    const double share = (double)job->n_points / (double)told;
    ulam_format_duration(seconds * share, text, sizeof text);
    printf("in all   about %.3g %s, %s on one core; more ranks share it\n", runs * share, unit_of(job), text);
    if (told < tried)
        printf("         %zu point%s could not be judged by so few %s; the average of the others stands for them\n",
               tried - told, tried - told == 1 ? "" : "s", unit_of(job));
}

ulam_status ulam_print_pilot(const ulam_job *job, ulam_error *error)
{
    ulam_trial *trials = calloc(job->n_points + 1, sizeof *trials);
    if (!trials) return ulam_fail_memory(error, "trying a job");
    const ulam_status status = ulam_try_points(job, pilot_seconds, trials, error);
    bool whole = true;
    if (!status) {
        putchar('\n');
        whole = print_points(job, trials);
        putchar('\n');
        print_total(job, trials);
    }
    free(trials);
    return whole ? status : ulam_fail_memory(error, "printing a table");
}
