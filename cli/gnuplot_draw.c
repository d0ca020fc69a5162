#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gnuplot.h"

/* What gnuplot says is shown from its last words on; a warning alone is none of the user's business. */
static void first_error(FILE *said, char *line, size_t size)
{
    char text[256];
    *line = '\0';
    rewind(said);
    while (fgets(text, sizeof text, said)) {
        text[strcspn(text, "\n")] = '\0';
        const char *start = text + strspn(text, " \t^");
        if (*start && !strstr(start, "arning")) snprintf(line, size, "%s", start);
    }
}

static _Noreturn void become_gnuplot(FILE *script, FILE *said)
{
    if (dup2(fileno(script), STDIN_FILENO) >= 0 && dup2(fileno(said), STDERR_FILENO) >= 0)
        execlp("gnuplot", "gnuplot", "-", (char *)NULL);
    _exit(errno == ENOENT ? 127 : 126);
}

static ulam_status run(FILE *script, FILE *said, ulam_error *error)
{
    int status;
    char line[256];
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) become_gnuplot(script, said);
    if (child < 0) return ulam_fail(error, ULAM_ESYSTEM, "cannot start gnuplot: %s", strerror(errno));
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return ULAM_OK;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return ulam_fail(error, ULAM_ESYSTEM,
                         "gnuplot is not installed (gnuplot-nox on Debian); --script prints what it would draw");
    first_error(said, line, sizeof line);
    return ulam_fail(error, ULAM_ESYSTEM, "gnuplot failed%s%s", *line ? ": " : "", line);
}

ulam_status ulam_gnuplot_draw(const ulam_picture *picture, const ulam_gnuplot_target *target, ulam_error *error)
{
    FILE *script = tmpfile(), *said = tmpfile();
    ulam_status status = ULAM_OK;
    if (!script || !said) {
        status = ulam_fail(error, ULAM_ESYSTEM, "cannot make a temporary file for gnuplot: %s", strerror(errno));
    } else {
        ulam_gnuplot_write(picture, target, script);
        if (fflush(script) || ferror(script))
            status = ulam_fail(error, ULAM_ESYSTEM, "cannot write gnuplot's script: %s", strerror(errno));
        rewind(script);
        if (!status) status = run(script, said, error);
    }
    if (script) fclose(script);
    if (said) fclose(said);
    return status;
}
