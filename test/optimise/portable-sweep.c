/* Every STRIDE-th float through a function of generated code, against FUNCTION of the library in double: the worst error
 * in units in the last place, and how often a result is of another kind. GROWS: the function grows with its argument. */
#include "m.h"
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { COUNT = 4096 };
static m_problem problem;
static m_workspace workspace;
static m_solution solution;

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static double units(float found, double truth)
{
    int exponent;
    (void)frexp(truth, &exponent);
    return fabs((double)found - truth) / ldexp(1.0, (exponent < -125 ? -125 : exponent) - 24);
}

int main(void)
{
    double worst = 0.0;
    float at = 0.0f;
    unsigned long other = 0, turns = 0, points = 0;
    problem.t1 = 1.0f;
    problem.steps = 4u;
    for (uint64_t next = 0; next < (UINT64_C(1) << 32);) {
        int count = 0;
        for (; count < COUNT && next < (UINT64_C(1) << 32); next += STRIDE)
            problem.params.p[count++] = float_of((uint32_t)next);
        if (m_solve(&problem, &workspace, &solution) != M_OK) return 1;
        for (int i = 0; i < count; i++) {
            const float x = problem.params.p[i], found = solution.outputs[0].r[i];
            const double truth = FUNCTION((double)x);
            const float nearest = (float)truth;
            points++;
            if (isnan(truth)) {
                other += !isnan(found);
            } else if (isinf(nearest) || nearest == 0.0f) {
                /* At the ends a result may be rounded to the last float before them. */
                const int isEnd = isinf(nearest) ? fabsf(found) >= 3.4028234e38f : fabsf(found) <= 1.5e-45f;
                const int isOwn = truth != 0.0 && !isinf(truth) && isEnd && !signbit(found) == !signbit(nearest);
                other += !(isOwn || (found == nearest && !signbit(found) == !signbit(nearest)));
            } else if (!(units(found, truth) <= worst)) {
                worst = units(found, truth);
                at = x;
            }
            /* Two floats side by side, where the function has its ends: never back. */
            if (GROWS && i > 0 && STRIDE > 1 && !isnan(found)) {
                const float before = solution.outputs[0].r[i - 1];
                const int isUp = problem.params.p[i - 1] < x;
                if (!isnan(before) && problem.params.p[i - 1] != x) turns += isUp ? before > found : before < found;
            }
        }
    }
    printf("%lu %.6f %a %lu %lu\n", points, worst, (double)at, other, turns);
    return 0;
}
