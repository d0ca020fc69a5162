#include <inttypes.h>

#include "html.h"
#include "report_chains.h"
#include "report_table.h"
#include "show.h"

void ulam_report_sweeps(const ulam_result *result, FILE *out)
{
    uint64_t least, most;
    if (!result->sweeps) return;
    ulam_range_of_sweeps(result, &least, &most);
    fprintf(out, "<dt>sweeps</dt><dd>%" PRIu64, least);
    if (least != most) fprintf(out, " to %" PRIu64, most);
    fprintf(out, " of each chain, behind %" PRIu64 " that thermalise", result->thermalize);
    if (result->every > 1) fprintf(out, "; measured once in %" PRIu64, result->every);
    fputs("</dd>\n", out);
}

void ulam_report_doubts(const ulam_result *result, FILE *out)
{
    for (size_t i = 0; i < result->n_warnings; i++) {
        fputs("<p class=\"warning\">", out);
        ulam_html_put(result->warnings[i], out);
        fputs("</p>\n", out);
    }
}

static void put_row(const ulam_result *result, const ulam_result_observable *observable, size_t point, FILE *out)
{
    char text[ULAM_CHAIN_FIGURES][ULAM_ESTIMATE_SIZE];
    const double values[ULAM_CHAIN_FIGURES] = {observable->tau[point], observable->ess[point], observable->rhat[point],
                                               observable->drift[point]};
    fputs("<tr>", out);
    ulam_report_point(result, point, out);
    fputs("<td class=\"text\">", out);
    ulam_html_put(observable->name, out);
    fputs("</td>", out);
    ulam_chain_figures(observable, point, false, text);
    for (size_t i = 0; i < ULAM_CHAIN_FIGURES; i++) ulam_report_cell(values[i], text[i], out);
    fputs("</tr>\n", out);
}

void ulam_report_chains(const ulam_result *result, FILE *out)
{
    if (!result->sweeps) return;
    fputs("<h2>Chains</h2>\n<p>Integrated autocorrelation time, effective samples over all chains, split R̂, and "
          "the mean of the first fifth less that of the last half, in standard errors.</p>\n"
          "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"chains\">\n<table>\n<thead><tr>",
          out);
    ulam_report_point_columns(result, out);
    ulam_report_column("observable", NULL, true, out);
    for (size_t i = 0; i < ULAM_CHAIN_FIGURES; i++) ulam_report_column(ulam_chain_figure_names[i], NULL, false, out);
    fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t point = 0; point < result->n_points; point++)
        for (size_t i = 0; i < result->n_observables; i++)
            if (result->observables[i].tau && result->observables[i].scalar)
                put_row(result, &result->observables[i], point, out);
    fputs("</tbody>\n</table>\n</div>\n", out);
}
