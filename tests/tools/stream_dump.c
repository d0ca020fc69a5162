/* stream_dump FAMILY: writes words without end, of 10,000 neighbouring streams in turn: the first word of each, then the
 * second of each, and so on. FAMILY says in what the streams differ: runs, points, seeds or substreams. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include <ulam/rng.h>

enum {
    STREAMS = 10000
};

static uint64_t key_of(unsigned point, uint64_t seed)
{
    char text[64];
    const int length = snprintf(text, sizeof text, "european\nstrike=%a\n", 90 + 0.25 * point);
    return XXH3_64bits_withSeed(text, (size_t)length, seed);
}

static int start(const char *family, uint32_t s, ulam_rng *rng)
{
    ulam_rng run;
    ulam_rng_start(&run, key_of(0, 20261121), 0);
    if (!strcmp(family, "runs"))
        ulam_rng_start(rng, key_of(0, 20261121), s);
    else if (!strcmp(family, "points"))
        ulam_rng_start(rng, key_of(s, 20261121), 0);
    else if (!strcmp(family, "seeds"))
        ulam_rng_start(rng, key_of(0, s), 0);
    else if (!strcmp(family, "substreams"))
        ulam_substream(&run, s, rng);
    else
        return 0;
    return 1;
}

int main(int argc, char **argv)
{
    static ulam_rng rng[STREAMS];
    static uint32_t word[STREAMS];
    for (uint32_t s = 0; s < STREAMS; s++)
        if (argc != 2 || !start(argv[1], s, &rng[s])) {
            fprintf(stderr, "usage: stream_dump runs|points|seeds|substreams\n");
            return 2;
        }
    for (;;) {
        for (int s = 0; s < STREAMS; s++) word[s] = ulam_word32(&rng[s]);
        if (fwrite(word, sizeof word, 1, stdout) != 1) return 0; /* the reader has had enough */
    }
}
