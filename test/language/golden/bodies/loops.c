static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    double y = 0.0;
    for (int32_t i = 0; i < 4; i++) {
        y += ws->x_u[0][i] * in->params.a[i];
    }
    for (int32_t i = 3; i >= 0; i--) {
        y = (y * 0.5) + ws->x_u[0][i];
    }
    for (int32_t i = 0; i < 2; i++) {
        y = y * (1.0 + ws->x_u[0][(2 * i) + 1]);
    }
    const double x = ws->x_x_1;
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 2; j++) {
            y += ws->x_u[0][i] * in->params.a[-(2 * j) + 3] * x;
        }
    }
    ws->k_x_1 = y - x;
    const double params_k = in->params.k;
    for (int32_t i = 0; i < 4; i++) {
        const double each = ws->x_u[0][i];
        ws->k_u[0][i] = (0.1 * in->params.a[i] * params_k * x) - each;
    }
}

/* Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
static void sample_rhs_vjp_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    double y = 0.0;
    for (int32_t i = 0; i < 4; i++) {
        y += ws->x_u[0][i] * in->params.a[i];
    }
    for (int32_t i = 3; i >= 0; i--) {
        y = (y * 0.5) + ws->x_u[0][i];
    }
    for (int32_t i = 0; i < 2; i++) {
        const double y_2 = y;
        ws->y_tape[i] = y_2;
        y = y_2 * (1.0 + ws->x_u[0][(2 * i) + 1]);
    }
    const double x = ws->x_x_1;
    const double params_k = in->params.k;
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
    out->params.k += params_k_bar;
    const double f_x_bar = ws->w_x;
    const double y_bar = f_x_bar * x;
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 2; j++) {
            const double u = ws->x_u[0][i];
            const double a = in->params.a[-(2 * j) + 3];
            x_bar += f_x_bar * (u * a);
            out->params.a[-(2 * j) + 3] += y_bar * u;
            ws->u_u[0][i] += y_bar * a;
        }
    }
    ws->u_x_1 += x_bar - f_x_bar;
    double y_bar_2 = f_x_bar;
    for (int32_t i = 1; i >= 0; i--) {
        const double y_bar_3 = y_bar_2;
        ws->u_u[0][(2 * i) + 1] += y_bar_3 * ws->y_tape[i];
        y_bar_2 = y_bar_3 * (1.0 + ws->x_u[0][(2 * i) + 1]);
    }
    for (int32_t i = 0; i < 4; i++) {
        const double y_bar_3 = y_bar_2;
        ws->u_u[0][i] += y_bar_3;
        y_bar_2 = y_bar_3 * 0.5;
    }
    const double y_bar_3 = y_bar_2;
    for (int32_t i = 0; i < 4; i++) {
        out->params.a[i] += y_bar_3 * ws->x_u[0][i];
        ws->u_u[0][i] += y_bar_3 * in->params.a[i];
    }
}
