static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    const double x = ws->x_x_1;
    const double params_k = in->params.k;
    double z = x;
    for (int32_t i = 0; i < 5; i++) {
        const double base = z;
        z = sin(base * params_k) + (base * base * 0.1);
    }
    ws->k_x_1 = z - x;
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
    double z = x;
    for (int32_t i = 0; i < 5; i++) {
        const double base = z;
        ws->base_tape[i] = base;
        z = sin(base * params_k) + (base * base * 0.1);
    }
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
    double z_bar = f_x_bar;
    for (int32_t i = 4; i >= 0; i--) {
        const double z_bar_2 = z_bar;
        const double base = ws->base_tape[i];
        const double base_bar = z_bar_2 * 0.1 * base;
        const double z_bar_3 = z_bar_2 * cos(base * params_k);
        params_k_bar += z_bar_3 * base;
        z_bar = base_bar + base_bar + (z_bar_3 * params_k);
    }
    out->params.k += params_k_bar;
    ws->u_x_1 += x_bar - f_x_bar + z_bar;
}
