static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    const double x = ws->x_x_1;
    const double params_k = in->params.k;
    const double stopped = x * params_k;
    for (int32_t i = 0; i < 4; i++) {
        ws->stopped[i] = ws->x_u[0][i];
    }
    ws->k_x_1 = (stopped * x) + (ws->stopped[1] * ws->x_u[0][1]) - x;
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
    const double stopped = x * params_k;
    for (int32_t i = 0; i < 4; i++) {
        ws->stopped_2[i] = ws->x_u[0][i];
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
    ws->u_u[0][1] += f_x_bar * ws->stopped_2[1];
    out->params.k += params_k_bar;
    ws->u_x_1 += x_bar - f_x_bar + (f_x_bar * stopped);
}
