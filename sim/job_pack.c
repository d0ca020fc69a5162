/* A job as bytes: the path that messages name, its text, the output, the part, what its model was opened to, and the content
 * of every file it names. */

#include <stdlib.h>
#include <string.h>

#include "job_parts.h"

ulam_status ulam_job_pack(const ulam_job *self, ulam_bytes *bytes)
{
    ulam_status status = ulam_bytes_put_text(bytes, self->storage->path);
    if (!status) status = ulam_bytes_put_text(bytes, self->text);
    if (!status) status = ulam_bytes_put_text(bytes, self->output);
    if (!status) status = ulam_bytes_put_text(bytes, self->storage->part);
    const ulam_bytes *object = &self->storage->opened.object;
    if (!status) status = ulam_bytes_put_u64(bytes, object->size);
    if (!status) status = ulam_bytes_put(bytes, object->data, object->size);
    for (const ulam_job_file *node = self->storage->files; node && !status; node = node->next) {
        const ulam_file *file = &node->hashed.file;
        status = ulam_bytes_put_text(bytes, file->path);
        if (!status) status = ulam_bytes_put_u64(bytes, file->size);
        if (!status) status = ulam_bytes_put(bytes, file->content, file->size);
    }
    return status;
}

ulam_status ulam_job_unpack(ulam_job *self, ulam_reader *reader, const ulam_catalogue *catalogue, ulam_error *error)
{
    char *path = ulam_reader_get_text(reader), *text = ulam_reader_get_text(reader);
    char *output = ulam_reader_get_text(reader), *part = ulam_reader_get_text(reader);
    ulam_status status;
    *self = (ulam_job){0};
    if (path && text && output) {
        const ulam_job_source source = {
            .path = path, .text = text, .size = strlen(text), .output = output, .part = part};
        status = ulam_job_read_packed(self, &source, reader, catalogue, error);
    } else {
        status = ulam_fail(error, ULAM_EFORMAT, "a packed job ends early");
    }
    free(part);
    free(output);
    free(text);
    free(path);
    return status;
}
