static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    const double x = ws->x_x_1;
    const double params_k = in->params.k;
    const double y = x * x;
    const double y_2 = 1.0 + y;
    const double y_3 = (y * x) - sample_pow_(y_2, params_k) + sample_pow_(2.0, x);
    const double y_4 = fmod(7.0 * x, 2.3);
    ws->k_x_1 = ((x + params_k) * (x - params_k) / y_2) + x + params_k + y_3 - y_4 - x;
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
    const double y = x + params_k;
    const double y_2 = x - params_k;
    const double y_3 = x * x;
    const double y_4 = 1.0 + y_3;
    const double y_5 = sample_pow_(y_4, params_k);
    const double y_6 = sample_pow_(2.0, x);
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
    double x_bar_2 = 0.0;
    if (y_6 == 0.0) {
        x_bar_2 = 0.0;
    } else {
        x_bar_2 = y_6 * log(2.0);
    }
    double params_k_bar_2 = 0.0;
    if ((y_5 == 0.0) && (y_4 >= 0.0)) {
        params_k_bar_2 = 0.0;
    } else {
        params_k_bar_2 = y_5 * log(y_4);
    }
    const double y_bar = sample_gate_(f_x_bar, 1.0 / y_4);
    const double y_bar_2 = sample_gate_(f_x_bar, -(y * y_2 / y_4 / y_4));
    const double x_bar_3 = ((f_x_bar * x) +
            (sample_gate_(-f_x_bar, sample_gate_(params_k, sample_pow_(y_4, params_k - 1.0))) +
            y_bar_2)) *
            x;
    const double y_bar_3 = y_bar * y_2;
    const double y_bar_4 = y_bar * y;
    out->params.k += params_k_bar + sample_gate_(-f_x_bar, params_k_bar_2) + f_x_bar - y_bar_4 +
            y_bar_3;
    const double x_bar_4 = x_bar - f_x_bar - (f_x_bar * 7.0) + sample_gate_(f_x_bar, x_bar_2) +
            (f_x_bar * y_3) + f_x_bar + x_bar_3;
    ws->u_x_1 += x_bar_4 + x_bar_3 + y_bar_4 + y_bar_3;
}
