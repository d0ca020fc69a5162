#define LANES_BUILD portable
#include "lanes_calls.h"
