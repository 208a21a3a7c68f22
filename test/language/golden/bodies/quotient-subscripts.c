static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 2; j++) {
            ws->M[i][j] = 0.0;
        }
    }
    for (int32_t e = 0; e < 4; e++) {
        ws->M[(e / 2)][(e % 2)] += ws->x_u[0][e] * in->params.a[-e + 3];
    }
    const double params_k = in->params.k;
    const double x = ws->x_x_1;
    ws->k_x_1 = (ws->M[0][1] * ws->M[1][0]) - (ws->M[0][0] * params_k) - x;
    for (int32_t i = 0; i < 4; i++) {
        const double each = ws->x_u[0][i];
        ws->k_u[0][i] = (0.1 * in->params.a[i] * params_k * x) - each;
    }
}

/* Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
static void sample_rhs_vjp_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 2; j++) {
            ws->M_2[i][j] = 0.0;
        }
    }
    for (int32_t e = 0; e < 4; e++) {
        ws->M_2[(e / 2)][(e % 2)] += ws->x_u[0][e] * in->params.a[-e + 3];
    }
    const double params_k = in->params.k;
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 2; j++) {
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
    out->params.k += params_k_bar - (f_x_bar * ws->M_2[0][0]);
    ws->M_bar[0][0] = -(f_x_bar * params_k);
    ws->M_bar[1][0] = f_x_bar * ws->M_2[0][1];
    ws->M_bar[0][1] = f_x_bar * ws->M_2[1][0];
    for (int32_t e = 0; e < 4; e++) {
        const double M_bar = ws->M_bar[(e / 2)][(e % 2)];
        out->params.a[-e + 3] += M_bar * ws->x_u[0][e];
        ws->u_u[0][e] += M_bar * in->params.a[-e + 3];
    }
}
