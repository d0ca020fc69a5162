#include <stdlib.h>
#include <string.h>

#include "hdf5_read.h"
#include "pool.h"
#include "read_parts.h"
#include "state_bytes.h"

/* A packed job begins with four texts: its path, its text, its output, its part. What its model was opened to follows, by
 * its size, and then the files. The file keeps path, part and files: a model is opened anew from these. */

ulam_status ulam_stored_job_pack(const ulam_job *job, ulam_bytes *bytes)
{
    ulam_bytes packed = {0};
    ulam_status status = ulam_job_pack(job, &packed);
    if (status) return status;
    ulam_reader reader = {.at = packed.data, .end = packed.data + packed.size};
    char *path = ulam_reader_get_text(&reader), *text = ulam_reader_get_text(&reader);
    char *output = ulam_reader_get_text(&reader), *part = ulam_reader_get_text(&reader);
    ulam_reader_get(&reader, (size_t)ulam_reader_get_u64(&reader));
    if (!path || reader.failed) {
        status = ULAM_ENOMEM;
    } else {
        const char *slash = strrchr(path, '/');
        status = ulam_bytes_put_text(bytes, slash ? slash + 1 : path);
        if (!status) status = ulam_bytes_put_text(bytes, part);
        if (!status) status = ulam_bytes_put(bytes, reader.at, (size_t)(reader.end - reader.at));
    }
    free(part);
    free(output);
    free(text);
    free(path);
    ulam_bytes_free(&packed);
    return status;
}

/* Makes a packed job again of what is stored, for that output. */
static ulam_status repack(ulam_reader *stored, const char *text, const char *output, bool whole, ulam_bytes *bytes)
{
    char *path = ulam_reader_get_text(stored), *part = ulam_reader_get_text(stored);
    ulam_status status = path ? ulam_bytes_put_text(bytes, path) : ULAM_EFORMAT;
    if (!status) status = ulam_bytes_put_text(bytes, text);
    if (!status) status = ulam_bytes_put_text(bytes, output);
    if (!status) status = ulam_bytes_put_text(bytes, whole ? NULL : part);
    if (!status) status = ulam_bytes_put_u64(bytes, 0);
    if (!status) status = ulam_bytes_put(bytes, stored->at, (size_t)(stored->end - stored->at));
    free(part);
    free(path);
    return status;
}

static void read_job(ulam_job *job, ulam_h5 *h5, const char *output, bool whole, const ulam_catalogue *catalogue)
{
    ulam_bytes packed = {0};
    char *text = ulam_h5_need_text(h5, h5->file, "job");
    const hid_t group = ulam_h5_get_group(h5, h5->file, "state");
    const hid_t dataset = ulam_h5_get_dataset(h5, group, "job");
    const size_t size = ulam_h5_length(h5, dataset);
    unsigned char *bytes = ulam_h5_get_bytes(h5, dataset, size);
    if (h5->status == ULAM_OK) {
        ulam_reader stored = {.at = bytes, .end = bytes + size};
        h5->status = repack(&stored, text, output, whole, &packed);
        if (h5->status == ULAM_EFORMAT) ulam_fail(h5->error, ULAM_EFORMAT, "the stored job is damaged");
        if (h5->status == ULAM_ENOMEM) ulam_fail_memory(h5->error, "reading a job");
    }
    if (h5->status == ULAM_OK) {
        ulam_reader reader = {.at = packed.data, .end = packed.data + packed.size};
        h5->status = ulam_job_unpack(job, &reader, catalogue, h5->error);
    }
    ulam_bytes_free(&packed);
    free(bytes);
    ulam_h5_done(h5, dataset);
    ulam_h5_done(h5, group);
    free(text);
}

static ulam_status open_and_read(ulam_job *job, const char *path, bool whole, bool pools,
                                 const ulam_catalogue *catalogue, ulam_error *error)
{
    ulam_error unused = {0};
    ulam_bytes image;
    ulam_h5 h5;
    *job = (ulam_job){0};
    ulam_read_open(&h5, &image, path, error ? error : &unused);
    if (!pools) ulam_pool_refuse(&h5);
    if (h5.status == ULAM_OK) read_job(job, &h5, path, whole, catalogue);
    return ulam_read_close(&h5, &image, path);
}

ulam_status ulam_read_any_job(ulam_job *job, const char *path, bool whole, const ulam_catalogue *catalogue,
                              ulam_error *error)
{
    return open_and_read(job, path, whole, true, catalogue, error);
}

ulam_status ulam_result_read_job(ulam_job *job, const char *path, bool whole, const ulam_catalogue *catalogue,
                                 ulam_error *error)
{
    return open_and_read(job, path, whole, false, catalogue, error);
}
