#ifdef __x86_64__

#include <immintrin.h>
#include <stdint.h>

typedef __m512i words;

enum {
    WORDS_AT_ONCE = 16 /* vectors of lanes */
};

/* Five or six are under way at a time, as many as keep all pipes busy. */
static inline int words_begin_at(int v) { return 8 * v / 5; }

static inline words words_all(uint64_t word) { return _mm512_set1_epi64((long long)word); }
static inline words words_count(void) { return _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0); }
static inline words words_add(words a, words b) { return _mm512_add_epi64(a, b); }
static inline words words_multiply(words a, words b) { return _mm512_mul_epu32(a, b); }
static inline words words_high(words a) { return _mm512_srli_epi64(a, 32); }
static inline words words_raise(words a) { return _mm512_slli_epi64(a, 16); }
static inline words words_xor(words a, words b, words c) { return _mm512_ternarylogic_epi64(a, b, c, 0x96); }
static inline words words_swap_and_xor(words a, words b, words c)
{
    return _mm512_mask_ternarylogic_epi32(_mm512_rol_epi64(a, 32), 0x5555, b, c, 0x96);
}
static inline void words_store(uint64_t *to, words a) { _mm512_storeu_si512(to, a); }

typedef __m512d reals;

static inline reals reals_all(double x) { return _mm512_set1_pd(x); }
static inline reals reals_load(const double *from) { return _mm512_loadu_pd(from); }
static inline void reals_store(double *to, reals a) { _mm512_storeu_pd(to, a); }
static inline reals reals_add(reals a, reals b) { return _mm512_add_pd(a, b); }
static inline reals reals_subtract(reals a, reals b) { return _mm512_sub_pd(a, b); }
static inline reals reals_multiply(reals a, reals b) { return _mm512_mul_pd(a, b); }
static inline reals reals_min(reals a, reals b) { return _mm512_min_pd(a, b); }
static inline reals reals_max(reals a, reals b) { return _mm512_max_pd(a, b); }
static inline reals reals_or(reals a, reals b) { return _mm512_or_pd(a, b); }

#define LANES_BUILD  avx512
#define LANES_NUMBER ULAM_LANES_AVX512
#include "lanes_philox.h"

#include "lanes_calls.h"

#endif
