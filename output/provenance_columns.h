/* The columns of /provenance that hold words and counts, a row a session: what writing and reading share. */

#ifndef ULAM_PROVENANCE_COLUMNS_H
#define ULAM_PROVENANCE_COLUMNS_H

#include "result_file.h"

typedef struct {
    const char *name, *long_name;
} ulam_provenance_column;

enum {
    ULAM_SESSION_WORDS = 5,
    ULAM_SESSION_COUNTS = 2
};

extern const ulam_provenance_column ulam_session_words[ULAM_SESSION_WORDS];
extern const ulam_provenance_column ulam_session_counts[ULAM_SESSION_COUNTS];

/* The member of a session that the k-th such column shows. */
char **ulam_session_word(ulam_session *self, size_t k);
uint64_t *ulam_session_count(ulam_session *self, size_t k);

#endif
