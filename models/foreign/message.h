/* The lines of the line protocol: docs/programs.md. */

#ifndef ULAM_MESSAGE_H
#define ULAM_MESSAGE_H

#include <ulam/bytes.h>
#include <ulam/job.h>
#include <ulam/status.h>

enum {
    ULAM_PROTOCOL = 1
};

/* The numbers that a program starts its own random numbers from: drawn from the run's stream. */
typedef struct {
    uint64_t seed;
    uint32_t seed31;
} ulam_seeds;
ulam_seeds ulam_seeds_of(const ulam_job *job, size_t point, uint64_t run);

/* Append the first line; the parameters of a point as an object; a request, parameters being such an object. ULAM_ENOMEM. */
ulam_status ulam_message_put_hello(const ulam_model *model, ulam_bytes *bytes);
ulam_status ulam_message_put_parameters(const ulam_job *job, size_t point, ulam_bytes *bytes);
ulam_status ulam_message_put_request(const ulam_job *job, size_t point, uint64_t run, const ulam_bytes *parameters,
                                     ulam_bytes *bytes);

/* Judges the answer to the first line. ULAM_EINVAL. */
ulam_status ulam_message_read_hello(const char *line, size_t size, ulam_error *error);

/* Reads the answer to a request into values[element * stride]. ULAM_ERUN: the program says that the run failed, or the
 * answer is not as it should be; then *garbage. */
ulam_status ulam_message_read_answer(const ulam_job *job, uint64_t run, const char *line, size_t size, double *values,
                                     size_t stride, bool *garbage, ulam_error *cause);

#endif
