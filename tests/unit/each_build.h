/* A test in each build of the lanes that this machine can run. A process has one build, so each is tried in a child, before
 * this process has chosen its own. */

#ifndef EACH_BUILD_H
#define EACH_BUILD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/wait.h>

#include <cmocka.h>

#include <ulam/lanes.h>

static inline void in_each_build(CMUnitTestFunction function)
{
    static const char *const builds[] = {"portable", "avx2", "avx512"};
    size_t tried = 0;
    for (size_t k = 0; k < sizeof builds / sizeof *builds; k++) {
        setenv("ULAM_LANES_BUILD", builds[k], 1);
        if (ulam_lanes_check_build(NULL)) continue; /* not on this machine */
        const pid_t child = fork();
        if (child == 0) {
            const struct CMUnitTest test[] = {cmocka_unit_test(function)};
            _exit(strcmp(ulam_lanes_build(), builds[k]) ? 99 : cmocka_run_group_tests(test, NULL, NULL));
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFEXITED(status) || WEXITSTATUS(status)) fail_msg("the build %s differs", builds[k]);
        tried++;
    }
    unsetenv("ULAM_LANES_BUILD");
    assert_true(tried > 0);
}

#endif
