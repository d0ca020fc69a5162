#include <math.h>
#include <string.h>

#include "expression.h"
#include "expression_code.h"
#include "number.h"
#include "shown.h"

enum {
    LONGEST_TEXT = 10000, /* bytes, and so at most as many instructions */
    DEEPEST = 100,        /* parentheses and signs within each other */
    LONGEST_WORD = 80
};

typedef struct {
    const char *text, *next;
    const ulam_job *job;
    ulam_instruction *instructions;
    size_t n_instructions;
    size_t *elements;
    size_t n_elements;
    size_t waiting; /* values on the stack */
    int depth;
    const char *wrong; /* where it is */
    ulam_error *error;
} parser;

typedef struct {
    const char *name;
    ulam_operation operation;
} function;

static const function functions[] = {
    {"exp", ULAM_EXP}, {"log", ULAM_LOG}, {"log10", ULAM_LOG10}, {"sqrt", ULAM_SQRT},
    {"sin", ULAM_SIN}, {"cos", ULAM_COS}, {"tan", ULAM_TAN},     {"abs", ULAM_ABS},
    {"min", ULAM_MIN}, {"max", ULAM_MAX}, {"pow", ULAM_POWER},
};

enum {
    FUNCTIONS = sizeof functions / sizeof *functions
};

/* A name, or what stands in a name's place, of the text. */
typedef struct {
    char text[LONGEST_WORD];
    size_t length;
} word;

static ulam_status read_sum(parser *self);

/* Fails at a place of the text; the message is ready. */
static ulam_status fail_at(parser *self, const char *place)
{
    self->wrong = place;
    return ULAM_EINVAL;
}

static void skip_blanks(parser *self) { self->next += strspn(self->next, " \t\n"); }

static bool take(parser *self, char sign)
{
    skip_blanks(self);
    if (*self->next != sign) return false;
    self->next++;
    return true;
}

/* What stands where something else was expected. */
static ulam_status fail_here(parser *self, const char *expected)
{
    uint32_t code;
    char found[8] = "";
    skip_blanks(self);
    const size_t length = ulam_utf8_next(self->next, strlen(self->next), &code);
    memcpy(found, self->next, length);
    if (*self->next)
        ulam_fail(self->error, ULAM_EINVAL, "'%s' stands here, expected %s", ulam_show(found).text, expected);
    else
        ulam_fail(self->error, ULAM_EINVAL, "the expression ends here, expected %s", expected);
    return fail_at(self, self->next);
}

static ulam_status put(parser *self, ulam_instruction instruction)
{
    if (instruction.operation < ULAM_NEGATE)
        self->waiting++;
    else if (instruction.operation >= ULAM_ADD)
        self->waiting--;
    if (self->waiting > ULAM_EXPRESSION_STACK) {
        ulam_fail(self->error, ULAM_EINVAL, "the expression is nested too deeply, expected a simpler one");
        return fail_at(self, self->next);
    }
    self->instructions[self->n_instructions++] = instruction;
    return ULAM_OK;
}

static ulam_status put_operation(parser *self, ulam_operation operation)
{
    return put(self, (ulam_instruction){.operation = operation});
}

static word read_word(parser *self)
{
    static const char characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    word read = {.length = strspn(self->next, characters)};
    const size_t kept = read.length < LONGEST_WORD ? read.length : LONGEST_WORD - 1;
    memcpy(read.text, self->next, kept);
    self->next += read.length;
    return read;
}

/* Digits with a point, and an exponent: "1e-3" is one number, "1e - 3" is not. */
static ulam_status read_number(parser *self)
{
    const char *start = self->next;
    char text[LONGEST_WORD] = "";
    double value = 0;
    self->next += strspn(self->next, "0123456789.");
    if (*self->next == 'e' || *self->next == 'E') {
        self->next++;
        if (*self->next == '-' || *self->next == '+') self->next++;
        self->next += strspn(self->next, "0123456789");
    }
    const size_t length = (size_t)(self->next - start);
    memcpy(text, start, length < LONGEST_WORD ? length : LONGEST_WORD - 1);
    if (length < LONGEST_WORD && ulam_read_real(text, &value) == ULAM_READ_OK)
        return put(self, (ulam_instruction){.operation = ULAM_PUSH_NUMBER, .number = value});
    ulam_fail(self->error, ULAM_EINVAL, "'%s' is no number that a double holds", ulam_show(text).text);
    return fail_at(self, start);
}

static ulam_status read_arguments(parser *self, const function *of)
{
    const size_t n = of->operation >= ULAM_ADD ? 2 : 1;
    for (size_t i = 0; i < n; i++) {
        const ulam_status status = read_sum(self);
        if (status) return status;
        if (i + 1 < n && !take(self, ',')) return fail_here(self, "a comma: the function takes two values");
    }
    if (!take(self, ')')) return fail_here(self, n == 1 ? "')': the function takes one value" : "')'");
    return put_operation(self, of->operation);
}

static ulam_status read_function(parser *self, const word *name, const char *start)
{
    const char *names[FUNCTIONS];
    for (size_t i = 0; i < FUNCTIONS; i++) {
        if (!strcmp(name->text, functions[i].name)) return read_arguments(self, &functions[i]);
        names[i] = functions[i].name;
    }
    ulam_fail(self->error, ULAM_EINVAL, "there is no function '%s', expected one of %s%s", ulam_show(name->text).text,
              ulam_show_names(names, FUNCTIONS).text, ulam_show_nearest(name->text, names, FUNCTIONS).text);
    return fail_at(self, start);
}

static ulam_status put_mean(parser *self, size_t element)
{
    size_t i = 0;
    while (i < self->n_elements && self->elements[i] != element) i++;
    if (i == self->n_elements) self->elements[self->n_elements++] = element;
    return put(self, (ulam_instruction){.operation = ULAM_PUSH_MEAN, .index = i});
}

/* An observable's name has been read; an array's is followed by an index. */
static ulam_status read_observable(parser *self, size_t observable, const char *start)
{
    const ulam_extent *extent = &self->job->extents[observable];
    const char *name = self->job->model->observables[observable].name;
    uint64_t index = 0;
    skip_blanks(self);
    const char *bracket = self->next;
    if (extent->scalar) return put_mean(self, extent->offset);
    if (!take(self, '[')) {
        ulam_fail(self->error, ULAM_EINVAL, "'%s' is an array, expected one of %s[0] to %s[%zu]", name, name, name,
                  extent->length - 1);
        return fail_at(self, start);
    }
    skip_blanks(self);
    const word digits = read_word(self);
    const bool read = digits.length < LONGEST_WORD && ulam_read_natural(digits.text, &index) == ULAM_READ_OK;
    if (!read || !take(self, ']') || index >= extent->length) {
        ulam_fail(self->error, ULAM_EINVAL, "'%s' has no such element, expected %s[0] to %s[%zu]", name, name, name,
                  extent->length - 1);
        return fail_at(self, bracket);
    }
    return put_mean(self, extent->offset + (size_t)index);
}

static ulam_status put_parameter(parser *self, size_t index, const char *start)
{
    const ulam_parameter *parameter = &self->job->model->parameters[index];
    switch (parameter->type) {
    case ULAM_REAL:
        return put(self, (ulam_instruction){.operation = ULAM_PUSH_REAL, .index = index});
    case ULAM_INTEGER:
        return put(self, (ulam_instruction){.operation = ULAM_PUSH_INTEGER, .index = index});
    case ULAM_BOOLEAN:
        return put(self, (ulam_instruction){.operation = ULAM_PUSH_BOOLEAN, .index = index});
    default:
        ulam_fail(self->error, ULAM_EINVAL, "the parameter '%s' is no number", parameter->name);
        return fail_at(self, start);
    }
}

static ulam_status fail_unknown(parser *self, const word *name, const char *start)
{
    enum {
        MOST_NAMES = 200
    };
    const ulam_model *model = self->job->model;
    const char *names[MOST_NAMES];
    size_t n = 0;
    for (size_t i = 0; i < model->n_observables && n < MOST_NAMES; i++) names[n++] = model->observables[i].name;
    for (size_t i = 0; i < model->n_parameters && n < MOST_NAMES; i++) names[n++] = model->parameters[i].name;
    ulam_fail(self->error, ULAM_EINVAL, "model '%s' has no observable or parameter '%s', expected one of %s%s",
              model->name, ulam_show(name->text).text, ulam_show_names(names, n).text,
              ulam_show_nearest(name->text, names, n).text);
    return fail_at(self, start);
}

static ulam_status read_name(parser *self)
{
    const ulam_model *model = self->job->model;
    const char *start = self->next;
    const word name = read_word(self);
    if (take(self, '(')) return read_function(self, &name, start);
    for (size_t i = 0; name.length < LONGEST_WORD && i < model->n_observables; i++)
        if (!strcmp(model->observables[i].name, name.text)) return read_observable(self, i, start);
    for (size_t i = 0; name.length < LONGEST_WORD && i < model->n_parameters; i++)
        if (!strcmp(model->parameters[i].name, name.text)) return put_parameter(self, i, start);
    if (!strcmp(name.text, "pi")) return put(self, (ulam_instruction){.operation = ULAM_PUSH_NUMBER, .number = M_PI});
    return fail_unknown(self, &name, start);
}

static bool is_digit(char character) { return character >= '0' && character <= '9'; }

static bool is_letter(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') || character == '_';
}

static ulam_status read_primary(parser *self)
{
    skip_blanks(self);
    if (is_digit(*self->next) || *self->next == '.') return read_number(self);
    if (is_letter(*self->next)) return read_name(self);
    if (!take(self, '(')) return fail_here(self, "a number, a name or '('");
    const ulam_status status = read_sum(self);
    if (status) return status;
    return take(self, ')') ? ULAM_OK : fail_here(self, "an operator or ')'");
}

static ulam_status read_sign(parser *self)
{
    if (++self->depth > DEEPEST) {
        ulam_fail(self->error, ULAM_EINVAL, "the expression is nested too deeply, expected a simpler one");
        return fail_at(self, self->next);
    }
    ulam_status status;
    if (take(self, '-')) {
        status = read_sign(self);
        if (!status) status = put_operation(self, ULAM_NEGATE);
    } else if (take(self, '+')) {
        status = read_sign(self);
    } else {
        status = read_primary(self);
        if (!status && take(self, '^')) {
            status = read_sign(self);
            if (!status) status = put_operation(self, ULAM_POWER);
        }
    }
    self->depth--;
    return status;
}

static ulam_status read_product(parser *self)
{
    ulam_status status = read_sign(self);
    while (!status) {
        const bool times = take(self, '*');
        if (!times && !take(self, '/')) return ULAM_OK;
        status = read_sign(self);
        if (!status) status = put_operation(self, times ? ULAM_MULTIPLY : ULAM_DIVIDE);
    }
    return status;
}

static ulam_status read_sum(parser *self)
{
    ulam_status status = read_product(self);
    while (!status) {
        const bool plus = take(self, '+');
        if (!plus && !take(self, '-')) return ULAM_OK;
        status = read_product(self);
        if (!status) status = put_operation(self, plus ? ULAM_ADD : ULAM_SUBTRACT);
    }
    return status;
}

static ulam_status read_whole(parser *self)
{
    const ulam_status status = read_sum(self);
    if (status) return status;
    skip_blanks(self);
    if (*self->next) return fail_here(self, "an operator");
    if (self->n_elements) return ULAM_OK;
    ulam_fail(self->error, ULAM_EINVAL,
              "the expression names no observable, expected a function of observables' means");
    return fail_at(self, self->text);
}

ulam_status ulam_expression_read(ulam_expression *self, const char *text, const ulam_job *job, ulam_arena *arena,
                                 size_t *at, ulam_error *error)
{
    const size_t length = strlen(text);
    *at = 0;
    if (length > LONGEST_TEXT)
        return ulam_fail(error, ULAM_EINVAL, "an expression of %zu characters, expected at most %d", length,
                         (int)LONGEST_TEXT);
    parser parsing = {.text = text, .next = text, .job = job, .error = error};
    parsing.instructions = ulam_arena_take_array(arena, length + 1, sizeof *parsing.instructions);
    parsing.elements = ulam_arena_take_array(arena, length + 1, sizeof *parsing.elements);
    if (!parsing.instructions || !parsing.elements) return ulam_fail_memory(error, "reading an expression");
    const ulam_status status = read_whole(&parsing);
    if (parsing.wrong) *at = (size_t)(parsing.wrong - text);
    *self = (ulam_expression){parsing.instructions, parsing.n_instructions, parsing.elements, parsing.n_elements};
    return status;
}
