static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    const double x = ws->x_x_1;
    const double params_k = in->params.k;
    const double s = (x + params_k - ws->x_u[0][0]) * x / 2.0;
    const double s_2 = fmod(s * s, 5.0) + 1.0;
    double chosen = 0.0;
    if (s_2 > 1.0) {
        chosen = s_2 * params_k;
    } else {
        chosen = -s_2;
    }
    const double chosen_2 = chosen;
    ws->k_x_1 = ((s_2 + (chosen_2 * 2.0)) * chosen_2) - x;
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
    const double s = x + params_k - ws->x_u[0][0];
    const double s_2 = s * x / 2.0;
    const double s_3 = fmod(s_2 * s_2, 5.0) + 1.0;
    double chosen = 0.0;
    if (s_3 > 1.0) {
        chosen = s_3 * params_k;
    } else {
        chosen = -s_3;
    }
    const double chosen_2 = chosen;
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
    const double s_bar = f_x_bar * chosen_2;
    const double chosen_bar = (f_x_bar * (s_3 + (chosen_2 * 2.0))) + (s_bar * 2.0);
    double s_bar_2 = 0.0;
    if (s_3 > 1.0) {
        params_k_bar += chosen_bar * s_3;
        s_bar_2 = chosen_bar * params_k;
    } else {
        s_bar_2 = -chosen_bar;
    }
    const double s_bar_3 = (s_bar_2 + s_bar) * s_2;
    const double s_bar_4 = (s_bar_3 + s_bar_3) * 0.5;
    const double s_bar_5 = s_bar_4 * x;
    ws->u_u[0][0] -= s_bar_5;
    out->params.k += params_k_bar + s_bar_5;
    ws->u_x_1 += x_bar - f_x_bar + (s_bar_4 * s) + s_bar_5;
}
