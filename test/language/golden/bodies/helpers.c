static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    double s = 0.0;
    for (int32_t i = 0; i < 4; i++) {
        const double each = ws->x_u[0][i];
        s += each;
    }
    const double x = ws->x_x_1;
    const double initial = in->params.k;
    for (int32_t i = 0; i < 2; i++) {
        ws->v[i] = initial;
    }
    double s_2 = 0.0;
    for (int32_t i = 0; i < 2; i++) {
        s_2 += ws->v[i];
    }
    ws->k_x_1 = (s * (4.0 * x / 2.0 * x)) + s_2 + initial - x;
    for (int32_t i = 0; i < 4; i++) {
        ws->k_u[0][i] = (0.1 * in->params.a[i] * initial * x) - ws->x_u[0][i];
    }
}

/* Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
static void sample_rhs_vjp_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    double s = 0.0;
    for (int32_t i = 0; i < 4; i++) {
        const double each = ws->x_u[0][i];
        s += each;
    }
    const double x = ws->x_x_1;
    const double initial = in->params.k;
    const double s_2 = s;
    const double y = 4.0 * x / 2.0;
    double x_bar = 0.0;
    double initial_bar = 0.0;
    for (int32_t i = 0; i < 4; i++) {
        const double d_u_bar = ws->w_u[i];
        const double d_u_bar_2 = d_u_bar * x;
        const double d_u = 0.1 * in->params.a[i];
        x_bar += d_u_bar * (d_u * initial);
        initial_bar += d_u_bar_2 * d_u;
        out->params.a[i] += d_u_bar_2 * initial * 0.1;
        ws->u_u[0][i] -= d_u_bar;
    }
    const double f_x_bar = ws->w_x;
    const double y_bar = f_x_bar * (x * s_2);
    for (int32_t i = 0; i < 2; i++) {
        ws->v_bar[i] = f_x_bar;
    }
    for (int32_t i = 0; i < 2; i++) {
        initial_bar += ws->v_bar[i];
    }
    out->params.k += initial_bar + f_x_bar;
    ws->u_x_1 += x_bar - f_x_bar + (f_x_bar * (y * s_2)) + (y_bar * 0.5 * 4.0);
    const double s_bar = f_x_bar * (y * x);
    for (int32_t i = 0; i < 4; i++) {
        ws->u_u[0][i] += s_bar;
    }
}
