static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    double y = 0.0;
    for (int32_t i = 0; i < 4; i++) {
        const double u = ws->x_u[0][i];
        if (!(u < 0.0)) {
            y += sqrt(u) * in->params.a[i];
        }
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
        const double u = ws->x_u[0][i];
        double u_bar = 0.0;
        if (!(u < 0.0)) {
            const double y = sqrt(u);
            out->params.a[i] += f_x_bar * y;
            u_bar = sample_gate_(f_x_bar * in->params.a[i], 0.5 / y);
        }
        ws->u_u[0][i] += u_bar;
    }
}
