#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hdf5_read.h"
#include "image.h"
#include "read_parts.h"
#include "samples.h"
#include "write_parts.h"

/* Replaces the group of links by one that leads beside the path. False: there is none. */
static bool relink(ulam_h5 *h5, const char *path)
{
    size_t n = 0;
    char *target = ulam_samples_path(path);
    char **names = ulam_h5_get_words(h5, h5->file, "samples", &n);
    if (!target) ulam_h5_fail_memory(h5);
    if (h5->status == ULAM_OK && n > 0 && H5Ldelete(h5->file, "samples", H5P_DEFAULT) < 0)
        ulam_h5_fail(h5, "replace", "samples");
    if (h5->status == ULAM_OK && n > 0) ulam_write_sample_links(h5, target, (const char *const *)names, n);
    ulam_texts_free(names, n);
    free(target);
    return n > 0;
}

ulam_status ulam_samples_relink(const char *path, ulam_error *error)
{
    ulam_error own = {0};
    ulam_bytes image = {0}, changed = {0};
    ulam_h5 h5;
    ulam_h5_begin(&h5, ULAM_EIO, error ? error : &own);
    h5.status = ulam_image_read(&image, path, error ? error : &own);
    if (h5.status == ULAM_OK) ulam_h5_open_to_change(&h5, &image);
    const bool links = relink(&h5, path);
    if (links) ulam_h5_image(&h5, &changed);
    ulam_h5_close(&h5);
    if (links && h5.status == ULAM_OK) h5.status = ulam_image_write(path, changed.data, changed.size, error);
    ulam_bytes_free(&changed);
    ulam_bytes_free(&image);
    return h5.status;
}
