#include <stdlib.h>

#include "hdf5_write.h"
#include "image.h"
#include "write_parts.h"

void ulam_write_head(ulam_h5 *h5, const ulam_state *state, const ulam_pool *pool)
{
    const ulam_job *job = state->job;
    char *identity = pool ? ulam_pool_identity(job) : ulam_job_identity(job);
    if (!identity) ulam_h5_fail_memory(h5);
    ulam_h5_put_integer(h5, h5->file, "ulam_format", ULAM_FILE_FORMAT);
    ulam_h5_put_text(h5, h5->file, "ulam_version", ULAM_VERSION);
    ulam_h5_put_text(h5, h5->file, "model", job->model->name);
    ulam_h5_put_unsigned(h5, h5->file, "seed", job->seed);
    if (pool) ulam_h5_put_unsigneds(h5, h5->file, "seeds", pool->seeds, pool->n_seeds);
    ulam_h5_put_text(h5, h5->file, "job", job->text);
    ulam_h5_put_text(h5, h5->file, "model_source", job->model_source);
    ulam_h5_put_text(h5, h5->file, "identity", identity);
    ulam_h5_put_unsigned(h5, h5->file, "part", job->part);
    ulam_h5_put_unsigned(h5, h5->file, "parts", job->parts);
    ulam_h5_put_integer(h5, h5->file, "truncated", state->n_dropped > 0);
    ulam_h5_put_text(h5, h5->file, "status", ulam_state_complete(state) ? "complete" : "partial");
    free(identity);
}

/* What of it is large is in the file already. */
static ulam_status make_image(ulam_bytes *image, ulam_image_file *file, const char *path, const ulam_state *state,
                              const ulam_pool *pool, const ulam_provenance *provenance, ulam_error *error)
{
    ulam_h5 h5;
    ulam_h5_create(&h5, error);
    h5.memory.spill = file;
    ulam_write_head(&h5, state, pool);
    ulam_write_points(&h5, state, !pool && state->job->n_samples > 0);
    ulam_write_results(&h5, state);
    if (!pool) ulam_write_samples(&h5, state->job, path);
    ulam_write_trace(&h5, state);
    ulam_write_series(&h5, state);
    if (pool)
        ulam_write_failures(&h5, pool->failures, pool->n_failures, true);
    else
        ulam_write_failures(&h5, state->failures, state->n_failures, false);
    ulam_write_dropped(&h5, state);
    ulam_write_state(&h5, state);
    ulam_write_provenance(&h5, provenance); /* last: it differs between files of one job, and moves nothing else */
    ulam_h5_image(&h5, image);
    ulam_h5_close(&h5);
    return h5.status;
}

ulam_status ulam_write_pool(const char *path, const ulam_state *state, const ulam_pool *pool,
                            const ulam_provenance *provenance, ulam_error *error)
{
    ulam_error reason = {0};
    ulam_bytes image = {0};
    ulam_image_file *file;
    ulam_status status = ulam_image_begin(&file, path, error);
    if (status != ULAM_OK) return status;
    status = make_image(&image, file, path, state, pool, provenance, &reason);
    if (status != ULAM_OK) {
        ulam_image_abandon(file);
        ulam_fail(error, status, "%s: cannot write the file: %s", path, reason.message);
    } else {
        status = ulam_image_finish(file, image.data, image.size, error);
    }
    ulam_bytes_free(&image);
    return status;
}

ulam_status ulam_result_write(const char *path, const ulam_state *state, const ulam_provenance *provenance,
                              ulam_error *error)
{
    return ulam_write_pool(path, state, NULL, provenance, error);
}

ulam_status ulam_result_check_path(const char *path, ulam_error *error) { return ulam_image_check_path(path, error); }
