static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    for (int32_t i = 0; i < 4; i++) {
        ws->c[i] = 0.0;
    }
    for (int32_t i = 0; i < 4; i++) {
        ws->d[i] = 0.0;
    }
    const double params_k = in->params.k;
    const double c = 4.0 + params_k;
    ws->c[0] = (-1.0) / c;
    ws->d[0] = ws->x_u[0][0] / c;
    for (int32_t i = 1; i < 4; i++) {
        const double scale = 1.0 / (c + ws->c[i - 1]);
        ws->c[i] = -scale;
        ws->d[i] = (ws->x_u[0][i] + ws->d[i - 1]) * scale;
    }
    for (int32_t i = 2; i >= 0; i--) {
        ws->d[i] = ws->d[i] - (ws->c[i] * ws->d[i + 1]);
    }
    double y = 0.0;
    for (int32_t i = 0; i < 4; i++) {
        y += ws->d[i] * in->params.a[i];
    }
    const double x = ws->x_x_1;
    ws->k_x_1 = y - x;
    for (int32_t i = 0; i < 4; i++) {
        const double each = ws->x_u[0][i];
        ws->k_u[0][i] = (0.1 * in->params.a[i] * params_k * x) - each;
    }
}

/* Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
static void sample_rhs_vjp_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    for (int32_t i = 0; i < 4; i++) {
        ws->c_2[i] = 0.0;
    }
    for (int32_t i = 0; i < 4; i++) {
        ws->d_2[i] = 0.0;
    }
    const double params_k = in->params.k;
    const double c = 4.0 + params_k;
    const double c_2 = (-1.0) / c;
    ws->c_2[0] = c_2;
    const double d = ws->x_u[0][0] / c;
    ws->d_2[0] = d;
    for (int32_t i = 1; i < 4; i++) {
        const double scale = 1.0 / (c + ws->c_2[i - 1]);
        ws->c_2[i] = -scale;
        const double d_2 = ws->x_u[0][i] + ws->d_2[i - 1];
        ws->d_tape[i - 1] = d_2;
        ws->d_2[i] = d_2 * scale;
    }
    for (int32_t i = 2; i >= 0; i--) {
        ws->d_2[i] = ws->d_2[i] - (ws->c_2[i] * ws->d_2[i + 1]);
    }
    for (int32_t i = 0; i < 4; i++) {
        ws->c_bar[i] = 0.0;
    }
    double x_bar = 0.0;
    double params_k_bar = 0.0;
    const double x = ws->x_x_1;
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
    ws->u_x_1 += x_bar - f_x_bar;
    for (int32_t i = 0; i < 4; i++) {
        out->params.a[i] += f_x_bar * ws->d_2[i];
        ws->d_bar[i] = f_x_bar * in->params.a[i];
    }
    for (int32_t i = 0; i < 3; i++) {
        const double d_bar = ws->d_bar[i];
        ws->d_bar[i] = 0.0;
        ws->d_bar[i + 1] -= d_bar * ws->c_2[i];
        ws->c_bar[i] = -(d_bar * ws->d_2[i + 1]);
        ws->d_bar[i] += d_bar;
    }
    double c_bar = 0.0;
    for (int32_t i = 3; i >= 1; i--) {
        const double d_bar = ws->d_bar[i];
        const double scale = c + ws->c_2[i - 1];
        const double scale_2 = 1.0 / scale;
        const double d_bar_2 = d_bar * scale_2;
        const double scale_bar = d_bar * ws->d_tape[i - 1];
        ws->d_bar[i - 1] += d_bar_2;
        ws->u_u[0][i] += d_bar_2;
        const double scale_bar_2 = sample_gate_(scale_bar - ws->c_bar[i], -(scale_2 / scale));
        c_bar += scale_bar_2;
        ws->c_bar[i - 1] += scale_bar_2;
    }
    const double d_bar = ws->d_bar[0];
    ws->u_u[0][0] += sample_gate_(d_bar, 1.0 / c);
    out->params.k += params_k_bar +
            (c_bar + sample_gate_(d_bar, -(d / c)) + sample_gate_(ws->c_bar[0], -(c_2 / c)));
}
