/* The gradient of a Lotka-Volterra solve by classical Runge-Kutta, derived and tuned by hand: the C twin of
 * lotka-volterra.mjs beside it, and what the generated C is measured against. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>

typedef struct { double hare[1000], lynx[1000]; } hand_workspace;

void hand_gradient(double hare0, double lynx0, double alpha, double beta, double gamma_, double delta, double t1,
                   uint32_t n, hand_workspace *restrict ws, double *restrict out);

void hand_gradient(double hare0, double lynx0, double alpha, double beta, double gamma_, double delta, double t1,
                   uint32_t n, hand_workspace *restrict ws, double *restrict out)
{
    const double h = t1 / (double)n, h2 = 0.5 * h, h6 = h / 6.0, h3 = h / 3.0;
    double x = hare0, y = lynx0;
    for (uint32_t k = 0; k < n; k++) {
        ws->hare[k] = x;
        ws->lynx[k] = y;
        const double a1 = (alpha - beta * y) * x, b1 = (delta * x - gamma_) * y;
        const double x2 = x + h2 * a1, y2 = y + h2 * b1;
        const double a2 = (alpha - beta * y2) * x2, b2 = (delta * x2 - gamma_) * y2;
        const double x3 = x + h2 * a2, y3 = y + h2 * b2;
        const double a3 = (alpha - beta * y3) * x3, b3 = (delta * x3 - gamma_) * y3;
        const double x4 = x + h * a3, y4 = y + h * b3;
        const double a4 = (alpha - beta * y4) * x4, b4 = (delta * x4 - gamma_) * y4;
        x += h6 * (a1 + 2.0 * (a2 + a3) + a4);
        y += h6 * (b1 + 2.0 * (b2 + b3) + b4);
    }
    const double u = log(x) - 3.0, v = log(y) - 2.0;
    double p = 2.0 * u / x, q = v / y;
    double alpha_bar = 0.0, beta_bar = 0.0, gamma_bar = 0.0, delta_bar = 0.0;
    for (uint32_t k = n; k-- > 0;) {
        const double x1 = ws->hare[k], y1 = ws->lynx[k];
        const double f1 = alpha - beta * y1, g1 = delta * x1 - gamma_;
        const double x2 = x1 + h2 * f1 * x1, y2 = y1 + h2 * g1 * y1;
        const double f2 = alpha - beta * y2, g2 = delta * x2 - gamma_;
        const double x3 = x1 + h2 * f2 * x2, y3 = y1 + h2 * g2 * y2;
        const double f3 = alpha - beta * y3, g3 = delta * x3 - gamma_;
        const double x4 = x1 + h * f3 * x3, y4 = y1 + h * g3 * y3;
        const double f4 = alpha - beta * y4, g4 = delta * x4 - gamma_;

        double wp = h6 * p, wq = h6 * q, px = wp * x4, qy = wq * y4, xy = x4 * y4;
        alpha_bar += px; gamma_bar -= qy; beta_bar -= wp * xy; delta_bar += wq * xy;
        const double u4 = wp * f4 + delta * qy, v4 = wq * g4 - beta * px;

        wp = h3 * p + h * u4; wq = h3 * q + h * v4; px = wp * x3; qy = wq * y3; xy = x3 * y3;
        alpha_bar += px; gamma_bar -= qy; beta_bar -= wp * xy; delta_bar += wq * xy;
        const double u3 = wp * f3 + delta * qy, v3 = wq * g3 - beta * px;

        wp = h3 * p + h2 * u3; wq = h3 * q + h2 * v3; px = wp * x2; qy = wq * y2; xy = x2 * y2;
        alpha_bar += px; gamma_bar -= qy; beta_bar -= wp * xy; delta_bar += wq * xy;
        const double u2 = wp * f2 + delta * qy, v2 = wq * g2 - beta * px;

        wp = h6 * p + h2 * u2; wq = h6 * q + h2 * v2; px = wp * x1; qy = wq * y1; xy = x1 * y1;
        alpha_bar += px; gamma_bar -= qy; beta_bar -= wp * xy; delta_bar += wq * xy;
        p += u4 + u3 + u2 + wp * f1 + delta * qy;
        q += v4 + v3 + v2 + wq * g1 - beta * px;
    }
    out[0] = u * u + 0.5 * v * v;
    out[1] = p; out[2] = q;
    out[3] = alpha_bar; out[4] = beta_bar; out[5] = gamma_bar; out[6] = delta_bar;
}
