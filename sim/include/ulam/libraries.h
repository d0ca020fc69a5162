/* The libraries that this one works with. */

#ifndef ULAM_LIBRARIES_H
#define ULAM_LIBRARIES_H

#ifdef __cplusplus
extern "C" {
#endif

enum {
    ULAM_LIBRARIES_SIZE = 128
};

/* "GSL 2.7.1, libyaml 0.2.5, ...": versions as they run, not as they were built with. */
void ulam_libraries(char text[ULAM_LIBRARIES_SIZE]);

#ifdef __cplusplus
}
#endif

#endif
