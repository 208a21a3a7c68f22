static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, int32_t at_x_u)
{
    const double params_k = in->params.k;
    double angle = 0.0;
    for (int32_t i = 0; i < 3; i++) {
        angle += ws->angle_prepared[i] * in->params.w[i];
        angle += ws->angle_prepared_2[i] * in->params.w[-i + 2];
        angle += ws->angle_prepared_3[i];
        angle += ws->angle_prepared_4[i] * ws->x_u[at_x_u][-i + 2];
        angle += ws->angle_prepared_5[i] * params_k;
    }
    for (int32_t i = 0; i < 2; i++) {
        angle += ws->angle_prepared_6[i];
    }
    const double total = angle / 30.0;
    for (int32_t i = 0; i < 3; i++) {
        const double each = ws->x_u[at_x_u][i];
        ws->k_u[at_x_u][i] = sin(total + (double)i) - (params_k * each);
    }
}

/* Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
static void sample_rhs_vjp_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out, int32_t at_x_u)
{
    const double params_k = in->params.k;
    double angle = 0.0;
    for (int32_t i = 0; i < 3; i++) {
        const double angle_2 = ws->angle_prepared[i];
        ws->angle_tape[i] = angle_2;
        angle += angle_2 * in->params.w[i];
        const double angle_3 = ws->angle_prepared_2[i];
        ws->angle_tape_2[i] = angle_3;
        angle += angle_3 * in->params.w[-i + 2];
        angle += ws->angle_prepared_3[i];
        const double angle_4 = ws->angle_prepared_4[i];
        ws->angle_tape_3[i] = angle_4;
        angle += angle_4 * ws->x_u[at_x_u][-i + 2];
        const double angle_5 = ws->angle_prepared_5[i];
        ws->angle_tape_4[i] = angle_5;
        angle += angle_5 * params_k;
    }
    for (int32_t i = 0; i < 2; i++) {
        angle += ws->angle_prepared_6[i];
    }
    const double total = angle / 30.0;
    double params_k_bar = 0.0;
    double total_bar = 0.0;
    for (int32_t i = 0; i < 3; i++) {
        const double d_u_bar = ws->w_u[i];
        params_k_bar -= d_u_bar * ws->x_u[at_x_u][i];
        const double each_bar = d_u_bar * params_k;
        total_bar += d_u_bar * cos(total + (double)i);
        ws->u_u[at_x_u][i] -= each_bar;
    }
    const double angle_bar = total_bar * 0.03333333333333333;
    for (int32_t i = 0; i < 2; i++) {
        const double angle_bar_2 = ws->angle_bar_prepared[i];
        params_k_bar -= sample_gate_(angle_bar,
                -((double)(int32_t)(-2 * i) / angle_bar_2 / angle_bar_2));
    }
    double angle_bar_2 = 0.0;
    for (int32_t i = 0; i < 3; i++) {
        params_k_bar += angle_bar * ws->angle_tape_4[i];
        ws->u_u[at_x_u][-i + 2] += angle_bar * ws->angle_tape_3[i];
        const double angle_bar_3 = ws->angle_bar_prepared_2[i];
        angle_bar_2 += sample_gate_(angle_bar * ws->x_u[at_x_u][-i + 2],
                -(sample_min_(-(double)i, 2.0) / angle_bar_3 / angle_bar_3));
        out->params.w[-i + 2] += angle_bar * ws->angle_tape_2[i];
        out->params.w[i] += angle_bar * ws->angle_tape[i];
    }
    out->params.k += params_k_bar - angle_bar_2;
}
