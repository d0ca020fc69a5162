/* Chain record: where a block of chains (a single chain, or a bundle) stands after so many sweeps: its state, its place in its
 * stream, and the sums of its measurements. A function of the point, the block and the sweeps alone.
 *
 * Its bytes: the next draw-block of the stream and the next word of the present one; the size of the state, and the state;
 * the chains' number, and of each whether it failed (1) and, where not, the sums of its elements; and the series: how many
 * measurements make a bin, and, unless that is 0, the number of bins, the means of each (chains x elements; NaN where a
 * chain has failed before the bin was complete), the measurements in the bin that is still open, and their sums. */

#ifndef ULAM_CHAIN_RECORD_H
#define ULAM_CHAIN_RECORD_H

#include <ulam/chain_sums.h>
#include <ulam/state.h>

struct ulam_chain_record {
    _Atomic size_t owners;
    uint64_t sweeps; /* made, those included that only thermalise */
    uint64_t failed; /* chains */
    uint64_t chains;
    unsigned char *packed; /* [packed_size] the data compressed, once somebody has asked for them; NULL */
    size_t packed_size;
    size_t size;
    unsigned char data[];
};

/* Of bytes, of which it keeps a copy; it has one owner. NULL: out of memory. */
ulam_chain_record *ulam_chain_record_new(uint64_t sweeps, uint64_t chains, uint64_t failed, const void *data,
                                         size_t size);

/* One owner more, and one fewer; with the last it is freed. NULL is left alone. */
ulam_chain_record *ulam_chain_record_share(ulam_chain_record *self);
void ulam_chain_record_drop(ulam_chain_record *self);

/* Goes through a record's chains. */
typedef struct {
    const ulam_chain_record *record;
    ulam_reader reader;
    uint64_t draw, next;
    const unsigned char *state; /* [state_size] */
    size_t state_size;
    uint64_t chain; /* the next */
} ulam_chain_reader;

/* Reads what comes before the first chain. ULAM_EFORMAT. */
ulam_status ulam_chain_reader_start(ulam_chain_reader *self, const ulam_chain_record *record);

/* Reads the next chain into sums[width], which are empty; *failed: there was nothing to read. ULAM_EFORMAT, ULAM_ENOMEM; the
 * sums may be freed all the same. */
ulam_status ulam_chain_reader_next(ulam_chain_reader *self, size_t width, ulam_chain_sums *sums, bool *failed);

/* The same of a single element; element = width: of none. */
ulam_status ulam_chain_reader_pick(ulam_chain_reader *self, size_t width, size_t element, ulam_chain_sums *sums,
                                   bool *failed);

/* A block's series. */
typedef struct {
    uint64_t bin; /* measurements; 0: there is no series, and nothing below */
    uint64_t n;
    const unsigned char *means; /* of reals [n][chains][width] */
    uint64_t open;
    const unsigned char *sums; /* of reals [chains][width] */
} ulam_chain_series;

/* Reads what comes behind the last chain. ULAM_EFORMAT. */
ulam_status ulam_chain_reader_series(ulam_chain_reader *self, size_t width, ulam_chain_series *series);

/* Measurements that chains have made after so many sweeps. */
static inline uint64_t ulam_measurements(const ulam_chain_plan *plan, uint64_t sweeps)
{
    return sweeps > plan->thermalize ? (sweeps - plan->thermalize) / plan->every : 0;
}

/* A record (NULL: there is none) as bytes; compressed, its data are so where that makes them fewer, and are kept so beside the
 * others: not by two threads at once. ULAM_ENOMEM. */
ulam_status ulam_chain_record_pack(ulam_chain_record *self, bool compressed, ulam_bytes *bytes);

/* The record of bytes that can be trusted; and of others, of so many chains of that width. ULAM_EFORMAT, ULAM_ENOMEM; what
 * *self is then is to be dropped all the same. */
ulam_status ulam_chain_record_read(ulam_chain_record **self, ulam_reader *reader);
ulam_status ulam_chain_record_unpack(ulam_chain_record **self, uint64_t chains, size_t width, ulam_reader *reader);

#endif
