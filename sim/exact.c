#include <stdlib.h>
#include <string.h>

#include <ulam/exact.h>

#include "exact_span.h"

enum {
    MAX_FACTORS = 5,
    TERM_LIMBS = MAX_FACTORS + 1, /* 5 * 53 bits, and room to shift them to a limb's edge */
};

typedef unsigned __int128 wide;

/* An odd integer times a power of 2, or 0. */
typedef struct {
    uint64_t mantissa;
    int32_t exponent;
    bool negative;
} factor;

/* A product of factors: limb[0 .. used-1] times 2^exponent. */
typedef struct {
    uint64_t limb[TERM_LIMBS];
    uint32_t used;
    int32_t exponent;
    bool negative;
} term;

static factor split(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    const int32_t biased = (int32_t)(bits >> 52 & 0x7ff);
    factor result = {.mantissa = bits & ((UINT64_C(1) << 52) - 1), .exponent = -1074, .negative = bits >> 63};
    if (biased) {
        result.mantissa |= UINT64_C(1) << 52;
        result.exponent = biased - 1075;
    }
    if (result.mantissa) {
        const int zeros = __builtin_ctzll(result.mantissa);
        result.mantissa >>= zeros;
        result.exponent += zeros;
    }
    return result;
}

static void multiply(term *self, factor by)
{
    uint64_t carry = 0;
    for (uint32_t i = 0; i < self->used; i++) {
        const wide product = (wide)self->limb[i] * by.mantissa + carry;
        self->limb[i] = (uint64_t)product;
        carry = (uint64_t)(product >> 64);
    }
    if (carry) self->limb[self->used++] = carry;
    self->exponent += by.exponent;
    self->negative ^= by.negative;
}

/* Moves the term to a limb's edge and returns that limb's index. */
static int32_t align(term *self)
{
    const int shift = self->exponent & 63;
    if (shift) {
        uint64_t carry = 0;
        for (uint32_t i = 0; i < self->used; i++) {
            const uint64_t limb = self->limb[i];
            self->limb[i] = limb << shift | carry;
            carry = limb >> (64 - shift);
        }
        if (carry) self->limb[self->used++] = carry;
    }
    return (self->exponent - shift) / 64;
}

static uint64_t sign_limb(const ulam_exact *self)
{
    return self->used && self->limb[self->used - 1] >> 63 ? UINT64_MAX : 0;
}

static ulam_status reserve(ulam_exact *self, uint32_t used)
{
    if (used <= self->capacity) return ULAM_OK;
    const uint32_t capacity = used | 1; /* odd: malloc's own word fills it up to 16 bytes */
    uint64_t *limb = realloc(self->capacity ? self->limb : NULL, capacity * sizeof *limb);
    if (!limb) return ULAM_ENOMEM;
    if (self->capacity == 0 && self->used) memcpy(limb, self->limb, self->used * sizeof *limb);
    self->limb = limb;
    self->capacity = (uint16_t)capacity;
    return ULAM_OK;
}

/* True if the top two bits differ, so that adding as large a number might overflow. */
static bool is_full(const ulam_exact *self)
{
    const uint64_t top = self->limb[self->used - 1];
    return (top ^ top << 1) >> 63;
}

/* Makes the window cover limbs low .. high-1 of the number line, and leaves its top two bits equal. */
static ulam_status cover(ulam_exact *self, int32_t low, int32_t high)
{
    if (self->used) {
        const int32_t top = self->low + (int32_t)self->used + is_full(self);
        if (self->low < low) low = self->low;
        if (top > high) high = top;
    }
    const uint32_t used = (uint32_t)(high - low);
    if (used == self->used) return ULAM_OK;
    if (reserve(self, used)) return ULAM_ENOMEM;

    const uint32_t below = self->used ? (uint32_t)(self->low - low) : 0;
    const uint64_t sign = sign_limb(self);
    if (below) memmove(self->limb + below, self->limb, self->used * sizeof *self->limb);
    for (uint32_t i = 0; i < below; i++) self->limb[i] = 0;
    for (uint32_t i = below + self->used; i < used; i++) self->limb[i] = sign;
    self->low = low;
    self->used = (uint16_t)used;
    return ULAM_OK;
}

/* Adds limb[0 .. n-1] and, above them, limbs of `sign`. `flip` is UINT64_MAX to subtract them instead, else 0. The window
 * covers them with two equal bits on top, so that nothing is lost. */
static void add_limbs(ulam_exact *self, uint32_t at, const uint64_t *limb, uint32_t n, uint64_t sign, uint64_t flip)
{
    uint64_t carry = flip & 1;
    for (uint32_t i = 0; i < n; i++) {
        const wide sum = (wide)self->limb[at + i] + (limb[i] ^ flip) + carry;
        self->limb[at + i] = (uint64_t)sum;
        carry = (uint64_t)(sum >> 64);
    }
    const uint64_t rest = sign ^ flip;
    for (uint32_t i = at + n; i < self->used && rest + carry != 0; i++) {
        const wide sum = (wide)self->limb[i] + rest + carry;
        self->limb[i] = (uint64_t)sum;
        carry = (uint64_t)(sum >> 64);
    }
}

static ulam_status add_term(ulam_exact *self, term addend)
{
    const int32_t low = align(&addend);
    const bool reaches_top = addend.limb[addend.used - 1] >> 62;
    if (cover(self, low, low + (int32_t)addend.used + reaches_top)) return ULAM_ENOMEM;
    add_limbs(self, (uint32_t)(low - self->low), addend.limb, addend.used, 0, addend.negative ? UINT64_MAX : 0);
    return ULAM_OK;
}

void ulam_exact_free(ulam_exact *self)
{
    if (self->capacity) free(self->limb);
    *self = (ulam_exact){0};
}

ulam_status ulam_exact_add_product(ulam_exact *self, const double *factors, size_t n)
{
    term product = {.limb = {1}, .used = 1};
    for (size_t i = 0; i < n; i++) {
        const factor by = split(factors[i]);
        if (by.mantissa == 0) return ULAM_OK;
        multiply(&product, by);
    }
    return add_term(self, product);
}

ulam_status exact_add_powers(ulam_exact power[4], double x)
{
    const factor by = split(x);
    if (by.mantissa == 0) return ULAM_OK;
    term product = {.limb = {1}, .used = 1};
    for (int k = 0; k < 4; k++) {
        multiply(&product, by);
        if (add_term(&power[k], product)) return ULAM_ENOMEM;
    }
    return ULAM_OK;
}

ulam_status ulam_exact_merge(ulam_exact *self, const ulam_exact *other)
{
    if (other->used == 0) return ULAM_OK;
    const int32_t low = other->low;
    const uint32_t used = other->used;
    if (cover(self, low, low + (int32_t)used + is_full(other))) return ULAM_ENOMEM;
    add_limbs(self, (uint32_t)(low - self->low), other->limb, used, sign_limb(other), 0);
    return ULAM_OK;
}

exact_span exact_canonical(const ulam_exact *self)
{
    const uint64_t sign = sign_limb(self);
    uint32_t first = 0, end = self->used;
    while (first < end && self->limb[first] == 0) first++;
    while (end > first && self->limb[end - 1] == sign) {
        const bool needed = sign && (end - first == 1 || !(self->limb[end - 2] >> 63));
        const bool keeps_sign = !sign && end - first > 1 && self->limb[end - 2] >> 63;
        if (needed || keeps_sign) break;
        end--;
    }
    return (exact_span){first, end - first};
}
