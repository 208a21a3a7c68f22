static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    double y = 0.0;
    for (int32_t i = 0; i < 4; i++) {
        for (int32_t j = sample_from_zero[i]; j < sample_up_to_zero[i] + 4; j++) {
            y += in->params.a[i] * ws->x_u[0][j] * ws->x_u[0][i];
        }
    }
    const double x = ws->x_x_1;
    y += ws->x_u[0][3] * x;
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
    ws->u_x_1 += x_bar - f_x_bar + (f_x_bar * ws->x_u[0][3]);
    ws->u_u[0][3] += f_x_bar * x;
    for (int32_t i = 0; i < 4; i++) {
        for (int32_t j = sample_from_zero[i]; j < sample_up_to_zero[i] + 4; j++) {
            const double y_bar = f_x_bar * ws->x_u[0][i];
            const double a = in->params.a[i];
            const double u = ws->x_u[0][j];
            ws->u_u[0][i] += f_x_bar * (a * u);
            ws->u_u[0][j] += y_bar * a;
            out->params.a[i] += y_bar * u;
        }
    }
}
