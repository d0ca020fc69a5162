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
    char message[ULAM_MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    int prefix = vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (prefix >= 0 && (size_t)prefix < sizeof message)
        snprintf(message + prefix, sizeof message - (size_t)prefix, ": %s", error->message);
    memcpy(error->message, message, sizeof message);
    return error->status;
}

ulam_status ulam_fail_memory(ulam_error *error, const char *doing)
{
    return ulam_fail(error, ULAM_ENOMEM, "out of memory while %s", doing);
}
