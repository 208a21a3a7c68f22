static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    const double initial = ws->x_x_1;
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 2; j++) {
            ws->W[i][j] = initial;
        }
    }
    const double params_k = in->params.k;
    ws->W[0][1] = params_k;
    ws->W[1][1] = ws->W[1][1] * params_k;
    const double initial_2 = ws->x_u[0][0];
    for (int32_t i = 0; i < 2; i++) {
        ws->x[i] = initial_2;
    }
    for (int32_t i = 0; i < 2; i++) {
        double sum = 0.0;
        for (int32_t i_2 = 0; i_2 < 2; i_2++) {
            sum += ws->W[i][i_2] * ws->x[i_2];
        }
        ws->y[i] = sum;
    }
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 2; j++) {
            ws->C[i][j] = 0.0;
        }
    }
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 2; j++) {
            for (int32_t k = 0; k < 2; k++) {
                ws->C[i][j] += ws->W[i][k] * ws->W[k][j];
            }
        }
    }
    const double initial_3 = ws->x_u[0][3];
    for (int32_t i = 0; i < 2; i++) {
        ws->b[i] = initial_3;
    }
    double sum = 0.0;
    for (int32_t i = 0; i < 2; i++) {
        sum += ws->y[i] * ws->b[i];
    }
    double sum_2 = 0.0;
    for (int32_t i = 0; i < 4; i++) {
        sum_2 += ws->x_u[0][i] * in->params.a[i];
    }
    ws->k_x_1 = sum + (ws->C[0][1] * ws->C[1][1]) + sum_2 - initial;
    for (int32_t i = 0; i < 4; i++) {
        const double each = ws->x_u[0][i];
        ws->k_u[0][i] = (0.1 * in->params.a[i] * params_k * initial) - each;
    }
}

/* Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
static void sample_rhs_vjp_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    const double initial = ws->x_x_1;
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 2; j++) {
            ws->W_2[i][j] = initial;
        }
    }
    const double params_k = in->params.k;
    ws->W_2[0][1] = params_k;
    const double W = ws->W_2[1][1];
    ws->W_2[1][1] = W * params_k;
    const double initial_2 = ws->x_u[0][0];
    for (int32_t i = 0; i < 2; i++) {
        ws->x_2[i] = initial_2;
    }
    for (int32_t i = 0; i < 2; i++) {
        double sum = 0.0;
        for (int32_t i_2 = 0; i_2 < 2; i_2++) {
            sum += ws->W_2[i][i_2] * ws->x_2[i_2];
        }
        ws->y_2[i] = sum;
    }
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 2; j++) {
            ws->C_2[i][j] = 0.0;
        }
    }
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 2; j++) {
            for (int32_t k = 0; k < 2; k++) {
                ws->C_2[i][j] += ws->W_2[i][k] * ws->W_2[k][j];
            }
        }
    }
    const double initial_3 = ws->x_u[0][3];
    for (int32_t i = 0; i < 2; i++) {
        ws->b_2[i] = initial_3;
    }
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 2; j++) {
            ws->W_bar[i][j] = 0.0;
        }
    }
    for (int32_t i = 0; i < 2; i++) {
        ws->x_bar[i] = 0.0;
    }
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 2; j++) {
            ws->C_bar[i][j] = 0.0;
        }
    }
    double initial_bar = 0.0;
    double params_k_bar = 0.0;
    for (int32_t i = 0; i < 4; i++) {
        const double d_u_bar = ws->w_u[i];
        const double d_u_bar_2 = d_u_bar * initial;
        const double d_u = 0.1 * in->params.a[i];
        initial_bar += d_u_bar * (d_u * params_k);
        params_k_bar += d_u_bar_2 * d_u;
        out->params.a[i] += d_u_bar_2 * params_k * 0.1;
        ws->u_u[0][i] -= d_u_bar;
    }
    const double f_x_bar = ws->w_x;
    ws->C_bar[1][1] = f_x_bar * ws->C_2[0][1];
    ws->C_bar[0][1] = f_x_bar * ws->C_2[1][1];
    for (int32_t i = 0; i < 4; i++) {
        out->params.a[i] += f_x_bar * ws->x_u[0][i];
        ws->u_u[0][i] += f_x_bar * in->params.a[i];
    }
    for (int32_t i = 0; i < 2; i++) {
        ws->b_bar[i] = f_x_bar * ws->y_2[i];
        ws->y_bar[i] = f_x_bar * ws->b_2[i];
    }
    double initial_bar_2 = 0.0;
    for (int32_t i = 0; i < 2; i++) {
        initial_bar_2 += ws->b_bar[i];
    }
    ws->u_u[0][3] += initial_bar_2;
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 2; j++) {
            for (int32_t k = 0; k < 2; k++) {
                const double C_bar = ws->C_bar[i][j];
                ws->W_bar[k][j] += C_bar * ws->W_2[i][k];
                ws->W_bar[i][k] += C_bar * ws->W_2[k][j];
            }
        }
    }
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t i_2 = 0; i_2 < 2; i_2++) {
            ws->x_bar[i_2] += ws->y_bar[i] * ws->W_2[i][i_2];
        }
    }
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t i_2 = 0; i_2 < 2; i_2++) {
            ws->W_bar[i][i_2] += ws->y_bar[i] * ws->x_2[i_2];
        }
    }
    double initial_bar_3 = 0.0;
    for (int32_t i = 0; i < 2; i++) {
        initial_bar_3 += ws->x_bar[i];
    }
    ws->u_u[0][0] += initial_bar_3;
    const double W_bar = ws->W_bar[1][1];
    ws->W_bar[1][1] = 0.0;
    ws->W_bar[1][1] += W_bar * params_k;
    const double params_k_bar_2 = ws->W_bar[0][1];
    ws->W_bar[0][1] = 0.0;
    out->params.k += params_k_bar + (W_bar * W) + params_k_bar_2;
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 2; j++) {
            initial_bar += ws->W_bar[i][j];
        }
    }
    ws->u_x_1 += initial_bar - f_x_bar;
}
