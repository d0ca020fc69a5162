/* What ranks tell each other. An asker sends what it has done and asks for more, together or one after the other; whom it asks
 * replies with work or the end. */

#ifndef ULAM_MESSAGES_H
#define ULAM_MESSAGES_H

#include "schedule.h"
#include "worker.h"

enum {
    ULAM_TAG_ANSWER = 1,
    ULAM_TAG_REPLY = 2,
    ULAM_TAG_STOP = 3, /* empty: begin no more blocks */
};

/* What is said with an answer. */
typedef struct {
    ulam_error failure; /* how it went */
    uint64_t
        shares; /* ranks that work is asked for; 0: none is now. An earlier request stands until it is replied to */
    bool quiet; /* nothing that this asker knows to have been given is still to be answered */
    ulam_dropped_run *held; /* [n_held] what it is at, or a leader's ranks are, and for how long; owned */
    size_t n_held;
} ulam_report;

/* Its sums come last, so that the rest can be read without them. ULAM_ENOMEM; ULAM_EINVAL: more bytes than a message can
 * hold. */
ulam_status ulam_answer_pack(const ulam_answer *answer, const ulam_report *report, ulam_bytes *bytes,
                             ulam_error *error);

/* An answer that has arrived; parts[next] and those behind it still wait for their sums to be read. */
typedef struct {
    ulam_bytes bytes;
    ulam_reader reader;
    ulam_report report;
    ulam_answer answer;
    size_t next;
} ulam_arrival;

void ulam_arrival_free(ulam_arrival *self);

/* Reads all but the sums; takes the bytes. ULAM_ESYSTEM: they make no sense; ULAM_ENOMEM. Whatever it returns,
 * ulam_arrival_free() may be called. */
ulam_status ulam_arrival_read(ulam_arrival *self, ulam_bytes *bytes, ulam_error *error);

/* Reads the sums of parts[next], which is then the caller's to move on from. Errors as above. */
ulam_status ulam_arrival_read_sums(ulam_arrival *self, const ulam_job *job, ulam_error *error);

/* What is said to an answer: work, or the end. */
typedef struct {
    bool end;
    bool told;   /* at the end: a message ULAM_TAG_STOP was sent too */
    double left; /* s to the deadline, when it was said */
    ulam_assignment assignment;
    ulam_error outcome; /* at the end: how the job ended */
} ulam_reply;

/* ULAM_ENOMEM. */
ulam_status ulam_reply_pack(const ulam_reply *reply, ulam_bytes *bytes);

/* Reads into a reply that is zeroed or was read before. ULAM_ESYSTEM, ULAM_ENOMEM. */
ulam_status ulam_reply_unpack(ulam_reply *reply, const ulam_bytes *bytes, ulam_error *error);

#endif
