/* Values of expressions. Where <ulam/math.h> has a function it is taken, so that the bits are the same everywhere. */

#include <math.h>
#include <stdbool.h>

#include <ulam/math.h>

#include "expression.h"
#include "expression_code.h"

enum {
    MULTIPLIED_POWER = 64 /* integer powers up to here are products */
};

static double power(double base, double exponent)
{
    const double size = fabs(exponent);
    if (size != trunc(size) || size > MULTIPLIED_POWER) return pow(base, exponent);
    double product = 1, square = base;
    for (unsigned left = (unsigned)size; left; left >>= 1, square *= square)
        if (left & 1) product *= square;
    return exponent < 0 ? 1 / product : product;
}

/* C's fmin() and fmax() take a NaN for no argument; here it is an undefined one. */
static double least(double a, double b) { return isnan(a) || a < b ? a : b; }
static double largest(double a, double b) { return isnan(a) || a > b ? a : b; }

static double of_one(ulam_operation operation, double x)
{
    switch (operation) {
    case ULAM_NEGATE:
        return -x;
    case ULAM_EXP:
        return ulam_exp(x);
    case ULAM_LOG:
        return ulam_log(x);
    case ULAM_LOG10:
        return log10(x);
    case ULAM_SQRT:
        return ulam_sqrt(x);
    case ULAM_SIN:
        return ulam_sin(x);
    case ULAM_COS:
        return ulam_cos(x);
    case ULAM_TAN:
        return ulam_sin(x) / ulam_cos(x);
    default:
        return fabs(x);
    }
}

static double of_two(ulam_operation operation, double a, double b)
{
    switch (operation) {
    case ULAM_ADD:
        return a + b;
    case ULAM_SUBTRACT:
        return a - b;
    case ULAM_MULTIPLY:
        return a * b;
    case ULAM_DIVIDE:
        return a / b;
    case ULAM_POWER:
        return power(a, b);
    case ULAM_MIN:
        return least(a, b);
    default:
        return largest(a, b);
    }
}

static double pushed(const ulam_instruction *self, const ulam_value *values, const double *means)
{
    switch (self->operation) {
    case ULAM_PUSH_NUMBER:
        return self->number;
    case ULAM_PUSH_MEAN:
        return means[self->index];
    case ULAM_PUSH_REAL:
        return values[self->index].real;
    case ULAM_PUSH_INTEGER:
        return (double)values[self->index].integer;
    default:
        return values[self->index].boolean ? 1 : 0;
    }
}

double ulam_expression_value(const ulam_expression *self, const ulam_value *values, const double *means)
{
    double stack[ULAM_EXPRESSION_STACK];
    size_t n = 0;
    for (size_t i = 0; i < self->n_instructions; i++) {
        const ulam_instruction *at = &self->instructions[i];
        if (at->operation < ULAM_NEGATE) {
            stack[n++] = pushed(at, values, means);
        } else if (at->operation < ULAM_ADD) {
            stack[n - 1] = of_one(at->operation, stack[n - 1]);
        } else {
            n--;
            stack[n - 1] = of_two(at->operation, stack[n - 1], stack[n]);
        }
    }
    return stack[0];
}
