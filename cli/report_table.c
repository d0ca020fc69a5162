#include <math.h>

#include "html.h"
#include "report_table.h"

void ulam_report_column(const char *name, const char *unit, bool is_text, FILE *out)
{
    fprintf(out, "<th scope=\"col\"%s><button>", is_text ? " class=\"text\"" : "");
    ulam_html_put(name, out);
    if (unit) {
        fputs(" (", out);
        ulam_html_put(unit, out);
        fputc(')', out);
    }
    fputs("</button></th>", out);
}

void ulam_report_cell(double value, const char *text, FILE *out)
{
    fputs("<td data-value=\"", out);
    if (!isnan(value)) fprintf(out, "%.17g", value);
    fputs("\">", out);
    ulam_html_put(text, out);
    fputs("</td>", out);
}

void ulam_report_point_columns(const ulam_result *result, FILE *out)
{
    ulam_report_column("point", NULL, false, out);
    for (size_t i = 0; i < result->n_swept; i++) {
        const ulam_result_parameter *parameter = &result->parameters[result->swept[i]];
        ulam_report_column(parameter->name, parameter->unit, parameter->is_text, out);
    }
}

void ulam_report_point(const ulam_result *result, size_t point, FILE *out)
{
    fprintf(out, "<td>%zu</td>", point);
    for (size_t i = 0; i < result->n_swept; i++) {
        const ulam_result_parameter *parameter = &result->parameters[result->swept[i]];
        fputs(parameter->is_text ? "<td class=\"text\">" : "<td>", out);
        ulam_html_put(parameter->text[point], out);
        fputs("</td>", out);
    }
}
