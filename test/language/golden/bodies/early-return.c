static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    const double x = ws->x_x_1;
    const double params_k = in->params.k;
    const double v = x * params_k;
    double limited = 0.0;
    if (v > 3.0) {
        limited = 3.0;
    } else {
        if (v < 0.0) {
            limited = exp(v) - 1.0;
        } else {
            limited = v * v;
        }
    }
    double limited_2 = 0.0;
    if ((-x) > 3.0) {
        limited_2 = 3.0;
    } else {
        if ((-x) < 0.0) {
            limited_2 = exp(-x) - 1.0;
        } else {
            limited_2 = x * x;
        }
    }
    const double v_2 = 10.0 * x;
    double limited_3 = 0.0;
    if (v_2 > 3.0) {
        limited_3 = 3.0;
    } else {
        if (v_2 < 0.0) {
            limited_3 = exp(v_2) - 1.0;
        } else {
            limited_3 = v_2 * v_2;
        }
    }
    ws->k_x_1 = limited + limited_2 + limited_3 - x;
    for (int32_t i = 0; i < 4; i++) {
        const double each = ws->x_u[0][i];
        ws->k_u[0][i] = (0.1 * in->params.a[i] * params_k * x) - each;
    }
}

/* Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
static void sample_rhs_vjp_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    const double x = ws->x_x_1;
    const double params_k = in->params.k;
    const double v = x * params_k;
    const double v_2 = 10.0 * x;
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
    double v_bar = 0.0;
    if (!(v_2 > 3.0)) {
        if (v_2 < 0.0) {
            v_bar = sample_gate_(f_x_bar, exp(v_2));
        } else {
            const double v_bar_2 = f_x_bar * v_2;
            v_bar = v_bar_2 + v_bar_2;
        }
    }
    if (!((-x) > 3.0)) {
        if ((-x) < 0.0) {
            x_bar -= sample_gate_(f_x_bar, exp(-x));
        } else {
            const double x_bar_2 = f_x_bar * x;
            x_bar += x_bar_2;
            x_bar += x_bar_2;
        }
    }
    double v_bar_2 = 0.0;
    if (!(v > 3.0)) {
        if (v < 0.0) {
            v_bar_2 = sample_gate_(f_x_bar, exp(v));
        } else {
            const double v_bar_3 = f_x_bar * v;
            v_bar_2 = v_bar_3 + v_bar_3;
        }
    }
    const double v_bar_3 = v_bar_2;
    out->params.k += params_k_bar + (v_bar_3 * x);
    ws->u_x_1 += x_bar - f_x_bar + (v_bar * 10.0) + (v_bar_3 * params_k);
}
