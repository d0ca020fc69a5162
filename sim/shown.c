#include <stdio.h>
#include <string.h>

#include <ulam/nearest.h>

#include "shown.h"

size_t ulam_utf8_next(const char *text, size_t size, uint32_t *code)
{
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    if (size == 0) return 0;
    const unsigned char first = (unsigned char)text[0];
    const size_t length = first < 0x80             ? 1
                          : (first & 0xe0) == 0xc0 ? 2
                          : (first & 0xf0) == 0xe0 ? 3
                          : (first & 0xf8) == 0xf0 ? 4
                                                   : 0;
    if (length == 0 || length > size) return 0;
    uint32_t value = length == 1 ? first : first & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        const unsigned char byte = (unsigned char)text[i];
        if ((byte & 0xc0) != 0x80) return 0;
        value = value << 6 | (byte & 0x3f);
    }
    if (value < smallest[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return 0;
    *code = value;
    return length;
}

bool ulam_utf8_printable(uint32_t code)
{
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return false;
    if (code >= 0x2028 && code <= 0x202e) return false; /* line ends, and marks that turn the writing round */
    if (code >= 0x2066 && code <= 0x2069) return false;
    return code != 0xfeff && (code & 0xfffe) != 0xfffe;
}

static size_t append(ulam_shown *self, size_t used, const char *text, size_t length)
{
    if (length >= sizeof self->text - used) return used;
    memcpy(self->text + used, text, length);
    self->text[used + length] = '\0';
    return used + length;
}

static size_t append_escaped(ulam_shown *self, size_t used, const char *text, size_t length)
{
    char escaped[5];
    for (size_t i = 0; i < length; i++) {
        const unsigned char byte = (unsigned char)text[i];
        if (byte == '\n' || byte == '\r' || byte == '\t')
            snprintf(escaped, sizeof escaped, "\\%c", byte == '\n' ? 'n' : byte == '\r' ? 'r' : 't');
        else
            snprintf(escaped, sizeof escaped, "\\x%02x", byte);
        used = append(self, used, escaped, strlen(escaped));
    }
    return used;
}

static void fill(ulam_shown *self, size_t used, const char *text, size_t most)
{
    const size_t size = strlen(text);
    for (size_t at = 0; at < size;) {
        uint32_t code;
        const size_t length = ulam_utf8_next(text + at, size - at, &code);
        if (used > most) {
            append(self, used, "...", 3);
            return;
        }
        if (length && ulam_utf8_printable(code))
            used = append(self, used, text + at, length);
        else
            used = append_escaped(self, used, text + at, length ? length : 1);
        at += length ? length : 1;
    }
}

ulam_shown ulam_show(const char *text)
{
    ulam_shown self = {{0}};
    fill(&self, 0, text, 60);
    return self;
}

ulam_shown ulam_show_path(const char *path)
{
    const size_t longest = 200;
    const size_t length = strlen(path);
    ulam_shown self = {{0}};
    size_t used = 0;
    if (length > longest) {
        used = append(&self, 0, "...", 3);
        path += length - longest;
        while (((unsigned char)*path & 0xc0) == 0x80) path++;
    }
    fill(&self, used, path, sizeof self.text - 20);
    return self;
}

ulam_shown ulam_show_names(const char *const *names, size_t n)
{
    ulam_shown self = {{0}};
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t length = strlen(names[i]);
        if (used + length + 8 > sizeof self.text) {
            append(&self, used, ", ...", 5);
            break;
        }
        if (i > 0) used = append(&self, used, ", ", 2);
        used = append(&self, used, names[i], length);
    }
    return self;
}

ulam_shown ulam_show_nearest(const char *word, const char *const *names, size_t n)
{
    ulam_shown self = {{0}};
    const char *nearest = ulam_nearest(word, names, n);
    if (nearest) snprintf(self.text, sizeof self.text, "; did you mean '%s'?", nearest);
    return self;
}
