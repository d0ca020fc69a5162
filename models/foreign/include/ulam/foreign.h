/* Models from elsewhere: `model: ./needle.c` is compiled and loaded, `model: ./needle.so` is loaded. */

#ifndef ULAM_FOREIGN_H
#define ULAM_FOREIGN_H

#include <ulam/open_model.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The opener for a catalogue. It compiles with $CC or cc (.c), $CXX or c++ (.cc, .cpp, .cxx), whose messages go to standard
 * error as they are, and keeps what was compiled in $XDG_CACHE_HOME/ulam or ~/.cache/ulam. The calling program must export
 * the functions of the public headers (link with -rdynamic). Constant, belongs to nobody. */
const ulam_model_opener *ulam_foreign_models(void);

#ifdef __cplusplus
}
#endif

#endif
