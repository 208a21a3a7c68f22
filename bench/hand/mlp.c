/* The gradient of a neural ODE y' = W2 tanh(W1 y + b1) + b2 by classical Runge-Kutta, derived and tuned by hand: the C
 * twin of mlp.mjs beside it. Innermost loops run over contiguous outputs without a reduction (both layouts of each
 * matrix are kept for that), every stage is stored, and the four outer products of a step are one update. D, H and
 * STEPS are macros. Loss: the sum of squares of the final state. */
#include <math.h>
#include <stddef.h>
#include <string.h>
#include "mlp_hand.h"

#ifdef TABLE_TANH
/* tanh at multiples of 1/32, and between them by the addition formula; without a branch, so that it vectorises. */
static double table[641];

static inline double tanh_of(double x)
{
    const double size = fmin(fabs(x), 20.0);
    const int k = (int)(size * 32.0 + 0.5);
    const double d = size - k * 0.03125, u = d * d;
    const double t = d + d * u * (-1.0 / 3.0 + u * (2.0 / 15.0 + u * (-17.0 / 315.0 + u * (62.0 / 2835.0))));
    const double near = table[k];
    return copysign(near + (1.0 - near * near) * t / (1.0 + near * t), x);
}
#else
#define tanh_of tanh
#endif

static void field(const double *restrict y, double *restrict a, double *restrict k, const hand_params *restrict p,
                  const hand_workspace *restrict t)
{
    double z[H];
    for (size_t i = 0; i < H; i++) z[i] = p->b1[i];
    for (size_t j = 0; j < D; j++) {
        const double x = y[j];
        for (size_t i = 0; i < H; i++) z[i] += t->W1t[j][i] * x;
    }
    for (size_t i = 0; i < H; i++) a[i] = tanh_of(z[i]);
    for (size_t i = 0; i < D; i++) k[i] = p->b2[i];
    for (size_t j = 0; j < H; j++) {
        const double x = a[j];
        for (size_t i = 0; i < D; i++) k[i] += t->W2t[j][i] * x;
    }
}

static void field_back(const double *restrict w, const double *restrict a, double *restrict zbar, double *restrict u,
                       const hand_params *restrict p)
{
    double abar[H];
    for (size_t j = 0; j < H; j++) abar[j] = 0.0;
    for (size_t i = 0; i < D; i++) {
        const double x = w[i];
        for (size_t j = 0; j < H; j++) abar[j] += p->W2[i][j] * x;
    }
    for (size_t j = 0; j < H; j++) zbar[j] = abar[j] * (1.0 - a[j] * a[j]);
    for (size_t j = 0; j < D; j++) u[j] = 0.0;
    for (size_t i = 0; i < H; i++) {
        const double x = zbar[i];
        for (size_t j = 0; j < D; j++) u[j] += p->W1[i][j] * x;
    }
}

double hand_solve(const hand_params *restrict p, const double *restrict start, double t1, hand_workspace *restrict s)
{
    const double h = t1 / STEPS;
    double loss = 0.0;
#ifdef TABLE_TANH
    if (table[1] == 0.0) for (int k = 0; k <= 640; k++) table[k] = tanh(k / 32.0);
#endif
    for (size_t i = 0; i < H; i++) for (size_t j = 0; j < D; j++) s->W1t[j][i] = p->W1[i][j];
    for (size_t i = 0; i < D; i++) for (size_t j = 0; j < H; j++) s->W2t[j][i] = p->W2[i][j];
    for (size_t i = 0; i < D; i++) s->y[i] = start[i];
    for (size_t n = 0; n < STEPS; n++) {
        double (*restrict x)[D] = s->stage[n];
        double (*restrict a)[H] = s->hidden[n];
        double k[4][D];
        for (size_t i = 0; i < D; i++) x[0][i] = s->y[i];
        field(x[0], a[0], k[0], p, s);
        for (size_t i = 0; i < D; i++) x[1][i] = s->y[i] + h / 2 * k[0][i];
        field(x[1], a[1], k[1], p, s);
        for (size_t i = 0; i < D; i++) x[2][i] = s->y[i] + h / 2 * k[1][i];
        field(x[2], a[2], k[2], p, s);
        for (size_t i = 0; i < D; i++) x[3][i] = s->y[i] + h * k[2][i];
        field(x[3], a[3], k[3], p, s);
        for (size_t i = 0; i < D; i++)
            s->y[i] += h / 6 * k[0][i] + h / 3 * k[1][i] + h / 3 * k[2][i] + h / 6 * k[3][i];
    }
    for (size_t i = 0; i < D; i++) loss += s->y[i] * s->y[i];
    return loss;
}

double hand_gradient(const hand_params *restrict p, const double *restrict start, double t1, hand_workspace *restrict s,
                     hand_params *restrict bar, double *restrict lambda)
{
    const double loss = hand_solve(p, start, t1, s);
    const double h = t1 / STEPS;
    memset(bar, 0, sizeof *bar);
    for (size_t i = 0; i < D; i++) lambda[i] = 2.0 * s->y[i];
    for (size_t n = STEPS; n-- > 0;) {
        double (*restrict x)[D] = s->stage[n];
        double (*restrict a)[H] = s->hidden[n];
        double w[4][D], u[4][D], z[4][H];
        for (size_t i = 0; i < D; i++) w[3][i] = h / 6 * lambda[i];
        field_back(w[3], a[3], z[3], u[3], p);
        for (size_t i = 0; i < D; i++) w[2][i] = h / 3 * lambda[i] + h * u[3][i];
        field_back(w[2], a[2], z[2], u[2], p);
        for (size_t i = 0; i < D; i++) w[1][i] = h / 3 * lambda[i] + h / 2 * u[2][i];
        field_back(w[1], a[1], z[1], u[1], p);
        for (size_t i = 0; i < D; i++) w[0][i] = h / 6 * lambda[i] + h / 2 * u[1][i];
        field_back(w[0], a[0], z[0], u[0], p);
        for (size_t i = 0; i < D; i++) {
            const double l0 = w[0][i], l1 = w[1][i], l2 = w[2][i], l3 = w[3][i];
            for (size_t j = 0; j < H; j++)
                bar->W2[i][j] = bar->W2[i][j] + l3 * a[3][j] + l2 * a[2][j] + l1 * a[1][j] + l0 * a[0][j];
            bar->b2[i] = bar->b2[i] + l3 + l2 + l1 + l0;
        }
        for (size_t i = 0; i < H; i++) {
            const double l0 = z[0][i], l1 = z[1][i], l2 = z[2][i], l3 = z[3][i];
            for (size_t j = 0; j < D; j++)
                bar->W1[i][j] = bar->W1[i][j] + l3 * x[3][j] + l2 * x[2][j] + l1 * x[1][j] + l0 * x[0][j];
            bar->b1[i] = bar->b1[i] + l3 + l2 + l1 + l0;
        }
        for (size_t i = 0; i < D; i++) lambda[i] += u[3][i] + u[2][i] + u[1][i] + u[0][i];
    }
    return loss;
}
