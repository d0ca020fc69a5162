/* What `ulam show` prints. */

#ifndef ULAM_SHOW_H
#define ULAM_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "estimate.h"
#include "result_file.h"

typedef struct {
    const char *file;
    const char *observable; /* NULL: all scalars */
    size_t first, last;     /* points, both included */
    bool full;              /* every digit */
    bool failures;          /* every failed run */
    size_t width;           /* of the terminal; 0: no limit */
    const ulam_result *result;
} ulam_view;

/* Model, seed, sweep, runs, fixed parameters and sessions. */
void ulam_show_head(const ulam_view *self, FILE *out);

/* What a file's runs are called: "chains", or "runs". */
const char *ulam_show_unit(const ulam_result *result);

/* Lines of the head: which part of a job it is, which runs it lacks, which a stop cut off. Each says nothing where there is
 * nothing to say. */
void ulam_show_part(const ulam_result *result, FILE *out);
void ulam_show_missing(const ulam_result *result, FILE *out);
void ulam_show_dropped(const ulam_result *result, FILE *out);

/* What the targets are, and what became of them at which points. */
void ulam_show_until(const ulam_result *result, FILE *out);

enum {
    ULAM_CHAIN_FIGURES = 4
};

/* How an observable behaves along its chains, as columns of a table. */
extern const char *const ulam_chain_figure_names[ULAM_CHAIN_FIGURES];
void ulam_chain_figures(const ulam_result_observable *observable, size_t index, bool full,
                        char text[ULAM_CHAIN_FIGURES][ULAM_ESTIMATE_SIZE]);

/* The fewest and the most sweeps of a chain at any point of a file of chains. */
void ulam_range_of_sweeps(const ulam_result *result, uint64_t *least, uint64_t *most);

/* How independent the measurements of chains are, and what they are to be doubted for. */
void ulam_show_chains(const ulam_view *self, FILE *out);

/* A word of a command line, quoted where a shell would take it apart. */
void ulam_put_word(const char *word, FILE *out);

/* The runs that failed, the first ten or all, and the command that has each again. */
void ulam_show_failures(const ulam_view *self, FILE *out);

/* Each prints a table and returns whether memory sufficed: all scalar observables, or all
 * differences, estimates only; all figures of one
 * scalar; the elements of an array. */
bool ulam_show_estimates(const ulam_view *self, bool differences, FILE *out);
bool ulam_show_scalar(const ulam_view *self, const ulam_result_observable *observable, FILE *out);
bool ulam_show_array(const ulam_view *self, const ulam_result_observable *observable, FILE *out);

/* The quantiles of an observable; the correlations of all, if there are not too many to show unasked, else how to have them.
 * Each says nothing where there is nothing, and returns whether memory sufficed. */
bool ulam_show_quantiles(const ulam_view *self, const ulam_result_observable *observable, FILE *out);
bool ulam_show_correlations(const ulam_view *self, bool all, FILE *out);

/* How to see the histograms that there are. */
void ulam_mention_histograms(const ulam_view *self, FILE *out);

/* Pictures of an observable's histogram, at every point of the view, of every element. It has one. */
void ulam_show_histogram(const ulam_view *self, const ulam_result_observable *observable, FILE *out);

#endif
