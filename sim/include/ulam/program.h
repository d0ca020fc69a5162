/* Models that are programs: what a job declares of one, and who performs its runs. */

#ifndef ULAM_PROGRAM_H
#define ULAM_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ulam/isolate.h>
#include <ulam/job.h>
#include <ulam/model.h>
#include <ulam/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where an observable stands in what a program that is started for each run leaves. */
typedef enum {
    ULAM_IN_ANSWER,  /* nowhere: the program answers by the line protocol */
    ULAM_IN_PATTERN, /* what the group of an extended regular expression matches */
    ULAM_IN_JSON,    /* behind a key of a JSON object, "result.energy" */
    ULAM_IN_COLUMN,  /* a word of the last lines, counted from 1 */
} ulam_place_kind;

typedef struct {
    ulam_place_kind kind;
    const char *text; /* the pattern or the key */
    size_t column;
} ulam_place;

/* A declared program. Lives as long as the job. */
typedef struct ulam_program {
    ulam_model model;           /* what is declared; it has neither source nor run */
    const char *const *command; /* [n_words] */
    size_t n_words;
    bool once;                  /* started afresh for each run; otherwise it speaks the line protocol */
    const char *input_file;     /* is written before it starts; NULL: the input is its standard input */
    const char *input_template; /* path of what is written, with {name} for values; NULL: there is no input */
    const char *output;         /* the file that is read afterwards; NULL: its standard output */
    const ulam_place *places;   /* [model.n_observables] */
} ulam_program;

/* Performs the runs of a model that is no function of this process. */
typedef struct ulam_service {
    void *self;
    /* Begins on a rank: nothing is started yet. open, perform and close belong to one thread, whose end ends all that was
     * started. Keeps a pointer to job. NULL: out of memory. */
    void *(*open)(void *self, const ulam_job *job);
    void (*close)(void *session);
    /* As ulam_isolated_perform(). */
    ulam_status (*perform)(void *session, ulam_stretch stretch, double *values, size_t stride, uint64_t *done,
                           ulam_error *cause, ulam_error *error);
} ulam_service;

#ifdef __cplusplus
}
#endif

#endif
