static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    const double x = ws->x_x_1;
    const double params_k = in->params.k;
    const double u = ws->x_u[0][0];
    const double y = sample_min_(sample_min_(x, ws->x_u[0][3]), 2.0);
    const double y_2 = trunc(-params_k) * x;
    const double y_3 = (floor(3.0 * x) * x) + (ceil(params_k) * params_k) + sample_round_(u) - y_2;
    const double y_4 = fabs(x - params_k) + (sample_sign_(x) * params_k) +
            sample_max_(sample_max_(x, params_k), u) - y;
    ws->k_x_1 = y_4 + (y_3 + (sample_fround_(0.5) * x)) - x;
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
    const double y = sample_max_(x, params_k);
    const double u = ws->x_u[0][0];
    const double u_2 = ws->x_u[0][3];
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
    double y_bar = 0.0;
    if (sample_min_(x, u_2) < 2.0) {
        y_bar = -f_x_bar;
    } else {
        y_bar = 0.0;
    }
    const double y_bar_2 = y_bar;
    ws->u_u[0][3] += (x < u_2) ? 0.0 : y_bar_2;
    const double y_bar_3 = (y >= u) ? f_x_bar : 0.0;
    ws->u_u[0][0] += (y >= u) ? 0.0 : f_x_bar;
    const double y_bar_4 = f_x_bar * sample_sign_(x - params_k);
    out->params.k += params_k_bar + (f_x_bar * ceil(params_k)) + ((x >= params_k) ? 0.0 : y_bar_3) +
            (f_x_bar * sample_sign_(x)) - y_bar_4;
    const double x_bar_2 = f_x_bar * floor(3.0 * x);
    const double x_bar_3 = x_bar - f_x_bar + (f_x_bar * sample_fround_(0.5)) -
            (f_x_bar * trunc(-params_k)) + x_bar_2;
    ws->u_x_1 += x_bar_3 + ((x < u_2) ? y_bar_2 : 0.0) + ((x >= params_k) ? y_bar_3 : 0.0) +
            y_bar_4;
}
