#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "hub.h"
#include "service.h"

void ulam_hub_init(ulam_hub *self, const ulam_hub_kind *kind, const ulam_hierarchy *hierarchy,
                   const ulam_sample_sink *samples)
{
    *self = (ulam_hub){.kind = kind, .hierarchy = hierarchy, .samples = *samples, .deadline = INFINITY};
    MPI_Comm_size(hierarchy->serves, &self->ranks);
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->changed, NULL);
}

void ulam_hub_free(ulam_hub *self)
{
    ulam_schedule_free(&self->schedule);
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->lock);
}

void ulam_hub_fail(ulam_hub *self, const ulam_error *failure)
{
    pthread_mutex_lock(&self->lock);
    if (!self->failure.status) self->failure = *failure;
    self->stop = true;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

_Noreturn void ulam_hub_give_up(ulam_hub *self, const char *reason)
{
    self->kind->give_up(self, reason);
    abort();
}

_Noreturn void ulam_hub_fail_system(ulam_hub *self, const char *doing)
{
    char reason[128];
    snprintf(reason, sizeof reason, "MPI failed, or memory ran out, while %s", doing);
    ulam_hub_give_up(self, reason);
}

ulam_status ulam_hub_take(ulam_hub *self, size_t shares, ulam_assignment *assignment)
{
    ulam_assignment_clear(assignment);
    if (self->stop) return ULAM_OK;
    return ulam_schedule_take_shares(&self->schedule, self->deadline - ulam_clock(), shares, assignment);
}

ulam_status ulam_hub_account(ulam_hub *self, const ulam_answer *answer, bool unmerged)
{
    ulam_status status = ULAM_OK;
    pthread_mutex_lock(&self->lock);
    for (size_t i = 0; i < answer->n_parts; i++) {
        const ulam_part *part = &answer->parts[i];
        ulam_schedule_done(&self->schedule, part->chunk.point, ulam_chunk_size(&part->chunk), part->seconds,
                           part->longest);
    }
    for (size_t i = 0; i < answer->n_left && !status; i++)
        status = ulam_schedule_return(&self->schedule, &answer->left[i]);
    self->unmerged += unmerged;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
    return status;
}

bool ulam_hub_start_thread(void *(*run)(void *), void *of, pthread_t *thread)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int failed = pthread_create(thread, NULL, run, of);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return !failed;
}

ulam_status ulam_hub_start_service(ulam_hub *self, pthread_t *thread, ulam_error *error)
{
    int level = MPI_THREAD_SINGLE;
    MPI_Query_thread(&level);
    if (level < MPI_THREAD_SERIALIZED)
        return ulam_fail(error, ULAM_EINVAL,
                         "MPI was initialised for one thread alone; MPI_THREAD_SERIALIZED is needed");
    if (!ulam_hub_start_thread(ulam_service_run, self, thread))
        return ulam_fail(error, ULAM_ESYSTEM, "no thread could be started to answer the other ranks");
    return ULAM_OK;
}

/* Waits for work; false: there will be none. */
static bool wait_for_work(ulam_hub *self, ulam_assignment *assignment)
{
    ulam_error error = {0};
    pthread_mutex_lock(&self->lock);
    self->computing = false;
    ulam_assignment_clear(assignment);
    while (!self->gathered) {
        if (!error.status && ulam_hub_take(self, 1, assignment)) ulam_fail_memory(&error, "handing out runs");
        if (error.status || assignment->n) break;
        pthread_cond_wait(&self->changed, &self->lock);
    }
    self->computing = assignment->n > 0;
    if (self->computing) self->chunk = assignment->chunks[0];
    self->since = ulam_clock();
    pthread_mutex_unlock(&self->lock);
    if (error.status) ulam_hub_fail(self, &error);
    return assignment->n > 0;
}

static bool must_stop(void *of, double now)
{
    (void)now;
    const ulam_hub *self = of;
    return self->stop;
}

static void wait_until_gathered(ulam_hub *self)
{
    pthread_mutex_lock(&self->lock);
    while (!self->gathered) pthread_cond_wait(&self->changed, &self->lock);
    pthread_mutex_unlock(&self->lock);
}

void ulam_hub_compute(ulam_hub *self)
{
    ulam_worker worker;
    ulam_assignment assignment = {0};
    const ulam_interrupt interrupt = {.requested = must_stop, .self = self};
    ulam_worker_init(&worker, self->schedule.job);
    worker.sampling.sink = self->samples;
    while (wait_for_work(self, &assignment)) {
        ulam_answer answer = {0};
        ulam_error error = {0};
        if (ulam_worker_perform(&worker, &assignment, &interrupt, &answer, &error)) ulam_hub_fail(self, &error);
        self->kind->keep(self, &answer);
        if (ulam_hub_account(self, &answer, false)) {
            ulam_fail_memory(&error, "handing out runs");
            ulam_hub_fail(self, &error);
        }
        ulam_answer_free(&answer);
    }
    ulam_assignment_free(&assignment);
    ulam_worker_free(&worker);
    wait_until_gathered(self);
}
