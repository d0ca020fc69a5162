#include <stdarg.h>
#include <stdio.h>

#include <ulam/rng.h>

#include "philox.h"

void ulam_run_fail(ulam_rng *rng, const char *format, ...)
{
    ulam_error *failure = rng->failure;
    if (!failure || failure->status) return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(failure->message, sizeof failure->message, format, arguments);
    va_end(arguments);
    failure->status = ULAM_ERUN;
}

void ulam_rng_refill(ulam_rng *rng)
{
    if (rng->draw >= ULAM_MAX_DRAWS) {
        ulam_run_fail(rng, "the run has used up its random numbers: 2^48 draws of four words are what a stream holds");
        rng->draw = 0; /* a model that draws on until it is pleased must still come to its end */
    }
    const uint32_t counter[4] = {(uint32_t)rng->draw,
                                 (uint32_t)(rng->draw >> 32 & 0xffff) | (uint32_t)(rng->run >> 32 & 0xffff) << 16,
                                 (uint32_t)rng->run, rng->domain};
    const uint32_t key[2] = {(uint32_t)rng->key, (uint32_t)(rng->key >> 32)};
    philox4x32_10(counter, key, rng->word);
    rng->draw++;
    rng->next = 0;
}

__extension__ typedef unsigned __int128 product128;

uint64_t ulam_integer_below(ulam_rng *rng, uint64_t n)
{
    const uint64_t word = ulam_word64(rng);
    if (n == 0) return word;
    product128 product = (product128)word * n;
    if ((uint64_t)product >= n) return (uint64_t)(product >> 64);
    /* Of the 2^64 words, 2^64 mod n are too many for each integer to have the same number of them. */
    const uint64_t excess = (0 - n) % n;
    while ((uint64_t)product < excess) product = (product128)ulam_word64(rng) * n;
    return (uint64_t)(product >> 64);
}
