#include <math.h>

#include "state_chains.h"

/* Goes through a record to its series. */
static ulam_status find_series(const ulam_chain_record *record, size_t width, ulam_chain_series *series)
{
    ulam_chain_reader reader;
    ulam_chain_sums none;
    ulam_status status = ulam_chain_reader_start(&reader, record);
    while (!status && reader.chain < record->chains) {
        bool failed;
        status = ulam_chain_reader_pick(&reader, width, width, &none, &failed);
    }
    return status ? status : ulam_chain_reader_series(&reader, width, series);
}

uint64_t ulam_state_series_bins(const ulam_state *self, size_t p)
{
    return self->job->chain.bin ? self->points[p].chains.longest / self->job->chain.bin : 0;
}

/* values[chain * n_bins + bin] of a block's chains. */
static void take(const ulam_chain_series *series, uint64_t chains, size_t width, size_t element, size_t n_bins,
                 double *values)
{
    for (size_t i = 0; i < series->n && i < n_bins; i++)
        for (uint64_t c = 0; c < chains; c++) {
            const unsigned char *at = series->means + ((i * chains + c) * width + element) * sizeof *values;
            values[c * n_bins + i] = ulam_reader_get_real(&(ulam_reader){.at = at, .end = at + sizeof *values});
        }
}

ulam_status ulam_state_series(const ulam_state *self, size_t p, size_t element, size_t n_bins, double *values)
{
    const ulam_chains *chains = &self->points[p].chains;
    const ulam_point *point = &self->job->points[p];
    const size_t width = self->job->width;
    ulam_status status = ULAM_OK;
    for (size_t i = 0; i < (point->runs - point->first) * n_bins; i++) values[i] = NAN;
    for (size_t i = 0; i < chains->n && !status; i++) {
        const ulam_chain_record *record = chains->records[i];
        ulam_chain_series series;
        if (!record) continue;
        status = find_series(record, width, &series);
        if (!status && series.bin)
            take(&series, record->chains, width, element, n_bins, values + i * point->block * n_bins);
    }
    return status;
}
