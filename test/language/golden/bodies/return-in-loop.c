static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    const double x = ws->x_x_1;
    const double level = x - 0.5;
    double left = 0.0;
    double going = 1.0;
    for (int32_t i = 0; (i < 4) && (going == 1.0); i++) {
        double going_2 = 1.0;
        for (int32_t j = i; j >= 0; j--) {
            if (going_2 == 1.0) {
                const double u = ws->x_u[0][i];
                const double u_2 = ws->x_u[0][j];
                if ((u * u_2) > level) {
                    ws->first_2[0] = u;
                    ws->first_2[1] = u_2;
                    for (int32_t i_2 = 0; i_2 < 2; i_2++) {
                        ws->first[i_2] = ws->first_2[i_2];
                    }
                    left = 1.0;
                    going = 0.0;
                    going_2 = 0.0;
                }
            }
        }
    }
    if (left == 0.0) {
        ws->first_3[0] = level;
        ws->first_3[1] = 1.0;
        for (int32_t i = 0; i < 2; i++) {
            ws->first[i] = ws->first_3[i];
        }
    }
    const double p = ws->first[0];
    const double q = ws->first[1];
    const double params_k = in->params.k;
    ws->k_x_1 = (p * q * params_k) - x;
    for (int32_t i = 0; i < 4; i++) {
        const double each = ws->x_u[0][i];
        ws->k_u[0][i] = (0.1 * in->params.a[i] * params_k * x) - each;
    }
}

/* Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
static void sample_rhs_vjp_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    const double x = ws->x_x_1;
    const double level = x - 0.5;
    ws->trips_tape = 0;
    double left = 0.0;
    double going = 1.0;
    for (int32_t i = 0; (i < 4) && (going == 1.0); i++) {
        double going_2 = 1.0;
        for (int32_t j = i; j >= 0; j--) {
            const double going_3 = going_2;
            ws->going_tape[i][j] = going_3;
            if (going_3 == 1.0) {
                const double u = ws->x_u[0][i];
                const double u_2 = ws->x_u[0][j];
                if ((u * u_2) > level) {
                    ws->first_5[0] = u;
                    ws->first_5[1] = u_2;
                    for (int32_t i_2 = 0; i_2 < 2; i_2++) {
                        ws->first_4[i_2] = ws->first_5[i_2];
                    }
                    left = 1.0;
                    going = 0.0;
                    going_2 = 0.0;
                }
            }
        }
        ws->trips_tape = i + 1;
    }
    const double left_2 = left;
    if (left_2 == 0.0) {
        ws->first_6[0] = level;
        ws->first_6[1] = 1.0;
        for (int32_t i = 0; i < 2; i++) {
            ws->first_4[i] = ws->first_6[i];
        }
    }
    const double p = ws->first_4[0];
    const double q = ws->first_4[1];
    const double params_k = in->params.k;
    for (int32_t i = 0; i < 2; i++) {
        ws->first_bar[i] = 0.0;
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
    const double p_bar = f_x_bar * (q * params_k);
    const double q_bar = f_x_bar * (p * params_k);
    out->params.k += params_k_bar + (f_x_bar * (p * q));
    ws->first_bar[1] = q_bar;
    ws->first_bar[0] = p_bar;
    double level_bar = 0.0;
    if (left_2 == 0.0) {
        for (int32_t i = 0; i < 2; i++) {
            const double first_bar = ws->first_bar[i];
            ws->first_bar[i] = 0.0;
            ws->first_bar_2[i] = first_bar;
        }
        const double level_bar_2 = ws->first_bar_2[0];
        level_bar = level_bar_2;
    }
    for (int32_t i = ws->trips_tape - 1; i >= 0; i--) {
        for (int32_t j = 0; j < i + 1; j++) {
            if (ws->going_tape[i][j] == 1.0) {
                double u_bar = 0.0;
                double u_bar_2 = 0.0;
                if ((ws->x_u[0][i] * ws->x_u[0][j]) > level) {
                    for (int32_t i_2 = 0; i_2 < 2; i_2++) {
                        const double first_bar = ws->first_bar[i_2];
                        ws->first_bar[i_2] = 0.0;
                        ws->first_bar_3[i_2] = first_bar;
                    }
                    u_bar = ws->first_bar_3[1];
                    u_bar_2 = ws->first_bar_3[0];
                }
                ws->u_u[0][j] += u_bar;
                ws->u_u[0][i] += u_bar_2;
            }
        }
    }
    ws->u_x_1 += x_bar - f_x_bar + level_bar;
}
