static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    double y = 0.0;
    for (int32_t i = 0; i < 4; i++) {
        double sum = 0.0;
        for (int32_t j = 0; j < i + 1; j++) {
            sum += in->params.a[j] * ws->x_u[0][i - j];
        }
        const double sum_2 = sum;
        y += sum_2 * sum_2;
    }
    const double params_k = in->params.k;
    for (int32_t i = 0; i < 4; i++) {
        for (int32_t j = i + 1; j < 4; j++) {
            y -= ws->x_u[0][i] * ws->x_u[0][j] * params_k;
        }
    }
    const double x = ws->x_x_1;
    ws->k_x_1 = y - x;
    for (int32_t i = 0; i < 4; i++) {
        const double each = ws->x_u[0][i];
        ws->k_u[0][i] = (0.1 * in->params.a[i] * params_k * x) - each;
    }
}

/* Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
static void sample_rhs_vjp_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    for (int32_t i = 0; i < 4; i++) {
        double sum = 0.0;
        for (int32_t j = 0; j < i + 1; j++) {
            sum += in->params.a[j] * ws->x_u[0][i - j];
        }
        ws->sum_tape[i] = sum;
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
    const double f_x_bar = ws->w_x;
    ws->u_x_1 += x_bar - f_x_bar;
    const double y_bar = f_x_bar * params_k;
    for (int32_t i = 0; i < 4; i++) {
        for (int32_t j = i + 1; j < 4; j++) {
            const double u = ws->x_u[0][i];
            const double u_2 = ws->x_u[0][j];
            params_k_bar -= f_x_bar * (u * u_2);
            ws->u_u[0][j] -= y_bar * u;
            ws->u_u[0][i] -= y_bar * u_2;
        }
    }
    out->params.k += params_k_bar;
    for (int32_t i = 0; i < 4; i++) {
        const double sum_bar = f_x_bar * ws->sum_tape[i];
        const double sum_bar_2 = sum_bar + sum_bar;
        for (int32_t j = 0; j < i + 1; j++) {
            ws->u_u[0][i - j] += sum_bar_2 * in->params.a[j];
            out->params.a[j] += sum_bar_2 * ws->x_u[0][i - j];
        }
    }
}
