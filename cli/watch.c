#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "options.h"
#include "subcommands.h"
#include "terminal.h"
#include "watch_frame.h"

static const char help[] =
    "usage: ulam watch [OPTION]... FILE\n"
    "\n"
    "Shows how a job goes on, from its result file alone: progress, rate, time left, and the error bars as they\n"
    "shrink. Ends when the job is complete. The job may run anywhere that shares the file.\n"
    "\n"
    "  --once      print one snapshot\n"
    "  -h, --help  print this and exit\n"
    "\n"
    "keys: q ends, j and k, the arrows, page up and page down move through the points\n"
    "\n"
    "Exit status: 0; 1 if the file cannot be read; 2 for bad usage.\n";

static const int interval = 250; /* ms between looks at the file */

static volatile sig_atomic_t ended;   /* by so numbered a signal */
static volatile sig_atomic_t resized; /* the terminal */

static void note_end(int number) { ended = number; }

static void note_size(int number)
{
    (void)number;
    resized = 1;
}

typedef struct {
    const char *file;
    ulam_watch_view view;
    ulam_result result;
    bool known;            /* the result has been read */
    struct stat seen;      /* the file that it was read from */
    struct termios before; /* the terminal's settings */
} watch;

/* Terminal */

static void measure(watch *self)
{
    const ulam_terminal terminal = ulam_terminal_measure();
    const bool known = terminal.columns && terminal.rows;
    self->view.columns = known ? terminal.columns : 80;
    self->view.rows = known ? terminal.rows : 24;
    self->view.colour = terminal.colour;
}

static void write_whole(const char *text, size_t size)
{
    while (size > 0) {
        const ssize_t written = write(STDOUT_FILENO, text, size);
        if (written < 0 && errno != EINTR) return;
        if (written < 0) continue;
        text += written;
        size -= (size_t)written;
    }
}

/* The other screen, without a cursor; keys come one by one. */
static void enter(watch *self)
{
    static const char start[] = "\033[?1049h\033[?25l\033[2J";
    struct sigaction end = {.sa_handler = note_end}, size = {.sa_handler = note_size};
    sigaction(SIGINT, &end, NULL);
    sigaction(SIGTERM, &end, NULL);
    sigaction(SIGHUP, &end, NULL);
    sigaction(SIGWINCH, &size, NULL);
    if (tcgetattr(STDIN_FILENO, &self->before) == 0) {
        struct termios keys = self->before;
        keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        tcsetattr(STDIN_FILENO, TCSANOW, &keys);
    }
    write_whole(start, sizeof start - 1);
}

static void leave(const watch *self)
{
    static const char end[] = "\033[?25h\033[?1049l";
    write_whole(end, sizeof end - 1);
    if (isatty(STDIN_FILENO)) tcsetattr(STDIN_FILENO, TCSANOW, &self->before);
}

/* One write a frame, over the old one: nothing flickers. */
static void draw(const watch *self)
{
    char *frame = NULL, *whole = NULL;
    size_t size, whole_size;
    FILE *out = open_memstream(&frame, &size);
    if (!out) return;
    if (self->known)
        ulam_watch_frame(&self->result, self->file, self->seen.st_mtime, &self->view, out);
    else
        fprintf(out, "waiting for %.*s\n", (int)self->view.columns - 12, self->file);
    fclose(out);
    if (size > 0 && frame[size - 1] == '\n') frame[--size] = '\0';
    out = open_memstream(&whole, &whole_size);
    if (out) {
        fputs("\033[H", out);
        for (char *at = frame; *at; at++) fputs(*at == '\n' ? "\033[K\r\n" : (char[]){*at, '\0'}, out);
        fputs("\033[K\033[J", out);
        fclose(out);
        write_whole(whole, whole_size);
    }
    free(whole);
    free(frame);
}

/* File */

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Reads the file where it is another than before. A file that is not there is waited for. */
static ulam_status look(watch *self, ulam_error *error)
{
    struct stat now;
    if (stat(self->file, &now)) {
        if (errno == ENOENT) return ULAM_OK;
        return ulam_fail(error, ULAM_EIO, "%s: %s", self->file, strerror(errno));
    }
    if (self->known && is_same(&now, &self->seen)) return ULAM_OK;
    ulam_result_free(&self->result);
    const ulam_status status = ulam_result_read(&self->result, self->file, error);
    ulam_result_make_printable(&self->result);
    self->known = !status;
    self->seen = now;
    return status;
}

/* Keys */

static void move(watch *self, long by)
{
    const size_t n = self->known ? self->result.n_points : 0, room = ulam_watch_room(self->view.rows);
    const long last = n > room ? (long)(n - room) : 0, to = (long)self->view.first + by;
    self->view.first = (size_t)(to < 0 ? 0 : to > last ? last : to);
}

/* Waits for a key or the time to look again. False: it is time to end. */
static bool wait_for_key(watch *self)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    const long page = (long)ulam_watch_room(self->view.rows);
    char keys[16];
    if (poll(&input, isatty(STDIN_FILENO) ? 1 : 0, interval) <= 0) return !ended;
    const ssize_t n = read(STDIN_FILENO, keys, sizeof keys - 1);
    if (n <= 0) return false;
    keys[n] = '\0';
    if (strcmp(keys, "\033[A") == 0 || *keys == 'k') move(self, -1);
    if (strcmp(keys, "\033[B") == 0 || *keys == 'j') move(self, 1);
    if (strcmp(keys, "\033[5~") == 0) move(self, -page);
    if (strcmp(keys, "\033[6~") == 0 || *keys == ' ') move(self, page);
    return *keys != 'q' && *keys != 3 && !ended;
}

static ulam_status follow(watch *self, ulam_error *error)
{
    ulam_status status = ULAM_OK;
    enter(self);
    do {
        if (resized) {
            resized = 0;
            measure(self);
            move(self, 0);
        }
        status = look(self, error);
        draw(self);
    } while (!status && !(self->known && self->result.complete) && wait_for_key(self));
    leave(self);
    return status;
}

static void print_once(watch *self)
{
    self->view.rows = 0;
    self->view.first = 0;
    self->view.columns = isatty(STDOUT_FILENO) ? self->view.columns : SIZE_MAX;
    ulam_watch_frame(&self->result, self->file, self->seen.st_mtime, &self->view, stdout);
}

/* Returns -1 to go on, or the exit status. */
static int read_options(watch *self, bool *once, int argc, char **argv)
{
    static const struct option options[] = {
        {"once", no_argument, NULL, '1'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static const ulam_usage usage = {"watch", help, ":h", options};
    int status = -1;
    *once = !isatty(STDOUT_FILENO);
    while (ulam_next_option(&usage, argc, argv, &status) != -1) *once = true;
    if (status >= 0) return status;
    self->file = ulam_only_operand("watch", "FILE", argc, argv);
    return self->file ? -1 : 2;
}

int ulam_watch_main(int argc, char **argv)
{
    bool once;
    watch self = {0};
    ulam_error error = {0};
    const int stop = read_options(&self, &once, argc, argv);
    if (stop >= 0) return stop;
    measure(&self);
    if (once) {
        if (!look(&self, &error) && !self.known) ulam_fail(&error, ULAM_EIO, "%s: %s", self.file, strerror(ENOENT));
    } else {
        follow(&self, &error);
    }
    if (error.status)
        fprintf(stderr, "ulam watch: %s\n", error.message);
    else if (once || self.known)
        print_once(&self);
    ulam_result_free(&self.result);
    return error.status ? 1 : ended ? 128 + ended : 0;
}
