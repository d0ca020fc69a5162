/* What an expression is made of. */

#ifndef ULAM_EXPRESSION_CODE_H
#define ULAM_EXPRESSION_CODE_H

#include <stddef.h>

enum {
    ULAM_EXPRESSION_STACK = 64 /* values that wait for an operator */
};

typedef enum {
    ULAM_PUSH_NUMBER,
    ULAM_PUSH_MEAN,    /* of the expression's elements, the index-th */
    ULAM_PUSH_REAL,    /* the parameter of that index */
    ULAM_PUSH_INTEGER, /* likewise */
    ULAM_PUSH_BOOLEAN, /* 1 or 0 */
    ULAM_NEGATE,
    ULAM_EXP,
    ULAM_LOG,
    ULAM_LOG10,
    ULAM_SQRT,
    ULAM_SIN,
    ULAM_COS,
    ULAM_TAN,
    ULAM_ABS,
    ULAM_ADD, /* from here on, of two values */
    ULAM_SUBTRACT,
    ULAM_MULTIPLY,
    ULAM_DIVIDE,
    ULAM_POWER,
    ULAM_MIN,
    ULAM_MAX,
} ulam_operation;

typedef struct ulam_instruction {
    ulam_operation operation;
    size_t index;
    double number;
} ulam_instruction;

#endif
