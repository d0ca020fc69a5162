#ifdef __x86_64__

#include <immintrin.h>
#include <stdint.h>

typedef __m256i words;

enum {
    WORDS_AT_ONCE = 8 /* vectors of lanes */
};

/* All begin together: there are too few registers for anything else. */
static inline int words_begin_at(int v)
{
    (void)v;
    return 0;
}

static inline words words_all(uint64_t word) { return _mm256_set1_epi64x((long long)word); }
static inline words words_count(void) { return _mm256_set_epi64x(3, 2, 1, 0); }
static inline words words_add(words a, words b) { return _mm256_add_epi64(a, b); }
static inline words words_multiply(words a, words b) { return _mm256_mul_epu32(a, b); }
static inline words words_high(words a) { return _mm256_srli_epi64(a, 32); }
static inline words words_raise(words a) { return _mm256_slli_epi64(a, 16); }
static inline words words_xor(words a, words b, words c) { return _mm256_xor_si256(a, _mm256_xor_si256(b, c)); }
static inline words words_swap_and_xor(words a, words b, words c)
{
    const words low = _mm256_blend_epi32(_mm256_setzero_si256(), _mm256_xor_si256(b, c), 0x55);
    return _mm256_xor_si256(_mm256_shuffle_epi32(a, 0xb1), low);
}
static inline void words_store(uint64_t *to, words a) { _mm256_storeu_si256((__m256i *)to, a); }

typedef __m256d reals;

static inline reals reals_all(double x) { return _mm256_set1_pd(x); }
static inline reals reals_load(const double *from) { return _mm256_loadu_pd(from); }
static inline void reals_store(double *to, reals a) { _mm256_storeu_pd(to, a); }
static inline reals reals_add(reals a, reals b) { return _mm256_add_pd(a, b); }
static inline reals reals_subtract(reals a, reals b) { return _mm256_sub_pd(a, b); }
static inline reals reals_multiply(reals a, reals b) { return _mm256_mul_pd(a, b); }
static inline reals reals_min(reals a, reals b) { return _mm256_min_pd(a, b); }
static inline reals reals_max(reals a, reals b) { return _mm256_max_pd(a, b); }
static inline reals reals_or(reals a, reals b) { return _mm256_or_pd(a, b); }

#define LANES_BUILD  avx2
#define LANES_NUMBER ULAM_LANES_AVX2
#include "lanes_philox.h"

#include "lanes_calls.h"

#endif
