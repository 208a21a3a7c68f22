/* Times the hand-written and the generated gradients of a neural ODE in turn, in one process with the same flags: of
 * plain loops (prefix loops) and of the library (prefix lib). Prints the best round of each in microseconds, then the
 * largest relative difference of the two generated gradients from the hand-written one. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "loops.h"
#include "lib.h"
#include "mlp_hand.h"

static hand_workspace hand_ws;
static hand_params params, bar;
static double lambda[D];
static loops_workspace loops_ws;
static loops_gradients loops_g;
static loops_solution loops_s;
static lib_workspace lib_ws;
static lib_gradients lib_g;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static double apart(const void *a, const void *b, size_t count)
{
    const double *x = a, *y = b;
    double most = 0.0, scale = 0.0;
    for (size_t i = 0; i < count; i++) {
        most = fmax(most, fabs(x[i] - y[i]));
        scale = fmax(scale, fabs(x[i]));
    }
    return most / scale;
}

int main(void)
{
    enum { rounds = 15 };
    const int repeats = D > 32 ? 8 : 100;
    double best[5] = { 1e30, 1e30, 1e30, 1e30, 1e30 };
    const size_t words = sizeof params / sizeof(double);
    memcpy(&params, &loops_default.params, sizeof params);
    for (int round = 0; round < rounds; round++) {
        double start = now(), time;
        for (int i = 0; i < repeats; i++) hand_gradient(&params, loops_default.state0.y, 1.0, &hand_ws, &bar, lambda);
        time = (now() - start) / repeats;
        if (time < best[0]) best[0] = time;
        start = now();
        for (int i = 0; i < repeats; i++) if (loops_gradient(&loops_default, &loops_ws, &loops_g) != 0) return 1;
        time = (now() - start) / repeats;
        if (time < best[1]) best[1] = time;
        start = now();
        for (int i = 0; i < repeats; i++) if (lib_gradient(&lib_default, &lib_ws, &lib_g) != 0) return 1;
        time = (now() - start) / repeats;
        if (time < best[2]) best[2] = time;
        start = now();
        for (int i = 0; i < repeats; i++) hand_solve(&params, loops_default.state0.y, 1.0, &hand_ws);
        time = (now() - start) / repeats;
        if (time < best[3]) best[3] = time;
        start = now();
        for (int i = 0; i < repeats; i++) if (loops_solve(&loops_default, &loops_ws, &loops_s) != 0) return 1;
        time = (now() - start) / repeats;
        if (time < best[4]) best[4] = time;
    }
    for (int i = 0; i < 5; i++) printf("%.6f ", best[i]);
    printf("\n%.1e %.1e\n", apart(&bar, &loops_g.params, words), apart(&bar, &lib_g.params, words));
    return 0;
}
