/* Durations as people write them: "30s", "10m", "23h50m", "1.5h", "2d"; also "1:30:00" and "2-12:00:00" as Slurm does. */

#ifndef ULAM_DURATION_H
#define ULAM_DURATION_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Reads text as seconds. A number without a unit is seconds. False: it is none, or negative. */
bool ulam_duration_read(const char *text, double *seconds);

#ifdef __cplusplus
}
#endif

#endif
