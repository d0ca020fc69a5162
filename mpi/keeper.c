#include <time.h>

#include "keeper.h"
#include "stopping.h"

void ulam_keeper_init(ulam_root *root)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&root->keeper_wake, &attributes);
    pthread_condattr_destroy(&attributes);
}

void ulam_keeper_end(ulam_root *root)
{
    pthread_mutex_lock(&root->hub.lock);
    root->keeper_quits = true;
    pthread_cond_signal(&root->keeper_wake);
    pthread_mutex_unlock(&root->hub.lock);
}

/* False: it is time to end. */
static bool wait_until(ulam_root *root, double when)
{
    const time_t seconds = (time_t)when;
    const struct timespec time = {.tv_sec = seconds, .tv_nsec = (long)((when - (double)seconds) * 1e9)};
    pthread_mutex_lock(&root->hub.lock);
    while (!root->keeper_quits && ulam_clock() < when)
        pthread_cond_timedwait(&root->keeper_wake, &root->hub.lock, &time);
    const bool goes_on = !root->keeper_quits;
    pthread_mutex_unlock(&root->hub.lock);
    return goes_on;
}

/* Merging waits for the copy, never for the sink. */
static ulam_status copy_state(ulam_root *root, ulam_state *copy, uint64_t *runs, bool *changed, ulam_error *error)
{
    ulam_status status = ULAM_OK;
    pthread_mutex_lock(&root->state_lock);
    *changed = root->tracker.progress.session_runs != *runs && !root->spoiled;
    *runs = root->tracker.progress.session_runs;
    if (*changed) status = ulam_state_copy(copy, root->state);
    pthread_mutex_unlock(&root->state_lock);
    return status ? ulam_fail_memory(error, "copying the state for a checkpoint") : ULAM_OK;
}

static ulam_status put_copy(ulam_root *root, uint64_t *runs, ulam_error *error)
{
    const ulam_sink *sink = &root->execution->sink;
    ulam_state copy = {0};
    bool changed;
    pthread_mutex_lock(&root->put_lock);
    ulam_status status = copy_state(root, &copy, runs, &changed, error);
    if (!status && changed && ulam_state_publish(&copy)) status = ulam_fail_memory(error, "putting a state");
    if (!status && changed) status = sink->put(sink->self, &copy, error);
    pthread_mutex_unlock(&root->put_lock);
    ulam_state_free(&copy);
    return status;
}

void *ulam_keeper(void *of)
{
    ulam_root *root = of;
    const double interval = ulam_checkpoint_interval(root->state->job);
    uint64_t runs = 0;
    ulam_error error = {0};
    while (wait_until(root, ulam_clock() + interval)) {
        if (put_copy(root, &runs, &error)) {
            ulam_hub_fail(&root->hub, &error);
            break;
        }
    }
    return NULL;
}
