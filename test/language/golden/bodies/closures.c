static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    const double params_k = in->params.k;
    const double x = ws->x_x_1;
    const double scale = params_k * x;
    const double v = ws->x_u[0][0];
    const double v_2 = ws->x_u[0][1];
    const double y = 2.0 * scale;
    const double y_2 = (((v * scale) + v) * (y + v)) + (((v_2 * scale) + v_2) * (y + v_2));
    ws->k_x_1 = y_2 - x;
    for (int32_t i = 0; i < 4; i++) {
        const double each = ws->x_u[0][i];
        ws->k_u[0][i] = (0.1 * in->params.a[i] * params_k * x) - each;
    }
}

/* Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
static void sample_rhs_vjp_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    const double params_k = in->params.k;
    const double x = ws->x_x_1;
    const double scale = params_k * x;
    const double v = ws->x_u[0][0];
    const double v_2 = ws->x_u[0][1];
    const double y = 2.0 * scale;
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
    const double y_bar = f_x_bar * (y + v_2);
    const double y_bar_2 = f_x_bar * ((v_2 * scale) + v_2);
    const double v_bar = y_bar * scale;
    const double scale_bar = y_bar * v_2;
    const double y_bar_3 = f_x_bar * (y + v);
    const double y_bar_4 = f_x_bar * ((v * scale) + v);
    ws->u_u[0][1] += y_bar_2 + y_bar + v_bar;
    ws->u_u[0][0] += y_bar_4 + y_bar_3 + (y_bar_3 * scale);
    const double scale_bar_2 = scale_bar + ((y_bar_2 + y_bar_4) * 2.0) + (y_bar_3 * v);
    ws->u_x_1 += x_bar - f_x_bar + (scale_bar_2 * params_k);
    out->params.k += params_k_bar + (scale_bar_2 * x);
}
