static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    double result = 1.0;
    for (int32_t i = 0; i < 4; i++) {
        const double x_u = ws->x_u[0][i];
        result += x_u * x_u;
    }
    const double size = sqrt(result);
    for (int32_t i = 0; i < 4; i++) {
        ws->unit[i] = ws->x_u[0][i] / size;
    }
    const double params_k = in->params.k;
    for (int32_t i = 0; i < 4; i++) {
        ws->d[i] = params_k * ws->unit[i];
    }
    for (int32_t i = 0; i < 4; i++) {
        ws->d[i] -= ws->x_u[0][i];
    }
    const double used = params_k + (-1.0);
    const double x = ws->x_x_1;
    ws->k_x_1 = (ws->d[0] * ws->d[3]) + (size * used) - x;
    for (int32_t i = 0; i < 4; i++) {
        ws->k_u[0][i] = (0.1 * in->params.a[i] * params_k * x) - ws->x_u[0][i];
    }
}

/* Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
static void sample_rhs_vjp_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    double result = 1.0;
    for (int32_t i = 0; i < 4; i++) {
        const double x_u = ws->x_u[0][i];
        result += x_u * x_u;
    }
    const double size = sqrt(result);
    for (int32_t i = 0; i < 4; i++) {
        ws->unit_2[i] = ws->x_u[0][i] / size;
    }
    const double params_k = in->params.k;
    for (int32_t i = 0; i < 4; i++) {
        ws->d_2[i] = params_k * ws->unit_2[i];
    }
    for (int32_t i = 0; i < 4; i++) {
        ws->d_2[i] -= ws->x_u[0][i];
    }
    const double used = params_k + (-1.0);
    for (int32_t i = 0; i < 4; i++) {
        ws->d_bar[i] = 0.0;
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
    const double size_bar = f_x_bar * used;
    const double used_bar = f_x_bar * size;
    ws->d_bar[3] = f_x_bar * ws->d_2[0];
    ws->d_bar[0] = f_x_bar * ws->d_2[3];
    for (int32_t i = 0; i < 4; i++) {
        ws->u_u[0][i] -= ws->d_bar[i];
    }
    for (int32_t i = 0; i < 4; i++) {
        const double d_bar = ws->d_bar[i];
        params_k_bar += d_bar * ws->unit_2[i];
        ws->unit_bar[i] = d_bar * params_k;
    }
    out->params.k += params_k_bar + used_bar;
    double size_bar_2 = 0.0;
    const double each_bar = 1.0 / size;
    for (int32_t i = 0; i < 4; i++) {
        const double unit_bar = ws->unit_bar[i];
        size_bar_2 += sample_gate_(unit_bar, -(ws->x_u[0][i] / size / size));
        ws->u_u[0][i] += sample_gate_(unit_bar, each_bar);
    }
    double result_bar = sample_gate_(size_bar_2 + size_bar, 0.5 / size);
    for (int32_t i = 3; i >= 0; i--) {
        const double result_bar_2 = result_bar;
        const double each_bar_2 = result_bar_2 * ws->x_u[0][i];
        ws->u_u[0][i] += each_bar_2 + each_bar_2;
        result_bar = result_bar_2;
    }
}
