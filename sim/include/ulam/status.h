/* Status codes and error messages.
 *
 * Every function that can fail returns a ulam_status and, where it takes one, fills in the caller's ulam_error. The
 * library never prints, exits or aborts. */

#ifndef ULAM_STATUS_H
#define ULAM_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    ULAM_OK = 0,
    ULAM_EINVAL,    /* bad input: a job file, an option, an argument */
    ULAM_ENOMEM,    /* memory ran out */
    ULAM_EIO,       /* a file could not be read or written */
    ULAM_EFORMAT,   /* a file is damaged, or is not one of ours */
    ULAM_EIDENTITY, /* a file belongs to another job */
    ULAM_ERUN,      /* a run of the model failed */
    ULAM_ESYSTEM,   /* MPI, a process or a thread failed */
} ulam_status;

enum {
    ULAM_MESSAGE_SIZE = 1024
};

/* Owned by the caller; starts as {0}. The message is one line, without a final newline, and names the file, line,
 * parameter and value concerned, and what was expected. */
typedef struct {
    ulam_status status;
    char message[ULAM_MESSAGE_SIZE];
} ulam_error;

#if defined(__GNUC__)
#define ULAM_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define ULAM_PRINTF(text, first)
#endif

/* Writes the message (cut at ULAM_MESSAGE_SIZE) into error, which may be NULL, and returns status, so that a function
 * can end with `return ulam_fail(error, ULAM_EINVAL, "...")`. */
ulam_status ulam_fail(ulam_error *error, ulam_status status, const char *format, ...) ULAM_PRINTF(3, 4);

/* Puts "prefix: " before the message that error holds, and returns its status. */
ulam_status ulam_fail_within(ulam_error *error, const char *format, ...) ULAM_PRINTF(2, 3);

/* Fails with ULAM_ENOMEM and "out of memory while <doing>". */
ulam_status ulam_fail_memory(ulam_error *error, const char *doing);

#ifdef __cplusplus
}
#endif

#endif
