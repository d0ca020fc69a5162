#include <xxhash.h>

#include <ulam/hash_sum.h>

void ulam_hash_sum_merge(ulam_hash_sum *self, const ulam_hash_sum *other)
{
    self->low += other->low;
    self->high += other->high + (self->low < other->low);
}

void ulam_hash_sum_add(ulam_hash_sum *self, uint64_t block, size_t samples, size_t sample, const void *bytes,
                       size_t size)
{
    const XXH128_hash_t hash = XXH3_128bits_withSeed(bytes, size, block * samples + sample);
    const ulam_hash_sum term = {.low = hash.low64, .high = hash.high64};
    ulam_hash_sum_merge(self, &term);
}
