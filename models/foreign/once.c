#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include <ulam/execute.h>

#include "child.h"
#include "extract.h"
#include "file.h"
#include "once.h"
#include "placeholders.h"
#include "scratch.h"
#include "served.h"

enum {
    LARGEST_OUTPUT = 256 << 20
};

/* In the scratch folder: "run", where the program works, "input" and "output", its standard streams. */
typedef struct {
    const ulam_served *served;
    const ulam_job *job;
    ulam_warden warden;
    ulam_child child;
    char folder[PATH_MAX]; /* the job's, absolute, with a slash behind it */
    const char **words;    /* [n_words + 1]; those without placeholders as they are, files as absolute paths */
    ulam_bytes *filled;    /* [n_words]: the others, filled */
    bool begun;
} once;

/* The session */

static void *open_once(void *served, const ulam_job *job)
{
    once *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    *self = (once){.served = served, .job = job};
    const size_t n = self->served->program->n_words;
    self->child.errors = -1;
    self->words = calloc(n + 1, sizeof *self->words);
    self->filled = calloc(n, sizeof *self->filled);
    if (self->words && self->filled) return self;
    free(self->filled);
    free(self->words);
    free(self);
    return NULL;
}

static void close_once(void *session)
{
    once *self = session;
    ulam_child_end(&self->child);
    ulam_warden_end(&self->warden);
    for (size_t i = 0; i < self->served->program->n_words; i++) ulam_bytes_free(&self->filled[i]);
    free(self->filled);
    free(self->words);
    free(self);
}

static ulam_status find_folder(once *self, ulam_error *error)
{
    const char *folder = *self->served->folder ? self->served->folder : ".";
    if (!realpath(folder, self->folder))
        return ulam_fail(error, ULAM_EINVAL, "cannot find the job's folder %s: %s", folder, strerror(errno));
    const size_t length = strlen(self->folder);
    if (length + 1 >= sizeof self->folder)
        return ulam_fail(error, ULAM_EINVAL, "the path of the job's folder is too long");
    if (self->folder[length - 1] != '/') strcpy(self->folder + length, "/");
    return ULAM_OK;
}

/* Before the first run. */
static ulam_status begin(once *self, ulam_error *error)
{
    ulam_status status = ulam_served_check_files(self->served, error);
    if (!status) status = find_folder(self, error);
    if (!status) status = ulam_warden_start(&self->warden, error);
    ulam_warden_board *board = self->warden.board;
    if (!status) status = ulam_scratch_make(board->scratch, sizeof board->scratch - 16, error);
    self->begun = !status;
    return status;
}

/* What a run is started with */

static ulam_status fill_words(once *self, const ulam_filling *filling)
{
    const ulam_program *program = self->served->program;
    for (size_t i = 0; i < program->n_words; i++) {
        ulam_bytes *word = &self->filled[i];
        word->size = 0;
        ulam_status status = ULAM_OK;
        if (self->served->word_files[i]) status = ulam_bytes_put(word, self->folder, strlen(self->folder));
        if (!status) status = ulam_placeholders_fill(filling, program->command[i], word);
        if (!status) status = ulam_bytes_put(word, "", 1);
        if (status) return status;
        self->words[i] = (const char *)word->data;
    }
    return ULAM_OK;
}

static ulam_status fail_file(const char *what, const char *path, ulam_error *error)
{
    return ulam_fail(error, ULAM_ESYSTEM, "cannot %s the scratch file %s: %s", what, path, strerror(errno));
}

/* Writes the filled template to a path. */
static ulam_status write_input(const once *self, const ulam_filling *filling, const char *path, ulam_error *error)
{
    ulam_bytes text = {0};
    ulam_status status = ulam_placeholders_fill(filling, self->served->template->content, &text);
    if (status) {
        ulam_fail_memory(error, "filling a template");
    } else {
        const int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (descriptor < 0 || !ulam_file_put(descriptor, text.data, text.size))
            status = fail_file("write", path, error);
        if (descriptor >= 0) close(descriptor);
    }
    ulam_bytes_free(&text);
    return status;
}

/* A path in the scratch folder, "run/in.dat". */
typedef struct {
    char path[2 * PATH_MAX];
} scratch_path;

static scratch_path path_of(const once *self, const char *folder, const char *name)
{
    scratch_path made;
    snprintf(made.path, sizeof made.path, "%s/%s%s", self->warden.board->scratch, folder, name);
    return made;
}

/* Makes the folder "run" and the input. stdin_path: of the file that is to be the standard input. */
static ulam_status prepare(once *self, const ulam_filling *filling, scratch_path *stdin_path, ulam_error *error)
{
    const ulam_program *program = self->served->program;
    snprintf(stdin_path->path, sizeof stdin_path->path, "/dev/null");
    ulam_status status = ulam_scratch_renew(path_of(self, "run", "").path, error);
    if (!status && fill_words(self, filling)) status = ulam_fail_memory(error, "filling in a command");
    if (status || !program->input_template) return status;
    const scratch_path path =
        program->input_file ? path_of(self, "run/", program->input_file) : path_of(self, "input", "");
    if (!program->input_file) *stdin_path = path;
    return write_input(self, filling, path.path, error);
}

/* What becomes of it */

static ulam_status start(once *self, const scratch_path *stdin_path, ulam_error *error)
{
    const scratch_path folder = path_of(self, "run", ""), output = path_of(self, "output", "");
    ulam_child_plan plan = {.words = self->words, .folder = folder.path};
    ulam_status status;
    plan.input = open(stdin_path->path, O_RDONLY | O_CLOEXEC);
    plan.output = open(output.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (plan.input < 0 || plan.output < 0)
        status = fail_file("open", plan.input < 0 ? stdin_path->path : output.path, error);
    else
        status = ulam_child_start(&self->child, &plan, &self->warden, error);
    if (plan.input >= 0) close(plan.input);
    if (plan.output >= 0) close(plan.output);
    return status;
}

/* A launcher that stops a job may signal every process of it, and the run in hand is to be finished all the same. */
static bool was_told_to_stop(const ulam_child *child)
{
    static const int stops[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
        if (child->known && WIFSIGNALED(child->outcome) && WTERMSIG(child->outcome) == stops[i]) return true;
    return false;
}

/* Waits for its end. ULAM_ERUN: it was not a good one, or did not come in time. */
static ulam_status await_end(once *self, ulam_error *cause)
{
    const double timeout = self->job->conduct.run_timeout, slice = 0.1;
    double waited = 0;
    char text[ULAM_LAST_WORDS];
    while (waited <= timeout) {
        const double before = ulam_clock(), rest = timeout - waited;
        if (ulam_child_ended(&self->child, fmin(slice, rest + 1e-3))) {
            if (self->child.known && WIFEXITED(self->child.outcome) && WEXITSTATUS(self->child.outcome) == 0)
                return ULAM_OK;
            ulam_child_describe_end(&self->child, text);
            return ulam_fail(cause, ULAM_ERUN, "%s", text);
        }
        /* A job that was halted for a while, program and all, has not computed meanwhile. */
        waited += fmin(ulam_clock() - before, 2 * slice);
    }
    ulam_child_hear(&self->child);
    ulam_child_last_words(&self->child, text);
    ulam_child_end(&self->child);
    return ulam_fail(cause, ULAM_ERUN, "took longer than %g s%s", timeout, text);
}

/* The text that the program left, zero bytes as blanks, and a NUL behind it. */
static ulam_status read_output(const once *self, ulam_bytes *text, ulam_error *cause)
{
    const char *name = self->served->program->output;
    const scratch_path path = name ? path_of(self, "run/", name) : path_of(self, "output", "");
    struct stat status;
    if (stat(path.path, &status) != 0)
        return ulam_fail(cause, ULAM_ERUN, "the program left no file '%s'", name ? name : "output");
    if (!S_ISREG(status.st_mode) || status.st_size > LARGEST_OUTPUT)
        return ulam_fail(cause, ULAM_ERUN, "the output is %s, expected a file of at most 256 MB",
                         S_ISREG(status.st_mode) ? "a larger file" : "no file");
    if (ulam_file_read(path.path, text, cause) || ulam_bytes_put(text, "", 1))
        return ulam_fail(cause, ULAM_ERUN, "the output cannot be read: %s", strerror(errno));
    text->size--;
    for (size_t i = 0; i < text->size; i++)
        if (text->data[i] == '\0') text->data[i] = ' ';
    return ULAM_OK;
}

/* Starts it and waits for its end; once more if it was told to stop. */
static ulam_status carry_out(once *self, const ulam_filling *filling, ulam_error *cause, ulam_error *error)
{
    for (bool again = false;; again = true) {
        scratch_path stdin_path;
        ulam_error failure = {0};
        ulam_status status = prepare(self, filling, &stdin_path, error);
        if (!status) status = start(self, &stdin_path, error);
        if (status || !await_end(self, &failure)) return status;
        if (again || !was_told_to_stop(&self->child)) {
            *cause = failure;
            return ULAM_OK;
        }
    }
}

static ulam_status perform_one(once *self, size_t point, uint64_t run, double *values, size_t stride, ulam_error *cause,
                               ulam_error *error)
{
    const ulam_filling filling = {.job = self->job, .point = point, .run = run, .folder = self->folder};
    ulam_bytes text = {0};
    const ulam_status status = carry_out(self, &filling, cause, error);
    if (status) return status;
    if (!cause->status && !read_output(self, &text, cause))
        ulam_extract(self->served->program, self->job, (const char *)text.data, text.size, values, stride, cause);
    ulam_bytes_free(&text);
    ulam_scratch_remove(path_of(self, "run", "").path);
    return ULAM_OK;
}

static ulam_status perform_stretch(void *session, ulam_stretch stretch, double *values, size_t stride, uint64_t *done,
                                   ulam_error *cause, ulam_error *error)
{
    once *self = session;
    ulam_error own = {0}, failure = {0};
    ulam_status status = self->begun ? ULAM_OK : begin(self, &own);
    for (*done = 0; !status && *done < stretch.n; ++*done) {
        status = perform_one(self, stretch.point, stretch.first + *done, values + *done, stride, &failure, &own);
        if (status || failure.status) break;
    }
    if (status)
        *error = own;
    else if (failure.status)
        *cause = failure;
    return status;
}

const ulam_service ulam_once_service = {.open = open_once, .close = close_once, .perform = perform_stretch};
