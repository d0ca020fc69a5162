/* The Ising model's exact energies and heat capacities, against all states of small lattices. */

#include "model_point.h"

#include "ising.h"

static void near(double value, double expected, double tolerance, unsigned size, double temperature, const char *what)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("size %u, T = %g: %s is %.17g, expected %.17g", size, temperature, what, value, expected);
}

/* Pairs of unlike neighbours. */
static int unlike_pairs(unsigned size, uint32_t spins)
{
    int unlike = 0;
    for (unsigned y = 0; y < size; y++)
        for (unsigned x = 0; x < size; x++) {
            const unsigned spin = spins >> (y * size + x) & 1;
            unlike += spin != (spins >> (y * size + (x + 1) % size) & 1);
            unlike += spin != (spins >> ((y + 1) % size * size + x) & 1);
        }
    return unlike;
}

static void energies_are_those_of_all_states(void **state)
{
    (void)state;
    static const double temperatures[] = {0.2, 0.5, 1, 1.8, 2.269185314213022, 2.3, 3, 5, 20, 1e3, 1e6};
    for (unsigned size = 2; size <= 4; size++) {
        const int sites = (int)(size * size);
        double states[33] = {0};
        for (uint32_t spins = 0; spins < UINT32_C(1) << sites; spins++) states[unlike_pairs(size, spins)]++;
        for (size_t k = 0; k < sizeof temperatures / sizeof *temperatures; k++) {
            const double t = temperatures[k];
            long double z = 0, sum = 0, squares = 0; /* of energies above the ground state's */
            for (int unlike = 0; unlike <= 2 * sites; unlike++) {
                const long double weight = states[unlike] * expl(-2.L * unlike / t);
                z += weight;
                sum += weight * 2 * unlike;
                squares += weight * 4 * unlike * unlike;
            }
            double energy, heat_capacity;
            ising_exact(size, t, &energy, &heat_capacity);
            near(energy, (double)(-2 + sum / z / sites), 1e-13, size, t, "energy");
            near(heat_capacity, (double)((squares / z - sum / z * (sum / z)) / sites / t / t), 1e-12, size, t,
                 "heat capacity");
        }
    }
}

static void larger_lattices_have_kaufmans_values(void **state)
{
    (void)state;
    const double critical = 2 / log1p(sqrt(2));
    double energy, heat_capacity;
    ising_exact(4, critical, &energy, &heat_capacity);
    near(energy, -1.565623788, 1e-9, 4, critical, "energy");
    near(heat_capacity, 0.783266826, 1e-9, 4, critical, "heat capacity");
    ising_exact(8, critical, &energy, &heat_capacity);
    near(energy, -1.491589107, 1e-9, 8, critical, "energy");
    near(heat_capacity, 1.145559240, 1e-9, 8, critical, "heat capacity");

    /* At the critical point of the infinite lattice the energy is -sqrt 2 (Onsager 1944), and 1 / L away from it. */
    ising_exact(4096, critical, &energy, &heat_capacity);
    near(energy, -sqrt(2), 1e-3, 4096, critical, "energy");
    assert_true(fabs(energy + sqrt(2)) > 1e-5);
}

/* The energy's slope is the heat capacity, on both sides of the critical point and at any size. */
static void heat_capacities_are_the_energies_slopes(void **state)
{
    (void)state;
    static const unsigned sizes[] = {5, 16, 63, 500, 3000};
    static const double temperatures[] = {0.7, 1.5, 2.2, 2.269185314213022, 2.35, 4, 50};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
        for (size_t i = 0; i < sizeof temperatures / sizeof *temperatures; i++) {
            const double t = temperatures[i], h = 1e-6 * t;
            double energy[2], heat_capacity, other;
            ising_exact(sizes[k], t, &energy[0], &heat_capacity);
            ising_exact(sizes[k], t - h, &energy[0], &other);
            ising_exact(sizes[k], t + h, &energy[1], &other);
            near(heat_capacity, (energy[1] - energy[0]) / (2 * h), 1e-5, sizes[k], t, "heat capacity");
        }
}

static void the_model_states_them(void **state)
{
    (void)state;
    model_point point;
    double exact[N_OBSERVABLES], energy, heat_capacity;
    assert_int_equal(model_point_open(&point, "ising", "size=6 temperature=2.5", NULL), ULAM_OK);
    model_point_exact(&point, exact);
    ising_exact(6, 2.5, &energy, &heat_capacity);
    assert_true(exact[ENERGY] == energy);
    near(36 * (exact[ENERGY2] - energy * energy) / 6.25, heat_capacity, 1e-13, 6, 2.5, "heat capacity");
    assert_true(isnan(exact[ABS_M]) && isnan(exact[M2]) && isnan(exact[M4]));
    model_point_close(&point);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(energies_are_those_of_all_states),
        cmocka_unit_test(larger_lattices_have_kaufmans_values),
        cmocka_unit_test(heat_capacities_are_the_energies_slopes),
        cmocka_unit_test(the_model_states_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
