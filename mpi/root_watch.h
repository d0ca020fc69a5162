/* What the root looks after between messages: stopping, lateness, the end, progress. */

#ifndef ULAM_ROOT_WATCH_H
#define ULAM_ROOT_WATCH_H

#include "root.h"

/* The root's ulam_hub_kind.watch. */
bool ulam_root_watch(ulam_hub *hub, ulam_service *service);

/* The root's ulam_hub_kind.give_up: keeps what is known first. */
_Noreturn void ulam_root_give_up(ulam_hub *hub, const char *reason);

#endif
