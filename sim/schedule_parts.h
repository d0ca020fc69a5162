/* What a schedule knows of each point. schedule.c keeps the account of what is missing and what it costs; schedule_take.c
 * decides what is handed out next. */

#ifndef ULAM_SCHEDULE_PARTS_H
#define ULAM_SCHEDULE_PARTS_H

#include "schedule.h"

#define ULAM_NONE SIZE_MAX /* no point, no list */

struct ulam_gap {
    uint64_t first, blocks;
};

struct ulam_schedule_point {
    size_t gap, gap_end; /* whole blocks still to be handed out */
    uint64_t tail;       /* runs of the partial last block, if that is to be handed out; else 0 */
    uint64_t release;    /* blocks from here on are not to be handed out yet */
    uint64_t reach;      /* how far that may be moved ahead */
    bool open;           /* its end is not known yet */
    uint64_t missing;    /* runs of the two below release, and of what was given back */
    double seconds;      /* measured, of so many runs */
    uint64_t runs;
    double longest; /* s, of a block */
    size_t class;   /* the list it stands in; ULAM_NONE: in no list */
    size_t previous, next;
};

/* Whether the point has blocks that may be handed out now; whether it has these or a tail. */
bool ulam_schedule_has_released(const ulam_schedule *self, const ulam_schedule_point *point);
bool ulam_schedule_has_own(const ulam_schedule *self, const ulam_schedule_point *point);

/* Seconds a run; NaN: not the least idea. */
double ulam_schedule_cost(const ulam_schedule *self, size_t p);

/* Puts a visited point into the list where it belongs now. */
void ulam_schedule_list_point(ulam_schedule *self, size_t p);

/* Counts runs of a point in or out of what is missing. */
void ulam_schedule_count_missing(ulam_schedule *self, size_t p, uint64_t runs, bool out);

/* Lets the next open point go on to its next rung before it is known whether it has to. False: none may. */
bool ulam_schedule_go_ahead(ulam_schedule *self);

#endif
