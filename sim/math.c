#include <ulam/math.h>

#include "portable_math.h"

ULAM_TWO_BUILDS(double, ulam_exp, portable_exp, (double x), (x))
ULAM_TWO_BUILDS(double, ulam_log, portable_log, (double x), (x))
ULAM_TWO_BUILDS(double, ulam_log1p, portable_log1p, (double x), (x))
ULAM_TWO_BUILDS(double, ulam_sin, portable_sin, (double x), (x))
ULAM_TWO_BUILDS(double, ulam_cos, portable_cos, (double x), (x))
ULAM_TWO_BUILDS(double, ulam_sinpi, portable_sinpi, (double x), (x))
ULAM_TWO_BUILDS(double, ulam_cospi, portable_cospi, (double x), (x))
ULAM_TWO_BUILDS(double, ulam_normal_quantile, portable_normal_quantile, (double p), (p))

double ulam_sqrt(double x) { return __builtin_sqrt(x); }
