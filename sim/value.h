/* Values: texts and lists read by a parameter's declared type. */

#ifndef ULAM_VALUE_H
#define ULAM_VALUE_H

#include <ulam/bytes.h>
#include <ulam/model.h>

#include "arena.h"
#include "yaml_tree.h"

/* "a real in (0, inf), in EUR": what a parameter takes, for a message. */
typedef struct {
    char text[320];
} ulam_expectation;
ulam_expectation ulam_expect(const ulam_parameter *parameter);

/* A file of a job, hashed once: each ulam_file that a value points to is the first member of one. */
typedef struct {
    ulam_file file;
    char hash[33]; /* as ulam_hash_text() gives */
} ulam_hashed_file;

/* Gives the content of the file that a value names. ULAM_EINVAL, ULAM_EIO, ULAM_ENOMEM. */
typedef struct {
    void *self;
    ulam_status (*load)(void *self, const char *path, const ulam_hashed_file **file, ulam_error *error);
} ulam_file_source;

/* Reads a scalar. What the value points to is taken from arena. files NULL: no file may be named. The message begins with
 * the parameter's name and has no position. ULAM_EINVAL, ULAM_ENOMEM, and what files->load returns. */
ulam_status ulam_value_read(const ulam_parameter *parameter, const char *text, ulam_arena *arena,
                            const ulam_file_source *files, ulam_value *value, ulam_error *error);

/* Reads a scalar or a list where it stands; the message begins with the node's position. */
ulam_status ulam_value_read_node(const ulam_parameter *parameter, const ulam_yaml_node *node, ulam_arena *arena,
                                 const ulam_file_source *files, ulam_value *value, ulam_error *error);

/* Appends a value's canonical text, or its spelling in a job file. ULAM_ENOMEM. */
ulam_status ulam_value_write_canonical(const ulam_parameter *parameter, ulam_value value, ulam_bytes *bytes);
ulam_status ulam_value_write(const ulam_parameter *parameter, ulam_value value, ulam_bytes *bytes);

/* The XXH3 128-bit hash of data as 32 hexadecimal digits and a NUL. */
void ulam_hash_text(char hex[33], const void *data, size_t size);

#endif
