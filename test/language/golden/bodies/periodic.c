static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    double y = 0.0;
    for (int32_t i = 0; i < 4; i++) {
        const double base = ws->x_u[0][((i + 3) % 4)] - (2.0 * ws->x_u[0][i]) +
                ws->x_u[0][((i + 1) % 4)];
        y += in->params.a[i] * (base * base);
    }
    const double x = ws->x_x_1;
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
    const double params_k = in->params.k;
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
    out->params.k += params_k_bar;
    const double f_x_bar = ws->w_x;
    ws->u_x_1 += x_bar - f_x_bar;
    for (int32_t i = 0; i < 4; i++) {
        int32_t remainder_ = ((i + 3) % 4);
        int32_t remainder_2 = ((i + 1) % 4);
        const double base = ws->x_u[0][remainder_] - (2.0 * ws->x_u[0][i]) +
                ws->x_u[0][remainder_2];
        const double base_bar = f_x_bar * in->params.a[i] * base;
        out->params.a[i] += f_x_bar * (base * base);
        const double base_bar_2 = base_bar + base_bar;
        ws->u_u[0][remainder_2] += base_bar_2;
        ws->u_u[0][i] -= base_bar_2 * 2.0;
        ws->u_u[0][remainder_] += base_bar_2;
    }
}
