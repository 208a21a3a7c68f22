static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    const double x = ws->x_x_1;
    double root = 1.0 + x;
    double going = 1.0;
    for (int32_t trip = 0; (trip < 30) && (going == 1.0); trip++) {
        const double root_2 = root;
        const double change = (root_2 - ((in->params.k + x) / root_2)) / 2.0;
        root -= change;
        if (fabs(change) < 1e-13) {
            going = 0.0;
        }
    }
    ws->k_x_1 = root - x;
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
    ws->trips_tape = 0;
    double root = 1.0 + x;
    double going = 1.0;
    for (int32_t trip = 0; (trip < 30) && (going == 1.0); trip++) {
        const double root_2 = root;
        ws->root_tape[trip] = root_2;
        const double change = (root_2 - ((in->params.k + x) / root_2)) / 2.0;
        root -= change;
        if (fabs(change) < 1e-13) {
            going = 0.0;
        }
        ws->trips_tape = trip + 1;
    }
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
    double root_bar = f_x_bar;
    const double change = params_k + x;
    for (int32_t trip = ws->trips_tape - 1; trip >= 0; trip--) {
        const double change_bar = root_bar * 0.5;
        const double root_2 = ws->root_tape[trip];
        const double change_bar_2 = sample_gate_(change_bar, 1.0 / root_2);
        x_bar += change_bar_2;
        out->params.k += change_bar_2;
        root_bar += sample_gate_(change_bar, -(change / root_2 / root_2)) - change_bar;
    }
    ws->u_x_1 += x_bar - f_x_bar + root_bar;
}
