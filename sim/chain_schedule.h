/* The schedule of a job of chains: which block of chains goes on next. A block makes sweeps until its time is up, comes back
 * with where it stands, and waits for its turn: those go first that have come least far, so that the results, which end with
 * the shortest chain, get on. Part of ulam_schedule, whose functions lead here. */

#ifndef ULAM_CHAIN_SCHEDULE_H
#define ULAM_CHAIN_SCHEDULE_H

#include "schedule.h"

typedef struct ulam_chain_schedule ulam_chain_schedule;

/* Lists what state lacks. NULL: out of memory. */
ulam_chain_schedule *ulam_chain_schedule_open(const ulam_state *state, size_t ranks);
void ulam_chain_schedule_close(ulam_chain_schedule *self);

/* As ulam_schedule_take(). *closed: something is left, but nothing that would be done before the deadline. */
ulam_status ulam_chain_schedule_take(ulam_chain_schedule *self, double left, size_t most, ulam_assignment *assignment,
                                     bool *closed);

/* So many sweeps of a block took so many seconds, the longest of them `longest`. */
void ulam_chain_schedule_done(ulam_chain_schedule *self, size_t point, uint64_t sweeps, double seconds, double longest);

/* A block that was handed out has not been begun. */
void ulam_chain_schedule_return(ulam_chain_schedule *self, const ulam_chunk *chunk);

/* Learns how far a point's chains are wanted. */
void ulam_chain_schedule_follow(ulam_chain_schedule *self, const ulam_goal *goal);

/* A block that was handed out stands there now; takes the record over. */
void ulam_chain_schedule_go_on(ulam_chain_schedule *self, const ulam_goal *goal, uint64_t block,
                               ulam_chain_record *record);

double ulam_chain_schedule_work(const ulam_chain_schedule *self);
bool ulam_chain_schedule_finished(const ulam_chain_schedule *self);

#endif
