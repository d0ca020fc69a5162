/* Sums that keep what rounding takes away from them. */

#ifndef ULAM_SIM_TWO_SUM_H
#define ULAM_SIM_TWO_SUM_H

/* Adds x to *sum and what rounding takes away to *lost (Knuth's two-sum). */
static inline void two_sum_add(double *sum, double *lost, double x)
{
    const double total = *sum + x, part = total - *sum;
    *lost += (*sum - (total - part)) + (x - part);
    *sum = total;
}

#endif
