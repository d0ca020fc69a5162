/* Runs by a program that is started afresh for each of them, in a folder of its own. */

#ifndef ULAM_ONCE_H
#define ULAM_ONCE_H

#include <ulam/program.h>

/* `self` is to be an ulam_served. */
extern const ulam_service ulam_once_service;

#endif
