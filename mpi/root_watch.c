#include <math.h>
#include <stdio.h>

#include "abandon.h"
#include "root_watch.h"
#include "service.h"
#include "stopping.h"

/* How long ranks may take to finish what they have in hand after a failure. */
static const double failure_grace = 2;

static void take_state(ulam_root *self)
{
    pthread_mutex_lock(&self->put_lock);
    pthread_mutex_lock(&self->state_lock);
}

/* Keeps what is known, and ends all ranks. The locks are held for good: nobody changes or puts the state again. */
static _Noreturn void leave(ulam_root *self, const char *reason, int status)
{
    const ulam_sink *sink = &self->execution->sink;
    if (sink->put && !self->spoiled && !ulam_state_publish(self->state)) sink->put(sink->self, self->state, NULL);
    const ulam_monitor *monitor = &self->execution->monitor;
    if (monitor->say_last) monitor->say_last(monitor->self, reason);
    ulam_abandon(self->hub.hierarchy->all, monitor->say_last ? NULL : reason, status);
}

_Noreturn void ulam_root_give_up(ulam_hub *hub, const char *reason)
{
    ulam_root *self = (ulam_root *)hub;
    take_state(self);
    leave(self, reason, 1);
}

/* Lists what is in hand, and leaves: the ranks that have it cannot be told. */
static _Noreturn void drop_runs(ulam_root *self, const ulam_service *service)
{
    ulam_state *state = self->state;
    char reason[128];
    take_state(self);
    if (ulam_service_list_held(service, &state->dropped, &state->n_dropped))
        leave(self, "out of memory while listing runs to drop", 1);
    snprintf(reason, sizeof reason, "stopped; %zu ranks were still in a run after %g s, which is dropped",
             state->n_dropped, self->execution->stop.grace);
    leave(self, reason, 3);
}

static void see_request(ulam_root *self, ulam_service *service)
{
    ulam_hub *hub = &self->hub;
    const ulam_stop *stop = &self->execution->stop;
    const double now = ulam_clock();
    if (isinf(self->requested_at) && ulam_stop_requested(stop)) self->requested_at = now;
    pthread_mutex_lock(&hub->lock);
    if (isfinite(self->requested_at) || now >= hub->deadline || hub->schedule.closed) hub->stop = true;
    const bool stopped = hub->stop && !hub->ended;
    pthread_mutex_unlock(&hub->lock);
    if (stopped) ulam_service_tell_stop(service);
}

static void see_lateness(ulam_root *self, const ulam_service *service, bool failed)
{
    const ulam_stop *stop = &self->execution->stop;
    const double now = ulam_clock();
    if (failed) {
        self->failed_at = fmin(self->failed_at, now);
        if (now > self->failed_at + failure_grace) ulam_root_give_up(&self->hub, self->hub.failure.message);
    } else if (now > fmin(self->requested_at, ulam_stop_deadline(stop)) + stop->grace) {
        drop_runs(self, service);
    }
}

/* Sees when nothing is left to do, or, once the hand-out has stopped, in hand. */
static void see_end(ulam_root *self, const ulam_service *service)
{
    ulam_hub *hub = &self->hub;
    const ulam_askers askers = ulam_service_look(service);
    pthread_mutex_lock(&hub->lock);
    const bool quiet = !hub->computing && hub->unmerged == 0 && askers.all_wait;
    if (quiet && !hub->gathered && !hub->ended) {
        hub->gathered = hub->stop || ulam_schedule_finished(&hub->schedule);
        if (hub->gathered) pthread_cond_broadcast(&hub->changed);
    }
    const bool late = hub->stop && !hub->gathered && !hub->ended;
    const bool failed = hub->failure.status != ULAM_OK;
    pthread_mutex_unlock(&hub->lock);
    if (late) see_lateness(self, service, failed);
}

static void show_progress(ulam_root *self)
{
    const ulam_monitor *monitor = &self->execution->monitor;
    if (!monitor->show || self->hub.stop || ulam_clock() < self->show_at) return;
    if (pthread_mutex_trylock(&self->state_lock)) return;
    const ulam_progress progress = ulam_tracker_look(&self->tracker, self->state);
    pthread_mutex_unlock(&self->state_lock);
    monitor->show(monitor->self, &progress);
    self->show_at = ulam_clock() + monitor->interval;
}

bool ulam_root_watch(ulam_hub *hub, ulam_service *service)
{
    ulam_root *self = (ulam_root *)hub;
    see_request(self, service);
    see_end(self, service);
    show_progress(self);
    return false;
}
