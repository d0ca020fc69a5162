/* UTF-8 text from outside, character by character. */

#ifndef ULAM_UTF8_H
#define ULAM_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Length of the UTF-8 character at text[size], and its code; 0: there is none, or it is not valid. */
size_t ulam_utf8_next(const char *text, size_t size, uint32_t *code);

/* Whether a character may stand in a message or a plain text as it is. */
bool ulam_utf8_printable(uint32_t code);

#ifdef __cplusplus
}
#endif

#endif
