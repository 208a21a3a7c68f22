/* Times the hand-written and the generated Lotka-Volterra gradient in turn, in one process with the same flags. Prints
 * the best round of each in microseconds: hand, generated gradient, generated solve; then both gradients. */
#include <stdio.h>
#include <stdint.h>
#include <time.h>
#include "lv.h"

typedef struct { double hare[1000], lynx[1000]; } hand_workspace;
void hand_gradient(double hare0, double lynx0, double alpha, double beta, double gamma_, double delta, double t1,
                   uint32_t n, hand_workspace *restrict ws, double *restrict out);

static hand_workspace hand_ws;
static lv_workspace ws;
static lv_gradients gradients;
static lv_solution solution;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

int main(void)
{
    enum { repeats = 500, rounds = 25 };
    lv_problem problem = lv_default;
    double out[7];
    double best[3] = { 1e30, 1e30, 1e30 };
    problem.t1 = 10.0;
    problem.steps = 1000;
    for (int round = 0; round < rounds; round++) {
        double start = now();
        for (int i = 0; i < repeats; i++) {
            hand_gradient(problem.state0.hare, problem.state0.lynx, problem.params.alpha, problem.params.beta,
                          problem.params.gamma_, problem.params.delta, 10.0, 1000u, &hand_ws, out);
        }
        double time = (now() - start) / repeats;
        if (time < best[0]) best[0] = time;
        start = now();
        for (int i = 0; i < repeats; i++) if (lv_gradient(&problem, &ws, &gradients) != 0) return 1;
        time = (now() - start) / repeats;
        if (time < best[1]) best[1] = time;
        start = now();
        for (int i = 0; i < repeats; i++) if (lv_solve(&problem, &ws, &solution) != 0) return 1;
        time = (now() - start) / repeats;
        if (time < best[2]) best[2] = time;
    }
    printf("%.6f %.6f %.6f\n", best[0], best[1], best[2]);
    printf("%.17g %.17g %.17g\n", out[0], out[1], out[3]);
    printf("%.17g %.17g %.17g\n", gradients.value, gradients.state0.hare, gradients.params.alpha);
    return 0;
}
