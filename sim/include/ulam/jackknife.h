/* The jackknife over groups of runs: bias correction and standard error of any smooth function of means, from its values
 * without each group in turn. */

#ifndef ULAM_JACKKNIFE_H
#define ULAM_JACKKNIFE_H

#include <stddef.h>

#include <ulam/confidence.h>
#include <ulam/groups.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A quantity from all runs, and from all but those of each group. */
typedef struct {
    double all;
    double without[ULAM_GROUPS];
    double share[ULAM_GROUPS]; /* of the runs that are in the group; 0: it is empty, and does not count */
} ulam_replicates;

/* What is known of a quantity. NaN: undefined. */
typedef struct {
    double value, std_error;
    ulam_bounds interval;
} ulam_estimate;

/* The mean of the values in the groups, as a quantity. */
void ulam_groups_replicate(const ulam_groups *self, ulam_replicates *replicates);

/* Makes of a quantity its difference to another one of the same groups: of points that share their random numbers, the error
 * of the difference knows that they vary together. The groups' shares are the means of both;
 * where these differ, as the numbers of runs do, each q - q_g below counts by its own share. */
void ulam_replicates_subtract(ulam_replicates *self, const ulam_replicates *other);

/* The delete-group jackknife for groups of unequal size (Busing, Meijer and van der Leeden, Statistics and Computing 9
 * (1999) 3). With G groups, q the quantity from all runs, q_g that without group g, and p_g the group's share of the runs,
 *
 *     value       = q + sum (1 - p_g) (q - q_g)
 *     std_error^2 = 1/G sum (q + (1/p_g - 1) (q - q_g) - value)^2 / (1/p_g - 1)
 *
 * which for a mean is the mean itself, and the spread of the groups' means. The interval is Student's with G - 1 degrees of
 * freedom. All is undefined below 2 groups, and where q or a q_g is undefined or infinite. */
void ulam_jackknife(const ulam_replicates *replicates, double level, ulam_estimate *estimate);

#ifdef __cplusplus
}
#endif

#endif
