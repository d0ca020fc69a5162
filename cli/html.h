/* HTML and SVG as text. Whatever comes from a file is written by these, so that it stays text. */

#ifndef ULAM_HTML_H
#define ULAM_HTML_H

#include <stdio.h>

#include "picture.h"

/* The text with &, <, >, " and ' as entities; control characters, which HTML forbids, as U+FFFD, newline and tab excepted. */
void ulam_html_put(const char *text, FILE *out);

/* The picture as an <svg> element with an entry for the key below it. Each mark has a <title> with its values, which a pointer or
 * the keyboard reaches. `id` tells the pictures of a page apart. */
void ulam_svg_put(const ulam_picture *picture, size_t id, FILE *out);

#endif
