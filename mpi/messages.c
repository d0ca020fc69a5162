#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "messages.h"
#include "state_chains.h"

static ulam_status put_chunk(ulam_bytes *bytes, const ulam_chunk *chunk)
{
    return ulam_bytes_put_u64(bytes, chunk->point) || ulam_bytes_put_u64(bytes, chunk->first) ||
                   ulam_bytes_put_u64(bytes, chunk->blocks) || ulam_bytes_put_u64(bytes, chunk->runs) ||
                   ulam_bytes_put_u64(bytes, chunk->from) || ulam_bytes_put_u64(bytes, chunk->to)
               ? ULAM_ENOMEM
               : ULAM_OK;
}

static ulam_chunk get_chunk(ulam_reader *reader)
{
    ulam_chunk chunk;
    chunk.point = (size_t)ulam_reader_get_u64(reader);
    chunk.first = ulam_reader_get_u64(reader);
    chunk.blocks = ulam_reader_get_u64(reader);
    chunk.runs = ulam_reader_get_u64(reader);
    chunk.from = ulam_reader_get_u64(reader);
    chunk.to = ulam_reader_get_u64(reader);
    return chunk;
}

static ulam_status put_error(ulam_bytes *bytes, const ulam_error *error)
{
    return ulam_bytes_put_u64(bytes, error->status) || ulam_bytes_put_text(bytes, error->message) ? ULAM_ENOMEM
                                                                                                  : ULAM_OK;
}

static void get_error(ulam_reader *reader, ulam_error *error)
{
    *error = (ulam_error){.status = (ulam_status)ulam_reader_get_u64(reader)};
    char *message = ulam_reader_get_text(reader);
    if (message) strncpy(error->message, message, sizeof error->message - 1);
    free(message);
}

static size_t get_count(ulam_reader *reader, size_t item_size)
{
    const uint64_t n = ulam_reader_get_u64(reader);
    if (n > (size_t)(reader->end - reader->at) / item_size) reader->failed = true;
    return reader->failed ? 0 : (size_t)n;
}

static ulam_status damaged(ulam_error *error)
{
    return ulam_fail(error, ULAM_ESYSTEM, "a message between ranks is damaged: do all of them run the same program?");
}

static ulam_status put_part(ulam_bytes *bytes, const ulam_part *part)
{
    if (put_chunk(bytes, &part->chunk) || ulam_bytes_put_real(bytes, part->seconds) ||
        ulam_bytes_put_real(bytes, part->longest) || ulam_bytes_put_u64(bytes, part->n_failures))
        return ULAM_ENOMEM;
    for (size_t i = 0; i < part->n_failures; i++)
        if (ulam_bytes_put_u64(bytes, part->failures[i].run) || ulam_bytes_put_text(bytes, part->failures[i].cause))
            return ULAM_ENOMEM;
    return ULAM_OK;
}

static ulam_status get_part(ulam_reader *reader, ulam_part *part)
{
    part->chunk = get_chunk(reader);
    part->seconds = ulam_reader_get_real(reader);
    part->longest = ulam_reader_get_real(reader);
    for (size_t n = get_count(reader, 16); n > 0 && !reader->failed; n--) {
        const uint64_t run = ulam_reader_get_u64(reader);
        char *cause = ulam_reader_get_text(reader);
        const ulam_status status = cause ? ulam_part_note_failure(part, run, cause) : ULAM_OK;
        free(cause);
        if (status) return status;
    }
    return ULAM_OK;
}

static ulam_status put_report(const ulam_report *report, ulam_bytes *bytes)
{
    if (put_error(bytes, &report->failure) || ulam_bytes_put_u64(bytes, report->shares) ||
        ulam_bytes_put_u64(bytes, report->quiet) || ulam_bytes_put_u64(bytes, report->n_held))
        return ULAM_ENOMEM;
    for (size_t i = 0; i < report->n_held; i++)
        if (ulam_bytes_put_u64(bytes, report->held[i].point) || ulam_bytes_put_u64(bytes, report->held[i].run) ||
            ulam_bytes_put_real(bytes, report->held[i].age))
            return ULAM_ENOMEM;
    return ULAM_OK;
}

static ulam_status get_report(ulam_reader *reader, ulam_report *report)
{
    get_error(reader, &report->failure);
    report->shares = ulam_reader_get_u64(reader);
    report->quiet = ulam_reader_get_u64(reader) != 0;
    const size_t n = get_count(reader, 24);
    report->held = calloc(n + 1, sizeof *report->held);
    if (!report->held) return ULAM_ENOMEM;
    for (; report->n_held < n; report->n_held++) {
        ulam_dropped_run *run = &report->held[report->n_held];
        run->point = (size_t)ulam_reader_get_u64(reader);
        run->run = ulam_reader_get_u64(reader);
        run->age = ulam_reader_get_real(reader);
    }
    return ULAM_OK;
}

static ulam_status put_answer(const ulam_answer *answer, const ulam_report *report, ulam_bytes *bytes)
{
    if (put_report(report, bytes) || ulam_bytes_put_u64(bytes, answer->n_parts)) return ULAM_ENOMEM;
    for (size_t i = 0; i < answer->n_parts; i++)
        if (put_part(bytes, &answer->parts[i])) return ULAM_ENOMEM;
    if (ulam_bytes_put_u64(bytes, answer->n_left)) return ULAM_ENOMEM;
    for (size_t i = 0; i < answer->n_left; i++)
        if (put_chunk(bytes, &answer->left[i])) return ULAM_ENOMEM;
    for (size_t i = 0; i < answer->n_parts; i++) {
        const ulam_part *part = &answer->parts[i];
        if (part->record ? ulam_chain_record_pack(part->record, false, bytes) : ulam_tally_pack(&part->tally, bytes))
            return ULAM_ENOMEM;
    }
    return ULAM_OK;
}

ulam_status ulam_answer_pack(const ulam_answer *answer, const ulam_report *report, ulam_bytes *bytes, ulam_error *error)
{
    bytes->size = 0;
    if (put_answer(answer, report, bytes)) return ulam_fail_memory(error, "packing sums");
    if (bytes->size > INT_MAX)
        return ulam_fail(error, ULAM_EINVAL, "the sums of a chunk take %zu bytes; a message holds %d", bytes->size,
                         INT_MAX);
    return ULAM_OK;
}

void ulam_arrival_free(ulam_arrival *self)
{
    ulam_answer_free(&self->answer);
    free(self->report.held);
    ulam_bytes_free(&self->bytes);
    *self = (ulam_arrival){0};
}

ulam_status ulam_arrival_read(ulam_arrival *self, ulam_bytes *bytes, ulam_error *error)
{
    *self = (ulam_arrival){.bytes = *bytes};
    *bytes = (ulam_bytes){0};
    ulam_reader *reader = &self->reader;
    *reader = (ulam_reader){.at = self->bytes.data, .end = self->bytes.data + self->bytes.size};
    if (get_report(reader, &self->report)) return ulam_fail_memory(error, "reading an answer");

    ulam_answer *answer = &self->answer;
    const size_t n_parts = get_count(reader, 72);
    answer->parts = calloc(n_parts + 1, sizeof *answer->parts);
    if (!answer->parts) return ulam_fail_memory(error, "reading an answer");
    for (; answer->n_parts < n_parts; answer->n_parts++) {
        ulam_part *part = &answer->parts[answer->n_parts];
        const ulam_status status = get_part(reader, part);
        if (status) {
            ulam_part_free(part);
            return ulam_fail_memory(error, "reading an answer");
        }
    }
    const size_t n_left = get_count(reader, 48);
    answer->left = calloc(n_left + 1, sizeof *answer->left);
    if (!answer->left) return ulam_fail_memory(error, "reading an answer");
    for (; answer->n_left < n_left; answer->n_left++) answer->left[answer->n_left] = get_chunk(reader);
    return reader->failed ? damaged(error) : ULAM_OK;
}

ulam_status ulam_arrival_read_sums(ulam_arrival *self, const ulam_job *job, ulam_error *error)
{
    ulam_part *part = &self->answer.parts[self->next];
    const ulam_status status = ulam_job_has_chains(job)
                                   ? ulam_chain_record_read(&part->record, &self->reader)
                                   : ulam_tally_unpack(&part->tally, job->width, job->statistics, &self->reader, error);
    return status == ULAM_EFORMAT ? damaged(error) : status;
}

ulam_status ulam_reply_pack(const ulam_reply *reply, ulam_bytes *bytes)
{
    const ulam_assignment *assignment = &reply->assignment;
    bytes->size = 0;
    if (ulam_bytes_put_u64(bytes, reply->end) || ulam_bytes_put_u64(bytes, reply->told)) return ULAM_ENOMEM;
    if (reply->end) return put_error(bytes, &reply->outcome);
    if (ulam_bytes_put_real(bytes, reply->left) || ulam_bytes_put_real(bytes, assignment->seconds) ||
        ulam_bytes_put_real(bytes, assignment->work) || ulam_bytes_put_real(bytes, assignment->longest) ||
        ulam_bytes_put_u64(bytes, assignment->ahead) || ulam_bytes_put_u64(bytes, assignment->n))
        return ULAM_ENOMEM;
    for (size_t i = 0; i < assignment->n; i++)
        if (put_chunk(bytes, &assignment->chunks[i])) return ULAM_ENOMEM;
    if (ulam_bytes_put_u64(bytes, assignment->records != NULL)) return ULAM_ENOMEM;
    for (size_t i = 0; assignment->records && i < assignment->n; i++)
        if (ulam_chain_record_pack(assignment->records[i], false, bytes)) return ULAM_ENOMEM;
    return ULAM_OK;
}

static ulam_status get_records(ulam_reader *reader, ulam_assignment *assignment)
{
    assignment->records = calloc(assignment->n + 1, sizeof *assignment->records);
    if (!assignment->records) return ULAM_ENOMEM;
    ulam_status status = ULAM_OK;
    for (size_t i = 0; i < assignment->n && !status; i++)
        status = ulam_chain_record_read(&assignment->records[i], reader);
    if (status == ULAM_EFORMAT) reader->failed = true;
    return status == ULAM_ENOMEM ? status : ULAM_OK;
}

ulam_status ulam_reply_unpack(ulam_reply *reply, const ulam_bytes *bytes, ulam_error *error)
{
    ulam_reader reader = {.at = bytes->data, .end = bytes->data + bytes->size};
    ulam_assignment *assignment = &reply->assignment;
    reply->end = ulam_reader_get_u64(&reader) != 0;
    reply->told = ulam_reader_get_u64(&reader) != 0;
    ulam_assignment_clear(assignment);
    if (reply->end) {
        get_error(&reader, &reply->outcome);
        return reader.failed ? damaged(error) : ULAM_OK;
    }
    reply->left = ulam_reader_get_real(&reader);
    assignment->seconds = ulam_reader_get_real(&reader);
    assignment->work = ulam_reader_get_real(&reader);
    assignment->longest = ulam_reader_get_real(&reader);
    assignment->ahead = ulam_reader_get_u64(&reader) != 0;
    const size_t n = get_count(&reader, 48);
    for (size_t i = 0; i < n; i++) {
        const ulam_chunk chunk = get_chunk(&reader);
        if (ulam_assignment_add(assignment, &chunk)) return ulam_fail_memory(error, "reading an assignment");
    }
    if (ulam_reader_get_u64(&reader) && get_records(&reader, assignment))
        return ulam_fail_memory(error, "reading an assignment");
    return reader.failed ? damaged(error) : ULAM_OK;
}
