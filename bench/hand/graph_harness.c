/* Times the hand-written and the generated gradients of a graph neural ODE in turn, in one process with the same flags:
 * of rows (prefix rows) and of whole matrices (prefix mats). Prints the best round of each in microseconds, then the
 * largest relative difference of the two generated gradients from the hand-written one. The graph is graph_data.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "rows.h"
#include "mats.h"
#include "graph_hand.h"
#include "graph_data.h"

static const hand_graph graph = { graph_rowStart, graph_column, graph_value };
static hand_workspace hand_ws;
static hand_params params, bar;
static double lambda[NODES][FEATURES];
static rows_workspace rows_ws;
static rows_gradients rows_g;
static rows_solution rows_s;
static mats_workspace mats_ws;
static mats_gradients mats_g;

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

static int run(int which)
{
    switch (which) {
    case 0: hand_gradient(&graph, &params, rows_default.state0.H, 1.0, &hand_ws, &bar, lambda); return 0;
    case 1: return rows_gradient(&rows_default, &rows_ws, &rows_g);
    case 2: return mats_gradient(&mats_default, &mats_ws, &mats_g);
    case 3: hand_solve(&graph, &params, rows_default.state0.H, 1.0, &hand_ws); return 0;
    default: return rows_solve(&rows_default, &rows_ws, &rows_s);
    }
}

int main(void)
{
    enum { rounds = 15 };
    double best[5] = { 1e30, 1e30, 1e30, 1e30, 1e30 };
    const size_t words = sizeof params / sizeof(double);
    memcpy(&params, &rows_default.params, sizeof params);
    for (int round = 0; round < rounds; round++) {
        for (int which = 0; which < 5; which++) {
            const double start = now();
            if (run(which) != 0) return 1;
            best[which] = fmin(best[which], now() - start);
        }
    }
    for (int i = 0; i < 5; i++) printf("%.6f ", best[i]);
    printf("\n%.1e %.1e\n", apart(&bar, &rows_g.params, words), apart(&bar, &mats_g.params, words));
    return 0;
}
