#ifdef __x86_64__
#define LANES_BUILD avx512
#include "lanes_calls.h"
#endif
