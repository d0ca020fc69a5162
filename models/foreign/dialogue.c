/* Requests are written ahead of the answers, so that neither side waits for the other. A run whose answer does not come, or
 * is of no use, is performed once more, alone and as the first of a program started afresh: then it is its own fault. */

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ulam/execute.h>

#include "child.h"
#include "dialogue.h"
#include "message.h"
#include "pipes.h"
#include "served.h"

enum {
    AHEAD = 64, /* requests that are not answered yet */
    AHEAD_BYTES = 1 << 16,
    LONGEST_LINE = 64 << 20
};

static const double start_patience = 60, end_patience = 1; /* s */

typedef struct {
    const ulam_served *served;
    const ulam_job *job;
    ulam_warden warden;
    ulam_child child;
    ulam_pipes pipes;
    bool checked;          /* its files are those of the job */
    bool begun;            /* it has been started before */
    uint64_t asked;        /* runs that the program has been asked for since it was started */
    size_t point;          /* of the requests */
    uint64_t next, ahead;  /* the run to be answered next, the run to be asked for next */
    uint64_t alone_until;  /* runs before that one are asked for one at a time */
    ulam_bytes parameters; /* of the point `described`, as an object */
    size_t described;
} dialogue;

typedef enum {
    HEARD, /* a line is there, or some time has passed */
    LOST,  /* the program will write nothing more */
    OVERDUE
} outcome;

/* The program's life */

static void end_program(dialogue *self, double patience)
{
    ulam_pipes_close_output(&self->pipes);
    if (!ulam_child_ended(&self->child, patience)) ulam_child_end(&self->child);
    ulam_pipes_close(&self->pipes);
    self->ahead = self->next;
}

/* Waits for something of it, until `limit` seconds have passed since its last line. */
static outcome wait_for_it(dialogue *self, double limit, double *waited)
{
    const int slice = limit < 1 ? 1 + (int)(limit * 100) : 100; /* ms */
    const double before = ulam_clock();
    const size_t had = ulam_pipes_unread(&self->pipes);
    const bool open = ulam_pipes_exchange(&self->pipes, &self->child, slice);
    if (ulam_pipes_has_line(&self->pipes)) return HEARD;
    if (!open || self->pipes.in.size > LONGEST_LINE) return LOST;
    if (ulam_pipes_unread(&self->pipes) == had && ulam_child_ended(&self->child, 0)) {
        ulam_pipes_exchange(&self->pipes, &self->child, 0); /* what it wrote meanwhile */
        return ulam_pipes_unread(&self->pipes) > had ? HEARD : LOST;
    }
    /* A job that was halted for a while, program and all, has not computed meanwhile. */
    *waited += fmin(ulam_clock() - before, 2e-3 * slice);
    return *waited > limit ? OVERDUE : HEARD;
}

/* Why nothing more comes from it. It is ended. */
static void describe_loss(dialogue *self, char text[ULAM_LAST_WORDS])
{
    const bool too_long = self->pipes.in.size > LONGEST_LINE;
    if (!too_long && ulam_child_ended(&self->child, end_patience)) {
        ulam_child_describe_end(&self->child, text);
    } else {
        char words[ULAM_LAST_WORDS];
        ulam_child_hear(&self->child);
        ulam_child_last_words(&self->child, words);
        snprintf(text, ULAM_LAST_WORDS, "%s%.400s",
                 too_long ? "wrote a line of more than 64 MB" : "closed its standard output", words);
    }
    end_program(self, 0);
}

static ulam_status greet(dialogue *self, ulam_error *error)
{
    double waited = 0;
    const double timeout = self->job->conduct.run_timeout, limit = fmax(start_patience, timeout);
    outcome now = HEARD;
    char why[ULAM_LAST_WORDS];
    if (ulam_message_put_hello(self->job->model, &self->pipes.out)) return ulam_fail_memory(error, "asking a program");
    while (now == HEARD && !ulam_pipes_has_line(&self->pipes)) now = wait_for_it(self, limit, &waited);
    if (now == OVERDUE)
        return ulam_fail(error, ULAM_EINVAL, "the program did not answer the first line of the line protocol in %g s",
                         limit);
    if (now == LOST) {
        describe_loss(self, why);
        return ulam_fail(error, ULAM_EINVAL, "the program did not answer the first line of the line protocol: %s", why);
    }
    size_t size;
    const char *line = ulam_pipes_take_line(&self->pipes, &size);
    return ulam_message_read_hello(line, size, error);
}

static ulam_status begin_once(dialogue *self, ulam_error *error)
{
    ulam_child_plan plan = {.words = self->served->program->command, .folder = self->served->folder};
    ulam_status status = ulam_pipes_open(&self->pipes, &plan.input, &plan.output, error);
    if (!status) status = ulam_child_start(&self->child, &plan, &self->warden, error);
    ulam_pipes_close_far_ends(plan.input, plan.output);
    if (!status) status = greet(self, error);
    if (status) end_program(self, 0);
    return status;
}

/* Starts the program. One that could be started before is given several tries. */
static ulam_status begin(dialogue *self, ulam_error *error)
{
    ulam_status status = self->checked ? ULAM_OK : ulam_served_check_files(self->served, error);
    if (status) return status;
    self->checked = true;
    const int tries = self->begun ? 3 : 1;
    for (int i = 0; i < tries; i++)
        if (!(status = begin_once(self, error))) break;
    self->begun |= !status;
    self->asked = 0;
    return status;
}

/* Requests and answers */

static ulam_status describe_point(dialogue *self, size_t point)
{
    if (self->described == point) return ULAM_OK;
    self->parameters.size = 0;
    self->described = SIZE_MAX;
    if (ulam_message_put_parameters(self->job, point, &self->parameters)) return ULAM_ENOMEM;
    self->described = point;
    return ULAM_OK;
}

static ulam_status ask(dialogue *self, uint64_t end, ulam_error *error)
{
    while (self->ahead < end && self->ahead - self->next < AHEAD && self->pipes.out.size < AHEAD_BYTES &&
           (self->ahead >= self->alone_until || self->ahead == self->next)) {
        if (ulam_message_put_request(self->job, self->point, self->ahead, &self->parameters, &self->pipes.out))
            return ulam_fail_memory(error, "asking a program");
        self->ahead++;
        self->asked++;
    }
    return ULAM_OK;
}

/* The run to be answered next came to nothing. True: it is its own fault, and has failed. */
static bool has_failed(dialogue *self)
{
    const bool sure = self->asked == 1;
    if (!sure) self->alone_until = self->ahead;
    end_program(self, 0);
    return sure;
}

static bool take_loss(dialogue *self, ulam_error *cause)
{
    char why[ULAM_LAST_WORDS];
    const uint64_t ahead = self->ahead;
    describe_loss(self, why);
    self->ahead = ahead;
    if (!has_failed(self)) return false;
    ulam_fail(cause, ULAM_ERUN, "%s", why);
    return true;
}

/* What the program wrote before, and what it now says went wrong. */
static void add_last_words(dialogue *self, ulam_error *cause)
{
    char words[ULAM_LAST_WORDS];
    ulam_child_hear(&self->child);
    ulam_child_last_words(&self->child, words);
    const size_t length = strlen(cause->message);
    snprintf(cause->message + length, sizeof cause->message - length, "%s", words);
}

/* Takes an answer into values. False: the run failed, or it is to be asked for again (cause is ULAM_OK). */
static bool take_answer(dialogue *self, double *values, size_t stride, ulam_error *cause)
{
    size_t size;
    bool garbage = false;
    ulam_error why = {0};
    const char *line = ulam_pipes_take_line(&self->pipes, &size);
    if (!ulam_message_read_answer(self->job, self->next, line, size, values, stride, &garbage, &why)) {
        self->next++;
        return true;
    }
    if (!garbage || self->asked == 1) {
        if (garbage) add_last_words(self, &why);
        *cause = why;
    }
    if (garbage) has_failed(self);
    return false;
}

/* Goes on with the requests that are under way, or forgets them; a line that nobody asked for is forgotten too. */
static ulam_status turn_to(dialogue *self, const ulam_stretch *stretch, ulam_error *error)
{
    const bool goes_on = self->point == stretch->point && self->next == stretch->first;
    const bool unasked = self->ahead == self->next && ulam_pipes_has_line(&self->pipes);
    if (unasked || (!goes_on && self->ahead > self->next)) end_program(self, 0);
    if (!goes_on) {
        self->next = self->ahead = stretch->first;
        self->alone_until = 0;
    }
    self->point = stretch->point;
    return describe_point(self, stretch->point) ? ulam_fail_memory(error, "asking a program") : ULAM_OK;
}

static ulam_status perform(dialogue *self, const ulam_stretch *stretch, double *values, size_t stride,
                           ulam_error *cause, ulam_error *error)
{
    const uint64_t end = stretch->first + stretch->n;
    const double limit = self->job->conduct.run_timeout;
    double waited = 0;
    ulam_status status = turn_to(self, stretch, error);
    while (!status && !cause->status && self->next < end) {
        if (!ulam_pipes_are_open(&self->pipes) && (status = begin(self, error))) break;
        if ((status = ask(self, end, error))) break;
        if (ulam_pipes_has_line(&self->pipes)) {
            take_answer(self, values + (self->next - stretch->first), stride, cause);
            waited = 0;
            continue;
        }
        const outcome now = wait_for_it(self, limit, &waited);
        if (now == HEARD) continue;
        if (now == LOST) {
            take_loss(self, cause);
        } else {
            ulam_fail(cause, ULAM_ERUN, "took longer than %g s", limit);
            add_last_words(self, cause);
            end_program(self, 0);
        }
        waited = 0;
    }
    return status;
}

/* The service */

static void *open_dialogue(void *served, const ulam_job *job)
{
    dialogue *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    *self = (dialogue){.served = served, .job = job, .described = SIZE_MAX};
    self->child.errors = -1;
    ulam_pipes_init(&self->pipes);
    return self;
}

static void close_dialogue(void *session)
{
    dialogue *self = session;
    ulam_pipe_signal signal;
    ulam_pipe_signal_block(&signal);
    end_program(self, self->ahead == self->next ? end_patience : 0);
    ulam_pipe_signal_restore(&signal);
    ulam_warden_end(&self->warden);
    ulam_pipes_free(&self->pipes);
    ulam_bytes_free(&self->parameters);
    free(self);
}

static ulam_status perform_stretch(void *session, ulam_stretch stretch, double *values, size_t stride, uint64_t *done,
                                   ulam_error *cause, ulam_error *error)
{
    dialogue *self = session;
    ulam_error failure = {0}, own = {0};
    ulam_pipe_signal signal;
    ulam_pipe_signal_block(&signal);
    const ulam_status status = perform(self, &stretch, values, stride, &failure, &own);
    ulam_pipe_signal_restore(&signal);
    *done = status ? 0 : self->next - stretch.first;
    if (status) {
        *error = own;
    } else if (failure.status) {
        *cause = failure;
        self->next++;
        if (self->ahead < self->next) self->ahead = self->next;
    }
    return status;
}

const ulam_service ulam_dialogue_service = {.open = open_dialogue, .close = close_dialogue, .perform = perform_stretch};
