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

__attribute__((cold, noinline)) static void exhausted(ulam_rng *rng)
{
    ulam_run_fail(rng, "the run has used up its random numbers: a stream holds 2^48 draws of four words");
    rng->draw = 0; /* a model that draws until it is content must still come to an end */
}

void ulam_rng_refill(ulam_rng *rng)
{
    if (__builtin_expect(rng->draw >= ULAM_MAX_DRAWS, 0)) exhausted(rng);
    const uint64_t paired = rng->run >> 63, second = rng->run & paired;
    const uint64_t draw = rng->draw, run = rng->run - second, key = rng->key;
    rng->draw = draw + 1;
    rng->next = 0;
    philox4x32_10((philox_counter){(uint32_t)draw, (uint32_t)(draw >> 32) | (uint32_t)(run >> 32) << 16, (uint32_t)run,
                                   rng->domain},
                  key, rng->word);
    if (__builtin_expect(second != 0, 0))
        for (int w = 0; w < 4; w++) rng->word[w] = ~rng->word[w];
}

uint64_t ulam_rng_reserve(ulam_rng *rng, uint64_t n)
{
    if (__builtin_expect(n > ULAM_MAX_DRAWS - rng->draw, 0)) exhausted(rng);
    const uint64_t first = rng->draw;
    rng->draw = first + n;
    rng->next = 4;
    return first;
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
