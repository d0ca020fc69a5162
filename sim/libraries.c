#include <stdio.h>

#include <gmp.h>
#include <gsl/gsl_version.h>
#include <xxhash.h>
#include <yaml.h>
#include <zlib.h>

#include <ulam/libraries.h>

void ulam_libraries(char text[ULAM_LIBRARIES_SIZE])
{
    const unsigned xxhash = XXH_versionNumber(), hundred = 100;
    snprintf(text, ULAM_LIBRARIES_SIZE, "GSL %s, libyaml %s, GMP %s, xxHash %u.%u.%u, zlib %s", gsl_version,
             yaml_get_version_string(), gmp_version, xxhash / (hundred * hundred), xxhash / hundred % hundred,
             xxhash % hundred, zlibVersion());
}
