static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    const double x = ws->x_x_1;
    const double p = 0.3 * x;
    const double params_k = in->params.k;
    const double y = sin(p) + (cos(p) * tan(p)) + asin(p) - acos(p);
    const double y_2 = (sinh(p) * ws->y_prepared) - tanh(x) + asinh(x) + ws->y_prepared_2 +
            atanh(p);
    const double y_3 = log2(params_k + x);
    const double y_4 = exp(-x) + expm1(p) + ws->y_prepared_3 + log1p(p) + y_3 + ws->y_prepared_4;
    const double y_5 = sample_pow_(params_k, x);
    const double y_6 = sqrt(params_k) + cbrt(x) + hypot(hypot(x, params_k), 2.0) +
            atan2(x, params_k) + y_5;
    ws->k_x_1 = ((y + atan(params_k * p) + y_2 + y_4 + y_6) * 1.1557273497909217) - x;
    for (int32_t i = 0; i < 4; i++) {
        const double each = ws->x_u[0][i];
        ws->k_u[0][i] = (0.1 * in->params.a[i] * params_k * x) - each;
    }
}

/* Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
static void sample_rhs_vjp_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    const double x = ws->x_x_1;
    const double p = 0.3 * x;
    const double y = tan(p);
    const double params_k = in->params.k;
    const double y_2 = params_k * p;
    const double y_3 = tanh(x);
    const double y_4 = 1.0 + params_k;
    const double y_5 = cbrt(x);
    const double y_6 = hypot(x, params_k);
    const double y_7 = hypot(y_6, 2.0);
    const double y_8 = sample_pow_(params_k, x);
    double x_bar = 0.0;
    double params_k_bar = 0.0;
    for (int32_t i = 0; i < 4; i++) {
        const double d_u_bar = ws->w_u[i];
        const double d_u_bar_2 = d_u_bar * x;
        const double d_u = 0.1 * in->params.a[i];
        x_bar += d_u_bar * (d_u * params_k);
        params_k_bar += d_u_bar_2 * d_u;
        out->params.a[i] += d_u_bar_2 * params_k * 0.1;
        ws->u_u[0][i] -= d_u_bar;
    }
    const double f_x_bar = ws->w_x;
    const double y_bar = f_x_bar * 1.1557273497909217;
    const double y_9 = ws->y_prepared_3;
    double x_bar_2 = 0.0;
    if ((y_8 == 0.0) && (params_k >= 0.0)) {
        x_bar_2 = 0.0;
    } else {
        x_bar_2 = y_8 * y_9;
    }
    const double x_bar_3 = params_k / y_6;
    const double params_k_bar_2 = x / y_6;
    double y_bar_2 = 0.0;
    if (y_7 == 0.0) {
        y_bar_2 = 0.0;
    } else {
        y_bar_2 = y_bar * (y_6 / y_7);
    }
    const double y_bar_3 = y_bar_2;
    double x_bar_4 = 0.0;
    if (y_6 == 0.0) {
        x_bar_4 = 0.0;
    } else {
        x_bar_4 = y_bar_3 * params_k_bar_2;
    }
    double params_k_bar_3 = 0.0;
    if (y_6 == 0.0) {
        params_k_bar_3 = 0.0;
    } else {
        params_k_bar_3 = y_bar_3 * x_bar_3;
    }
    const double y_bar_4 = sample_gate_(y_bar, 1.4426950408889634 / (params_k + x));
    const double p_bar = 1.0 + p;
    const double p_bar_2 = sample_gate_(y_bar, 1.0 / p_bar);
    const double p_bar_3 = (1.0 - p) * p_bar;
    const double v = 1.0 + (y_2 * y_2);
    double y_bar_5 = 0.0;
    if (v == (double)INFINITY) {
        y_bar_5 = 0.0;
    } else {
        y_bar_5 = y_bar / v;
    }
    const double y_bar_6 = y_bar_5;
    const double params_k_bar_4 = params_k_bar +
            sample_gate_(y_bar, sample_gate_(x, sample_pow_(params_k, x - 1.0))) +
            sample_gate_(y_bar, -(params_k_bar_2 / y_6));
    const double params_k_bar_5 = params_k_bar_4 + params_k_bar_3 +
            sample_gate_(y_bar, 0.5 / sqrt(params_k)) +
            sample_gate_(y_bar, 0.4342944819032518 / (params_k + 2.0));
    const double y_bar_7 = sample_gate_(y_bar, 1.0 / (sqrt(y_4 - 1.0) * sqrt(y_4 + 1.0)));
    const double params_k_bar_6 = params_k_bar_5 + y_bar_4 + sample_gate_(y_bar, 1.0 / params_k) +
            y_bar_7 + sample_gate_(y_bar * sinh(p), ws->params_k_bar_prepared);
    out->params.k += params_k_bar_6 + (y_bar_6 * p);
    const double p_bar_4 = 1.0 / sqrt(p_bar_3);
    const double y_bar_8 = y_bar * cos(p);
    const double p_bar_5 = sample_gate_(y_bar * ws->y_prepared, cosh(p));
    const double p_bar_6 = p_bar_2 + sample_gate_(y_bar, exp(p)) +
            sample_gate_(y_bar, 1.0 / p_bar_3) + p_bar_5 + (y_bar_6 * params_k);
    const double p_bar_7 = y_bar_8 * (1.0 + (y * y));
    const double p_bar_8 = y_bar * y * sin(p);
    const double p_bar_9 = p_bar_6 + sample_gate_(-y_bar, -p_bar_4) + sample_gate_(y_bar, p_bar_4) +
            p_bar_7 - p_bar_8 + y_bar_8;
    const double x_bar_5 = sample_gate_(y_bar, 1.0 / (3.0 * (y_5 * y_5)));
    const double x_bar_6 = x_bar - f_x_bar + sample_gate_(y_bar, x_bar_2) +
            sample_gate_(y_bar, x_bar_3 / y_6) + x_bar_4 + x_bar_5 + y_bar_4;
    const double x_bar_7 = y_bar * (1.0 - (y_3 * y_3));
    const double x_bar_8 = p_bar_9 * 0.3;
    ws->u_x_1 += x_bar_6 - sample_gate_(y_bar, exp(-x)) + (y_bar / hypot(1.0, x)) - x_bar_7 +
            x_bar_8;
}
