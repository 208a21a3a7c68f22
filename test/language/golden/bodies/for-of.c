static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    const double x = ws->x_x_1;
    ws->M_0[0] = x;
    const double params_k = in->params.k;
    ws->M_0[1] = params_k;
    ws->M_1[0] = params_k;
    ws->M_1[1] = 1.0;
    for (int32_t i = 0; i < 2; i++) {
        ws->M[0][i] = ws->M_0[i];
    }
    for (int32_t i = 0; i < 2; i++) {
        ws->M[1][i] = ws->M_1[i];
    }
    double y = 0.0;
    for (int32_t i = 0; i < 4; i++) {
        const double each = ws->x_u[0][i];
        y += each * each;
    }
    for (int32_t i = 0; i < 2; i++) {
        y += ws->M[i][0] * ws->M[i][1];
    }
    ws->items[0] = x;
    ws->items[1] = params_k;
    ws->items[2] = x * params_k;
    for (int32_t i = 0; i < 3; i++) {
        y = y * ws->items[i];
    }
    ws->k_x_1 = y - x;
    for (int32_t i = 0; i < 4; i++) {
        ws->k_u[0][i] = (0.1 * in->params.a[i] * params_k * x) - ws->x_u[0][i];
    }
}

/* Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
static void sample_rhs_vjp_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    const double x = ws->x_x_1;
    ws->M_0_2[0] = x;
    const double params_k = in->params.k;
    ws->M_0_2[1] = params_k;
    ws->M_1_2[0] = params_k;
    ws->M_1_2[1] = 1.0;
    for (int32_t i = 0; i < 2; i++) {
        ws->M_2[0][i] = ws->M_0_2[i];
    }
    for (int32_t i = 0; i < 2; i++) {
        ws->M_2[1][i] = ws->M_1_2[i];
    }
    double y = 0.0;
    for (int32_t i = 0; i < 4; i++) {
        const double each = ws->x_u[0][i];
        y += each * each;
    }
    for (int32_t i = 0; i < 2; i++) {
        y += ws->M_2[i][0] * ws->M_2[i][1];
    }
    ws->items_2[0] = x;
    ws->items_2[1] = params_k;
    ws->items_2[2] = x * params_k;
    for (int32_t i = 0; i < 3; i++) {
        const double y_2 = y;
        ws->y_tape[i] = y_2;
        y = y_2 * ws->items_2[i];
    }
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 2; j++) {
            ws->M_bar[i][j] = 0.0;
        }
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
    double y_bar = f_x_bar;
    for (int32_t i = 2; i >= 0; i--) {
        const double y_bar_2 = y_bar;
        ws->items_bar[i] = y_bar_2 * ws->y_tape[i];
        y_bar = y_bar_2 * ws->items_2[i];
    }
    const double items_bar = ws->items_bar[2];
    const double y_bar_2 = y_bar;
    for (int32_t i = 0; i < 2; i++) {
        ws->M_bar[i][1] = y_bar_2 * ws->M_2[i][0];
        ws->M_bar[i][0] = y_bar_2 * ws->M_2[i][1];
    }
    for (int32_t i = 0; i < 4; i++) {
        const double each_bar = y_bar_2 * ws->x_u[0][i];
        ws->u_u[0][i] += each_bar + each_bar;
    }
    for (int32_t i = 0; i < 2; i++) {
        ws->M_1_bar[i] = ws->M_bar[1][i];
    }
    for (int32_t i = 0; i < 2; i++) {
        ws->M_0_bar[i] = ws->M_bar[0][i];
    }
    out->params.k += params_k_bar + (items_bar * x) + ws->items_bar[1] + ws->M_1_bar[0] +
            ws->M_0_bar[1];
    ws->u_x_1 += x_bar - f_x_bar + (items_bar * params_k) + ws->items_bar[0] + ws->M_0_bar[0];
}
