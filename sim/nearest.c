#include <string.h>

#include <ulam/nearest.h>

/* Longer words are not slips of a name. */
enum {
    LONGEST = 64,
    STEP = 4 /* cost of an edit; a change of case costs 1 */
};

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static int replacement(char a, char b) { return a == b ? 0 : lower(a) == lower(b) ? 1 : STEP; }

static int least(int a, int b) { return a < b ? a : b; }

/* Damerau and Levenshtein's distance in its restricted form (optimal string alignment). */
static int distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    int row[3][LONGEST + 1];
    int *before = row[0], *above = row[1], *here = row[2];
    for (size_t j = 0; j <= b_length; j++) above[j] = STEP * (int)j;
    for (size_t i = 1; i <= a_length; i++) {
        here[0] = STEP * (int)i;
        for (size_t j = 1; j <= b_length; j++) {
            here[j] = least(above[j], here[j - 1]) + STEP;
            here[j] = least(here[j], above[j - 1] + replacement(a[i - 1], b[j - 1]));
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
                here[j] = least(here[j], before[j - 2] + STEP);
        }
        int *oldest = before;
        before = above;
        above = here;
        here = oldest;
    }
    return above[b_length];
}

const char *ulam_nearest(const char *word, const char *const *names, size_t n)
{
    const size_t length = strlen(word);
    const char *nearest = NULL;
    int best = 0;
    if (length == 0 || length > LONGEST) return NULL;
    for (size_t i = 0; i < n; i++) {
        const size_t name_length = strlen(names[i]);
        if (name_length == 0 || name_length > LONGEST) continue;
        const size_t longer = length > name_length ? length : name_length;
        const int cost = distance(word, length, names[i], name_length);
        const int allowed = STEP * (int)((longer + 2) / 3);
        if (cost > allowed || cost >= STEP * (int)longer) continue;
        if (!nearest || cost < best) {
            nearest = names[i];
            best = cost;
        }
    }
    return nearest;
}
