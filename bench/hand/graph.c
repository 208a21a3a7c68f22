/* The gradient of a graph neural ODE H' = tanh(A H W + b) by classical Runge-Kutta, derived and tuned by hand: the C
 * twin of graph.mjs beside it. Rows of features are what vectors hold; W is kept in both layouts, so that no sum waits
 * for itself. NODES, FEATURES and STEPS are macros. Loss: the sum of squares of the final state. */
#include <math.h>
#include <stddef.h>
#include <string.h>
#include "graph_hand.h"

enum { N = NODES, C = FEATURES };

static void field(const hand_graph *g, const double (*restrict x)[C], double (*restrict summed)[C],
                  double (*restrict t)[C], double (*restrict k)[C], const hand_params *restrict p)
{
    for (size_t i = 0; i < N; i++) {
        double h[C], z[C];
        for (size_t c = 0; c < C; c++) h[c] = 0.0;
        for (int e = g->rowStart[i]; e < g->rowStart[i + 1]; e++) {
            const double v = g->value[e];
            const double *from = x[g->column[e]];
            for (size_t c = 0; c < C; c++) h[c] += v * from[c];
        }
        for (size_t c = 0; c < C; c++) summed[i][c] = h[c];
        for (size_t c = 0; c < C; c++) z[c] = p->b[c];
        for (size_t j = 0; j < C; j++) for (size_t c = 0; c < C; c++) z[c] += h[j] * p->W[j][c];
        for (size_t c = 0; c < C; c++) t[i][c] = k[i][c] = tanh(z[c]);
    }
}

static void field_back(const hand_graph *g, const double (*restrict w)[C], const double (*restrict summed)[C],
                       const double (*restrict t)[C], double (*restrict u)[C], const double (*restrict Wt)[C],
                       hand_params *restrict bar)
{
    memset(u, 0, sizeof(double[N][C]));
    for (size_t i = 0; i < N; i++) {
        double q[C], x[C];
        for (size_t c = 0; c < C; c++) q[c] = w[i][c] * (1.0 - t[i][c] * t[i][c]);
        for (size_t c = 0; c < C; c++) bar->b[c] += q[c];
        for (size_t j = 0; j < C; j++) x[j] = 0.0;
        for (size_t c = 0; c < C; c++) for (size_t j = 0; j < C; j++) x[j] += q[c] * Wt[c][j];
        for (size_t j = 0; j < C; j++) for (size_t c = 0; c < C; c++) bar->W[j][c] += summed[i][j] * q[c];
        for (int e = g->rowStart[i]; e < g->rowStart[i + 1]; e++) {
            const double v = g->value[e];
            double *to = u[g->column[e]];
            for (size_t c = 0; c < C; c++) to[c] += v * x[c];
        }
    }
}

#define EACH for (size_t i = 0; i < N; i++) for (size_t c = 0; c < C; c++)

double hand_solve(const hand_graph *g, const hand_params *restrict p, const double (*restrict start)[C], double t1,
                  hand_workspace *restrict s)
{
    const double h = t1 / STEPS;
    double loss = 0.0;
    EACH s->H[i][c] = start[i][c];
    for (size_t n = 0; n < STEPS; n++) {
        EACH s->stage[0][i][c] = s->H[i][c];
        field(g, s->stage[0], s->summed[n][0], s->tanh_of[n][0], s->k[0], p);
        EACH s->stage[1][i][c] = s->H[i][c] + h / 2 * s->k[0][i][c];
        field(g, s->stage[1], s->summed[n][1], s->tanh_of[n][1], s->k[1], p);
        EACH s->stage[2][i][c] = s->H[i][c] + h / 2 * s->k[1][i][c];
        field(g, s->stage[2], s->summed[n][2], s->tanh_of[n][2], s->k[2], p);
        EACH s->stage[3][i][c] = s->H[i][c] + h * s->k[2][i][c];
        field(g, s->stage[3], s->summed[n][3], s->tanh_of[n][3], s->k[3], p);
        EACH s->H[i][c] += h / 6 * s->k[0][i][c] + h / 3 * s->k[1][i][c] + h / 3 * s->k[2][i][c] + h / 6 * s->k[3][i][c];
    }
    EACH loss += s->H[i][c] * s->H[i][c];
    return loss;
}

double hand_gradient(const hand_graph *g, const hand_params *restrict p, const double (*restrict start)[C], double t1,
                     hand_workspace *restrict s, hand_params *restrict bar, double (*restrict lambda)[C])
{
    const double loss = hand_solve(g, p, start, t1, s);
    const double h = t1 / STEPS;
    double Wt[C][C];
    for (size_t j = 0; j < C; j++) for (size_t c = 0; c < C; c++) Wt[c][j] = p->W[j][c];
    memset(bar, 0, sizeof *bar);
    EACH lambda[i][c] = 2.0 * s->H[i][c];
    for (size_t n = STEPS; n-- > 0;) {
        EACH s->w[i][c] = h / 6 * lambda[i][c];
        field_back(g, s->w, s->summed[n][3], s->tanh_of[n][3], s->u[3], Wt, bar);
        EACH s->w[i][c] = h / 3 * lambda[i][c] + h * s->u[3][i][c];
        field_back(g, s->w, s->summed[n][2], s->tanh_of[n][2], s->u[2], Wt, bar);
        EACH s->w[i][c] = h / 3 * lambda[i][c] + h / 2 * s->u[2][i][c];
        field_back(g, s->w, s->summed[n][1], s->tanh_of[n][1], s->u[1], Wt, bar);
        EACH s->w[i][c] = h / 6 * lambda[i][c] + h / 2 * s->u[1][i][c];
        field_back(g, s->w, s->summed[n][0], s->tanh_of[n][0], s->u[0], Wt, bar);
        EACH lambda[i][c] += s->u[3][i][c] + s->u[2][i][c] + s->u[1][i][c] + s->u[0][i][c];
    }
    return loss;
}
