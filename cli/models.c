/* ulam models: the built-in models, and what each takes and gives. */

#include <stdio.h>
#include <string.h>

#include <ulam/nearest.h>

#include "known_models.h"
#include "options.h"
#include "subcommands.h"
#include "table.h"
#include "terminal.h"

static const char help[] =
    "usage: ulam models [MODEL]\n"
    "\n"
    "Lists the built-in models; with a MODEL, a name or a path such as ./needle.c, that model's\n"
    "parameters (type, default, unit, bounds), its observables, and where it is described.\n"
    "\n"
    "options:\n"
    "  -h, --help    this text\n";

static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};

static void list(const ulam_catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->count; i++)
        printf("%-10s %s\n", catalogue->models[i]->name, catalogue->models[i]->summary);
    puts("\n'ulam models NAME' describes one; so does 'ulam models ./needle.c' of a model in a file of its own.");
}

static const char *type_name(ulam_type type)
{
    switch (type) {
    case ULAM_REAL:
        return "real";
    case ULAM_INTEGER:
        return "integer";
    case ULAM_BOOLEAN:
        return "boolean";
    case ULAM_CHOICE:
        return "choice";
    case ULAM_STRING:
        return "string";
    case ULAM_FILE:
        return "file";
    case ULAM_REALS:
        return "reals";
    }
    return "";
}

/* A table with these heads, all of it text. */
static void start_table(ulam_table *table, const char *const *heads, size_t n)
{
    ulam_table_init(table, n);
    for (size_t i = 0; i < n; i++) ulam_table_head(table, i, heads[i], true);
}

static void add_row(ulam_table *table, const char *const *cells)
{
    ulam_table_row(table);
    for (size_t i = 0; i < table->columns; i++) ulam_table_set(table, i, cells[i]);
}

static const char *or_empty(const char *text) { return text ? text : ""; }

/* Writes a choice's words as "call | put" into text[size]; for other types the bounds. */
static void format_bounds(const ulam_parameter *parameter, char *text, size_t size)
{
    if (parameter->type != ULAM_CHOICE) {
        snprintf(text, size, "%s", or_empty(parameter->bounds));
        return;
    }
    size_t n = 0;
    *text = '\0';
    for (const char *const *word = parameter->choices; *word && n < size; word++)
        n += (size_t)snprintf(text + n, size - n, "%s%s", n ? " | " : "", *word);
}

static void print_parameters(const ulam_model *model)
{
    ulam_table table;
    start_table(&table, (const char *[]){"parameter", "type", "default", "unit", "bounds", "meaning"}, 6);
    for (size_t i = 0; i < model->n_parameters; i++) {
        const ulam_parameter *parameter = &model->parameters[i];
        char bounds[256];
        format_bounds(parameter, bounds, sizeof bounds);
        add_row(&table, (const char *[]){parameter->name, type_name(parameter->type),
                                         parameter->default_value ? parameter->default_value : "required",
                                         or_empty(parameter->unit), bounds, or_empty(parameter->help)});
    }
    ulam_table_wrap(&table, ulam_terminal_measure().columns);
    ulam_table_print(&table, stdout, 0, 0);
    ulam_table_free(&table);
}

/* "customers" of an array by a parameter, "64" of a fixed one, "" of a scalar. */
static void format_length(const ulam_observable *observable, char *text, size_t size)
{
    if (observable->length_from)
        snprintf(text, size, "[%s]", observable->length_from);
    else if (observable->length > 0)
        snprintf(text, size, "[%zu]", observable->length);
    else
        snprintf(text, size, "%s", "");
}

static void print_observables(const ulam_model *model)
{
    static const char *const kinds[] = {"number", "indicator", "count"};
    ulam_table table;
    start_table(&table, (const char *[]){"observable", "kind", "unit", "exact mean", "meaning"}, 5);
    for (size_t i = 0; i < model->n_observables; i++) {
        const ulam_observable *observable = &model->observables[i];
        char length[80], name[160];
        format_length(observable, length, sizeof length);
        snprintf(name, sizeof name, "%s%s", observable->name, length);
        add_row(&table, (const char *[]){name, kinds[observable->kind], or_empty(observable->unit),
                                         observable->exact ? "known" : "", or_empty(observable->help)});
    }
    ulam_table_wrap(&table, ulam_terminal_measure().columns);
    ulam_table_print(&table, stdout, 0, 0);
    ulam_table_free(&table);
}

static void print_derived(const ulam_model *model)
{
    ulam_table table;
    if (model->n_derived == 0) return;
    puts("");
    start_table(&table, (const char *[]){"derived", "unit", "expression", "meaning"}, 4);
    for (size_t i = 0; i < model->n_derived; i++)
        add_row(&table, (const char *[]){model->derived[i].name, or_empty(model->derived[i].unit),
                                         or_empty(model->derived[i].expression), or_empty(model->derived[i].help)});
    ulam_table_wrap(&table, ulam_terminal_measure().columns);
    ulam_table_print(&table, stdout, 0, 0);
    ulam_table_free(&table);
}

static int fail_unknown(const ulam_catalogue *catalogue, const char *name)
{
    const char *names[64];
    size_t n = 0;
    for (; n < catalogue->count && n < 64; n++) names[n] = catalogue->models[n]->name;
    const char *near = ulam_nearest(name, names, n);
    fprintf(stderr, "ulam models: no model '%s'", name);
    fprintf(stderr, near ? "; did you mean '%s'?\n" : "; 'ulam models' lists them\n", near);
    return 2;
}

static void describe(const ulam_model *model)
{
    printf("%s: %s\n\n", model->name, model->summary);
    if (model->chain)
        puts("A Markov chain. A job says how many each point has (runs), and how long they are: thermalize, then "
             "sweeps or\n"
             "until; measured after every measure_every-th.\n");
    print_parameters(model);
    puts("");
    print_observables(model);
    print_derived(model);
    if (model->reference) printf("\nreference: %s\n", model->reference);
}

/* A name has neither dots nor slashes. */
static int find_and_describe(const ulam_catalogue *catalogue, const char *name)
{
    ulam_error error = {0};
    ulam_open_model opened = {0};
    const ulam_model *model = ulam_catalogue_find(catalogue, name);
    const bool path = strpbrk(name, "./") != NULL;
    if (!model && !path) return fail_unknown(catalogue, name);
    const ulam_status status = model ? ULAM_OK : ulam_model_open(catalogue, name, &opened, &error);
    if (status)
        fprintf(stderr, "ulam models: %s\n", error.message);
    else
        describe(model ? model : opened.model);
    ulam_model_close(catalogue, &opened);
    return ulam_exit_status(status);
}

int ulam_models_main(int argc, char **argv)
{
    static const ulam_usage usage = {"models", help, ":h", options};
    int status = -1;
    while (ulam_next_option(&usage, argc, argv, &status) != -1) continue;
    if (status >= 0) return status;
    const ulam_catalogue catalogue = ulam_known_models();
    if (optind == argc) {
        list(&catalogue);
        return 0;
    }
    const char *name = ulam_only_operand("models", "MODEL", argc, argv);
    return name ? find_and_describe(&catalogue, name) : 2;
}
