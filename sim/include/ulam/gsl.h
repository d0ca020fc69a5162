/* A stream as a generator of the GNU Scientific Library, so that every gsl_ran_ function draws from it:
 *
 *     const gsl_rng gsl = ulam_as_gsl(rng);
 *     const unsigned births = gsl_ran_poisson(&gsl, rate);
 */

#ifndef ULAM_GSL_H
#define ULAM_GSL_H

#include <gsl/gsl_rng.h>

#include <ulam/rng.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A view of rng, which it draws from and must not outlive. gsl_rng_get() gives a word (one word), gsl_rng_uniform() what
 * ulam_uniform() gives (two words). It cannot be seeded, and needs no gsl_rng_free(). */
gsl_rng ulam_as_gsl(ulam_rng *rng);

#ifdef __cplusplus
}
#endif

#endif
