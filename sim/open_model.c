#include <string.h>

#include "job_parts.h"
#include "shown.h"

enum {
    LARGEST_FILE = 256 << 20
};

/* Reads a file for an opener outside a job; it lives in the arena. */
static ulam_status load_here(void *files, const char *path, const ulam_file **file, ulam_error *error)
{
    ulam_arena *arena = files;
    ulam_bytes bytes = {0};
    ulam_status status = ulam_job_read_file(path, LARGEST_FILE, &bytes, error);
    if (!status) {
        ulam_file *kept = ulam_arena_take(arena, sizeof *kept);
        const char *name = ulam_arena_copy(arena, path, strlen(path));
        const char *content = ulam_arena_copy(arena, bytes.size ? (char *)bytes.data : "", bytes.size);
        if (!kept || !name || !content) {
            status = ulam_fail_memory(error, "reading a file");
        } else {
            *kept = (ulam_file){.path = name, .content = content, .size = bytes.size};
            *file = kept;
        }
    }
    ulam_bytes_free(&bytes);
    return status;
}

ulam_status ulam_model_open(const ulam_catalogue *catalogue, const char *text, ulam_open_model *opened,
                            ulam_error *error)
{
    const ulam_model_opener *opener = catalogue->opener;
    ulam_arena arena = {0};
    const ulam_model_reference reference = {.text = text, .folder = "", .files = &arena, .load = load_here};
    *opened = (ulam_open_model){0};
    if (!opener) return ulam_fail(error, ULAM_EINVAL, "there is no model '%s'", ulam_show(text).text);
    ulam_status status = opener->open(opener->self, &reference, opened, error);
    if (!status) status = ulam_model_check(opened->model, error);
    opened->source = NULL;
    ulam_arena_free(&arena);
    return status;
}

void ulam_model_close(const ulam_catalogue *catalogue, ulam_open_model *opened)
{
    if (catalogue->opener) catalogue->opener->close(catalogue->opener->self, opened);
    ulam_bytes_free(&opened->object);
    *opened = (ulam_open_model){0};
}
