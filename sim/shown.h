/* Text from outside as a message shows it: on one line, without control characters, of bounded length. */

#ifndef ULAM_SHOWN_H
#define ULAM_SHOWN_H

#include <stddef.h>

#include <ulam/utf8.h>

enum {
    ULAM_SHOWN_SIZE = 256
};

typedef struct {
    char text[ULAM_SHOWN_SIZE];
} ulam_shown;

/* A word or value of a job: control characters and bytes that are not UTF-8 escaped, past 60 characters "...". */
ulam_shown ulam_show(const char *text);

/* A path: the same, but of a long one the end is kept. */
ulam_shown ulam_show_path(const char *path);

/* Names for a sentence, "a, b, c"; past the room "...". */
ulam_shown ulam_show_names(const char *const *names, size_t n);

/* "; did you mean 'name'?" for the nearest of names, else "". */
ulam_shown ulam_show_nearest(const char *word, const char *const *names, size_t n);

#endif
