static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    const double first = ws->x_u[0][0];
    const double third = ws->x_u[0][2];
    const double middle = ws->x_u[0][1] * third;
    const double u = ws->x_u[0][3];
    const double x = ws->x_x_1;
    const double params_k = in->params.k;
    double low = x;
    double high = params_k;
    if (x < params_k) {
        low = params_k;
        high = x;
    }
    ws->k_x_1 = (first * third) + (middle * first) - u + (low / high) + (u * u) - x;
    for (int32_t i = 0; i < 4; i++) {
        ws->k_u[0][i] = (0.1 * in->params.a[i] * params_k * x) - ws->x_u[0][i];
    }
}

/* Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
static void sample_rhs_vjp_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    const double first = ws->x_u[0][0];
    const double third = ws->x_u[0][2];
    const double u = ws->x_u[0][1];
    const double middle = u * third;
    const double x = ws->x_x_1;
    const double params_k = in->params.k;
    double low = x;
    double high = params_k;
    if (x < params_k) {
        low = params_k;
        high = x;
    }
    const double high_2 = high;
    for (int32_t i = 0; i < 4; i++) {
        ws->w_bar[i] = 0.0;
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
    const double w_bar = f_x_bar * ws->x_u[0][3];
    const double low_bar = sample_gate_(f_x_bar, 1.0 / high_2);
    const double high_bar = sample_gate_(f_x_bar, -(low / high_2 / high_2));
    const double third_bar = f_x_bar * (u * first);
    const double first_bar = f_x_bar * middle;
    ws->w_bar[3] = w_bar + w_bar;
    for (int32_t i = 0; i < 4; i++) {
        ws->u_u[0][i] += ws->w_bar[i];
    }
    double high_bar_2 = high_bar;
    double low_bar_2 = low_bar;
    if (x < params_k) {
        x_bar += high_bar;
        params_k_bar += low_bar;
        high_bar_2 = 0.0;
        low_bar_2 = 0.0;
    }
    out->params.k += params_k_bar + high_bar_2;
    ws->u_x_1 += x_bar - f_x_bar + low_bar_2;
    ws->u_u[0][3] -= f_x_bar;
    ws->u_u[0][1] += f_x_bar * (first * third);
    ws->u_u[0][2] += third_bar + (f_x_bar * first);
    ws->u_u[0][0] += first_bar + (f_x_bar * third);
}
