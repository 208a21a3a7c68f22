static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    for (int32_t i = 0; i < 4; i++) {
        const double each = ws->x_u[0][i];
        ws->squares[i] = each * each * in->params.a[i];
    }
    const double x = ws->x_x_1;
    double sum = x;
    for (int32_t i = 0; i < 4; i++) {
        const double before = sum;
        sum = before + (ws->squares[i] * (double)i);
    }
    const double sum_2 = sum;
    const double filling = sum_2 / 4.0;
    for (int32_t i = 0; i < 3; i++) {
        ws->v[i] = filling;
    }
    ws->k_x_1 = (sum_2 * ws->v[2]) - x;
    const double params_k = in->params.k;
    for (int32_t i = 0; i < 4; i++) {
        ws->k_u[0][i] = (0.1 * in->params.a[i] * params_k * x) - ws->x_u[0][i];
    }
}

/* Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
static void sample_rhs_vjp_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    for (int32_t i = 0; i < 4; i++) {
        const double each = ws->x_u[0][i];
        ws->squares_2[i] = each * each * in->params.a[i];
    }
    const double x = ws->x_x_1;
    double sum = x;
    for (int32_t i = 0; i < 4; i++) {
        const double before = sum;
        sum = before + (ws->squares_2[i] * (double)i);
    }
    const double sum_2 = sum;
    const double filling = sum_2 / 4.0;
    for (int32_t i = 0; i < 3; i++) {
        ws->v_2[i] = filling;
    }
    const double params_k = in->params.k;
    for (int32_t i = 0; i < 3; i++) {
        ws->v_bar[i] = 0.0;
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
    out->params.k += params_k_bar;
    const double f_x_bar = ws->w_x;
    ws->v_bar[2] = f_x_bar * sum_2;
    double filling_bar = 0.0;
    for (int32_t i = 0; i < 3; i++) {
        const double filling_bar_2 = ws->v_bar[i];
        filling_bar += filling_bar_2;
    }
    double sum_bar = (f_x_bar * ws->v_2[2]) + (filling_bar * 0.25);
    for (int32_t i = 3; i >= 0; i--) {
        const double sum_bar_2 = sum_bar;
        ws->squares_bar[i] = sum_bar_2 * (double)i;
        sum_bar = sum_bar_2;
    }
    ws->u_x_1 += x_bar - f_x_bar + sum_bar;
    for (int32_t i = 0; i < 4; i++) {
        const double squares_bar = ws->squares_bar[i];
        const double each = ws->x_u[0][i];
        out->params.a[i] += squares_bar * (each * each);
        const double each_bar = squares_bar * in->params.a[i] * each;
        ws->u_u[0][i] += each_bar + each_bar;
    }
}
