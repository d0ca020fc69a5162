/* Runs by the line protocol: a program that stays, and is asked for run after run. */

#ifndef ULAM_DIALOGUE_H
#define ULAM_DIALOGUE_H

#include <ulam/program.h>

/* `self` is to be an ulam_served. */
extern const ulam_service ulam_dialogue_service;

#endif
