static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    for (int32_t i = 0; i < 3; i++) {
        ws->v[i] = 0.5;
    }
    const double x = ws->x_x_1;
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 3; j++) {
            ws->M[i][j] = (double)i + ((double)j * x);
        }
    }
    const double initial = in->params.k;
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 2; j++) {
            for (int32_t k = 0; k < 2; k++) {
                ws->T[i][j][k] = initial;
            }
        }
    }
    for (int32_t i = 0; i < 3; i++) {
        ws->copy[i] = ws->v[i];
    }
    ws->L_0[0] = x;
    ws->L_0[1] = 1.0;
    ws->L_1[0] = ws->x_u[0][0];
    ws->L_1[1] = initial;
    for (int32_t i = 0; i < 2; i++) {
        ws->L[0][i] = ws->L_0[i];
    }
    for (int32_t i = 0; i < 2; i++) {
        ws->L[1][i] = ws->L_1[i];
    }
    ws->k_x_1 = (x * ws->M[1][2]) + (ws->T[1][0][1] * x * (ws->L[1][0] * ws->L[0][1])) +
            ws->copy[1] - x;
    for (int32_t i = 0; i < 4; i++) {
        const double each = ws->x_u[0][i];
        ws->k_u[0][i] = (0.1 * in->params.a[i] * initial * x) - each;
    }
}

/* Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
static void sample_rhs_vjp_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    const double x = ws->x_x_1;
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 3; j++) {
            ws->M_2[i][j] = (double)i + ((double)j * x);
        }
    }
    const double initial = in->params.k;
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 2; j++) {
            for (int32_t k = 0; k < 2; k++) {
                ws->T_2[i][j][k] = initial;
            }
        }
    }
    ws->L_0_2[0] = x;
    ws->L_0_2[1] = 1.0;
    ws->L_1_2[0] = ws->x_u[0][0];
    ws->L_1_2[1] = initial;
    for (int32_t i = 0; i < 2; i++) {
        ws->L_2[0][i] = ws->L_0_2[i];
    }
    for (int32_t i = 0; i < 2; i++) {
        ws->L_2[1][i] = ws->L_1_2[i];
    }
    const double T = ws->T_2[1][0][1];
    const double T_2 = T * x;
    const double L = ws->L_2[1][0];
    const double L_2 = ws->L_2[0][1];
    const double f = L * L_2;
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 3; j++) {
            ws->M_bar[i][j] = 0.0;
        }
    }
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 2; j++) {
            for (int32_t k = 0; k < 2; k++) {
                ws->T_bar[i][j][k] = 0.0;
            }
        }
    }
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 2; j++) {
            ws->L_bar[i][j] = 0.0;
        }
    }
    double x_bar = 0.0;
    double initial_bar = 0.0;
    for (int32_t i = 0; i < 4; i++) {
        const double d_u_bar = ws->w_u[i];
        const double d_u_bar_2 = d_u_bar * x;
        const double d_u = 0.1 * in->params.a[i];
        x_bar += d_u_bar * (d_u * initial);
        initial_bar += d_u_bar_2 * d_u;
        out->params.a[i] += d_u_bar_2 * initial * 0.1;
        ws->u_u[0][i] -= d_u_bar;
    }
    const double f_x_bar = ws->w_x;
    ws->M_bar[1][2] = f_x_bar * x;
    ws->L_bar[0][1] = f_x_bar * (L * T_2);
    ws->L_bar[1][0] = f_x_bar * (L_2 * T_2);
    ws->T_bar[1][0][1] = f_x_bar * (x * f);
    for (int32_t i = 0; i < 2; i++) {
        ws->L_1_bar[i] = ws->L_bar[1][i];
    }
    for (int32_t i = 0; i < 2; i++) {
        ws->L_0_bar[i] = ws->L_bar[0][i];
    }
    ws->u_u[0][0] += ws->L_1_bar[0];
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 2; j++) {
            for (int32_t k = 0; k < 2; k++) {
                initial_bar += ws->T_bar[i][j][k];
            }
        }
    }
    out->params.k += initial_bar + ws->L_1_bar[1];
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 3; j++) {
            x_bar += ws->M_bar[i][j] * (double)j;
        }
    }
    ws->u_x_1 += x_bar - f_x_bar + (f_x_bar * (T * f)) + (f_x_bar * ws->M_2[1][2]) + ws->L_0_bar[0];
}
