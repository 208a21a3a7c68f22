static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    for (int32_t i = 0; i < 4; i++) {
        const double u = ws->x_u[0][i];
        ws->v[i] = u;
        ws->v[i] = u * (1.0 + u);
    }
    for (int32_t i = 1; i < 4; i++) {
        const double v = ws->v[i];
        ws->v[i] = (ws->v[i - 1] * v) + v;
    }
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 4; j++) {
            ws->M[i][j] = 1.0;
        }
    }
    const double params_k = in->params.k;
    for (int32_t i = 0; i < 4; i++) {
        ws->M[1][i] = ws->M[1][i] - (ws->v[i] * params_k);
    }
    const double x = ws->x_x_1;
    ws->k_x_1 = ws->v[3] + (ws->M[1][1] * ws->M[1][3]) - x;
    for (int32_t i = 0; i < 4; i++) {
        const double each = ws->x_u[0][i];
        ws->k_u[0][i] = (0.1 * in->params.a[i] * params_k * x) - each;
    }
}

/* Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
static void sample_rhs_vjp_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    for (int32_t i = 0; i < 4; i++) {
        const double u = ws->x_u[0][i];
        ws->v_2[i] = u;
        ws->v_2[i] = u * (1.0 + u);
    }
    for (int32_t i = 1; i < 4; i++) {
        const double v = ws->v_2[i];
        ws->v_tape[i - 1] = v;
        ws->v_2[i] = (ws->v_2[i - 1] * v) + v;
    }
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 4; j++) {
            ws->M_2[i][j] = 1.0;
        }
    }
    const double params_k = in->params.k;
    for (int32_t i = 0; i < 4; i++) {
        ws->M_2[1][i] = ws->M_2[1][i] - (ws->v_2[i] * params_k);
    }
    for (int32_t i = 0; i < 4; i++) {
        ws->v_bar[i] = 0.0;
    }
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 4; j++) {
            ws->M_bar[i][j] = 0.0;
        }
    }
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
    const double f_x_bar = ws->w_x;
    ws->u_x_1 += x_bar - f_x_bar;
    ws->M_bar[1][3] = f_x_bar * ws->M_2[1][1];
    ws->v_bar[3] = f_x_bar;
    ws->M_bar[1][1] = f_x_bar * ws->M_2[1][3];
    for (int32_t i = 0; i < 4; i++) {
        const double M_bar = ws->M_bar[1][i];
        params_k_bar -= M_bar * ws->v_2[i];
        ws->v_bar[i] -= M_bar * params_k;
    }
    out->params.k += params_k_bar;
    for (int32_t i = 3; i >= 1; i--) {
        const double v_bar = ws->v_bar[i];
        ws->v_bar[i] = 0.0;
        ws->v_bar[i] += v_bar + (v_bar * ws->v_2[i - 1]);
        ws->v_bar[i - 1] += v_bar * ws->v_tape[i - 1];
    }
    for (int32_t i = 0; i < 4; i++) {
        const double v_bar = ws->v_bar[i];
        const double u = ws->x_u[0][i];
        ws->u_u[0][i] += (v_bar * (1.0 + u)) + (v_bar * u);
    }
}
