static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    double going = 1.0;
    double y = 0.0;
    for (int32_t i = 0; (i < 4) && (going == 1.0); i++) {
        const double u = ws->x_u[0][i];
        if (u > 0.8) {
            going = 0.0;
        } else {
            y += u * u * in->params.k;
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
    ws->trips_tape = 0;
    double going = 1.0;
    for (int32_t i = 0; (i < 4) && (going == 1.0); i++) {
        if (ws->x_u[0][i] > 0.8) {
            going = 0.0;
        }
        ws->trips_tape = i + 1;
    }
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
    for (int32_t i = ws->trips_tape - 1; i >= 0; i--) {
        const double u = ws->x_u[0][i];
        double u_bar = 0.0;
        if (!(u > 0.8)) {
            out->params.k += f_x_bar * (u * u);
            const double u_bar_2 = f_x_bar * params_k * u;
            u_bar = u_bar_2 + u_bar_2;
        }
        ws->u_u[0][i] += u_bar;
    }
}
