#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "samples.h"
#include "write_parts.h"

void ulam_write_sample_links(ulam_h5 *h5, const char *path, const char *const *names, size_t n)
{
    const char *slash = strrchr(path, '/');
    const hid_t group = ulam_h5_make_group(h5, h5->file, "samples");
    for (size_t i = 0; i < n && h5->status == ULAM_OK; i++) {
        char *array = NULL;
        if (asprintf(&array, "/samples/%s", names[i]) < 0) {
            ulam_h5_fail_memory(h5);
            break;
        }
        if (H5Lcreate_external(slash ? slash + 1 : path, array, group, names[i], H5P_DEFAULT, H5P_DEFAULT) < 0)
            ulam_h5_fail(h5, "link to", array);
        free(array);
    }
    ulam_h5_done(h5, group);
}

void ulam_write_samples(ulam_h5 *h5, const ulam_job *job, const char *output)
{
    if (h5->status != ULAM_OK || job->n_samples == 0) return;
    const char **names = calloc(job->n_samples, sizeof *names);
    char *path = ulam_samples_path(output);
    if (!names || !path) {
        ulam_h5_fail_memory(h5);
    } else {
        for (size_t i = 0; i < job->n_samples; i++) names[i] = job->model->observables[job->samples[i]].name;
        ulam_h5_put_words(h5, h5->file, "samples", names, job->n_samples);
        ulam_write_sample_links(h5, path, names, job->n_samples);
    }
    free(path);
    free(names);
}

/* The hash of the samples that the results cover, in hexadecimal. */
static void write_hash(const ulam_state *state, size_t p, char text[33])
{
    const ulam_point_state *point = &state->points[p];
    ulam_hash_sum hash = point->prefix.samples;
    if (ulam_state_runs(state, p) > point->prefix.runs) ulam_hash_sum_merge(&hash, &point->tail.samples);
    snprintf(text, 33, "%016llx%016llx", (unsigned long long)hash.high, (unsigned long long)hash.low);
}

void ulam_write_samples_hash(ulam_labelled *group, const ulam_state *state, const size_t *dimension)
{
    const size_t n = state->job->n_points;
    char(*text)[33] = calloc(n ? n : 1, sizeof *text);
    const char **words = calloc(n ? n : 1, sizeof *words);
    if (!text || !words) ulam_h5_fail_memory(group->h5);
    for (size_t p = 0; text && words && p < n; p++) {
        write_hash(state, p, text[p]);
        words[p] = text[p];
    }
    const hid_t dataset = ulam_labelled_put(group, "samples_hash", ULAM_H5_WORD, dimension, 1, words);
    ulam_labelled_describe(group, dataset, NULL, "hash of the samples of the runs done");
    ulam_h5_done(group->h5, dataset);
    free(words);
    free(text);
}
