#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "terminal.h"

ulam_terminal ulam_terminal_measure(void)
{
    struct winsize size;
    ulam_terminal terminal = {0};
    if (!isatty(STDOUT_FILENO)) return terminal;
    const char *plain = getenv("NO_COLOR");
    terminal.colour = !(plain && *plain);
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
        terminal.columns = size.ws_col;
        terminal.rows = size.ws_row;
    }
    return terminal;
}
