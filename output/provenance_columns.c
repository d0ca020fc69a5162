#include "provenance_columns.h"

const ulam_provenance_column ulam_session_words[ULAM_SESSION_WORDS] = {
    {"command", "command line"}, {"hosts", "hosts"},  {"libraries", "libraries and their versions"},
    {"start", "start, UTC"},     {"end", "end, UTC"},
};

const ulam_provenance_column ulam_session_counts[ULAM_SESSION_COUNTS] = {
    {"ranks", "ranks"},
    {"runs", "runs done in the session"},
};

char **ulam_session_word(ulam_session *self, size_t k)
{
    char **const words[ULAM_SESSION_WORDS] = {&self->command, &self->hosts, &self->libraries, &self->start, &self->end};
    return words[k];
}

uint64_t *ulam_session_count(ulam_session *self, size_t k)
{
    uint64_t *const counts[ULAM_SESSION_COUNTS] = {&self->ranks, &self->runs};
    return counts[k];
}
