static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    const double params_k = in->params.k;
    double y = 0.0;
    for (int32_t i = 0; i < 4; i++) {
        for (int32_t e = sample_A_rowStart[i]; e < sample_A_rowStart[i + 1]; e++) {
            y += sample_A_value[e] * sin(ws->x_u[0][sample_A_column[e]] - ws->x_u[0][i]) * params_k;
        }
    }
    for (int32_t i = 0; i < 4; i++) {
        ws->y[i] = 0.0;
    }
    for (int32_t i = 0; i < 4; i++) {
        for (int32_t e = sample_A_rowStart[i]; e < sample_A_rowStart[i + 1]; e++) {
            ws->y[i] += sample_A_value[e] * ws->x_u[0][sample_A_column[e]];
        }
    }
    const double x = ws->x_x_1;
    for (int32_t i = 0; i < 4; i++) {
        const double each = ws->y[i];
        y += each * x;
    }
    ws->k_x_1 = y - x;
    for (int32_t i = 0; i < 4; i++) {
        ws->k_u[0][i] = (0.1 * in->params.a[i] * params_k * x) - ws->x_u[0][i];
    }
}

/* Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
static void sample_rhs_vjp_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    const double params_k = in->params.k;
    for (int32_t i = 0; i < 4; i++) {
        const double u = ws->x_u[0][i];
        for (int32_t e = sample_A_rowStart[i]; e < sample_A_rowStart[i + 1]; e++) {
            ws->y_tape[i][e] = sin(ws->x_u[0][sample_A_column[e]] - u);
        }
    }
    for (int32_t i = 0; i < 4; i++) {
        ws->y_2[i] = 0.0;
    }
    for (int32_t i = 0; i < 4; i++) {
        for (int32_t e = sample_A_rowStart[i]; e < sample_A_rowStart[i + 1]; e++) {
            ws->y_2[i] += sample_A_value[e] * ws->x_u[0][sample_A_column[e]];
        }
    }
    const double x = ws->x_x_1;
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
    const double each_bar = f_x_bar * x;
    for (int32_t i = 0; i < 4; i++) {
        x_bar += f_x_bar * ws->y_2[i];
        ws->y_bar[i] = each_bar;
    }
    ws->u_x_1 += x_bar - f_x_bar;
    for (int32_t i = 0; i < 4; i++) {
        for (int32_t e = sample_A_rowStart[i]; e < sample_A_rowStart[i + 1]; e++) {
            ws->u_u[0][sample_A_column[e]] += ws->y_bar[i] * sample_A_value[e];
        }
    }
    for (int32_t i = 0; i < 4; i++) {
        ws->u_bar_of[i] = 0.0;
    }
    for (int32_t i = 0; i < 4; i++) {
        for (int32_t e = sample_A_rowStart[i]; e < sample_A_rowStart[i + 1]; e++) {
            params_k_bar += sample_A_value[e] * ws->y_tape[i][e] * f_x_bar;
        }
    }
    const double y_bar = f_x_bar * params_k;
    for (int32_t i = 0; i < 4; i++) {
        for (int32_t e = sample_A_rowStart[i]; e < sample_A_rowStart[i + 1]; e++) {
            const double y_bar_2 = y_bar * sample_A_value[e] *
                    cos(ws->x_u[0][sample_A_column[e]] - ws->x_u[0][i]);
            ws->u_bar_of[i] -= y_bar_2;
            ws->u_u[0][sample_A_column[e]] += y_bar_2;
        }
        ws->u_u[0][i] += ws->u_bar_of[i];
    }
    out->params.k += params_k_bar;
}
