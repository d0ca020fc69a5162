#include "in_hand.h"

_Thread_local ulam_runs_in_hand ulam_in_hand;

ulam_runs_in_hand ulam_execution_in_hand(void) { return ulam_in_hand; }
