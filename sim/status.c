#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <ulam/status.h>

ulam_status ulam_fail(ulam_error *error, ulam_status status, const char *format, ...)
{
    if (error) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(error->message, sizeof error->message, format, arguments);
        va_end(arguments);
        error->status = status;
    }
    return status;
}

ulam_status ulam_fail_within(ulam_error *error, const char *format, ...)
{
    if (!error) return ULAM_EINVAL;
    char inner[ULAM_MESSAGE_SIZE];
    memcpy(inner, error->message, sizeof inner);
    va_list arguments;
    va_start(arguments, format);
    const int written = vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    size_t n = written < 0 ? 0 : (size_t)written;
    for (const char *at = ": "; *at && n + 1 < sizeof inner; at++) error->message[n++] = *at;
    for (const char *at = inner; *at && n + 1 < sizeof inner; at++) error->message[n++] = *at;
    if (n < sizeof inner) error->message[n] = '\0';
    return error->status;
}

ulam_status ulam_fail_memory(ulam_error *error, const char *doing)
{
    return ulam_fail(error, ULAM_ENOMEM, "out of memory while %s", doing);
}
