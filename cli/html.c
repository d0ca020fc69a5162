#include "html.h"

void ulam_html_put(const char *text, FILE *out)
{
    for (; text && *text; text++) {
        const unsigned char byte = (unsigned char)*text;
        switch (byte) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f)
                fputs("\xEF\xBF\xBD", out);
            else
                putc(byte, out);
        }
    }
}
