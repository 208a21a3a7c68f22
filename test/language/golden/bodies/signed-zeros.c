static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, int32_t at_x_u)
{
    const double params_k = in->params.k;
    double angle = 0.0;
    for (int32_t i = 0; i < 3; i++) {
        angle += atan2(-(double)i, -1.0) * in->params.w[i];
        angle += atan2((double)i * (-2.0), -1.0) * in->params.w[-i + 2];
        angle += atan2(trunc(-((double)i / 8.0)), -1.0);
        angle += atan2(sample_min_(-(double)i, 2.0), -params_k) * ws->x_u[at_x_u][-i + 2];
        angle += atan2((double)(int32_t)(-i), -1.0) * params_k;
    }
    for (int32_t i = 0; i < 2; i++) {
        angle += atan2((double)(int32_t)(-2 * i), -params_k);
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
        const double angle_2 = atan2(-(double)i, -1.0);
        ws->angle_tape[i] = angle_2;
        angle += angle_2 * in->params.w[i];
        const double angle_3 = atan2((double)i * (-2.0), -1.0);
        ws->angle_tape_2[i] = angle_3;
        angle += angle_3 * in->params.w[-i + 2];
        angle += atan2(trunc(-((double)i / 8.0)), -1.0);
        const double angle_4 = atan2(sample_min_(-(double)i, 2.0), -params_k);
        ws->angle_tape_3[i] = angle_4;
        angle += angle_4 * ws->x_u[at_x_u][-i + 2];
        const double angle_5 = atan2((double)(int32_t)(-i), -1.0);
        ws->angle_tape_4[i] = angle_5;
        angle += angle_5 * params_k;
    }
    for (int32_t i = 0; i < 2; i++) {
        angle += atan2((double)(int32_t)(-2 * i), -params_k);
    }
    const double total = angle / 30.0;
    double params_k_bar = 0.0;
    double total_bar = 0.0;
    for (int32_t i = 0; i < 3; i++) {
        const double d_u_bar = ws->w_u[i];
        params_k_bar -= d_u_bar * ws->x_u[at_x_u][i];
        total_bar += d_u_bar * cos(total + (double)i);
        ws->u_u[at_x_u][i] -= d_u_bar * params_k;
    }
    const double angle_bar = total_bar * 0.03333333333333333;
    for (int32_t i = 0; i < 2; i++) {
        const double angle_bar_2 = hypot((double)(int32_t)(-2 * i), -params_k);
        const double angle_bar_3 = (double)(int32_t)(-2 * i) / angle_bar_2 / angle_bar_2;
        const double angle_bar_4 = -(angle_bar * angle_bar_3);
        params_k_bar -= ((angle_bar_4 == angle_bar_4) ||
                ((angle_bar != 0.0) && (angle_bar_3 != 0.0))) ?
                angle_bar_4 : 0.0;
    }
    double angle_bar_2 = 0.0;
    for (int32_t i = 0; i < 3; i++) {
        params_k_bar += angle_bar * ws->angle_tape_4[i];
        const double angle_bar_3 = angle_bar * ws->x_u[at_x_u][-i + 2];
        ws->u_u[at_x_u][-i + 2] += angle_bar * ws->angle_tape_3[i];
        const double angle_2 = sample_min_(-(double)i, 2.0);
        const double angle_bar_4 = hypot(angle_2, -params_k);
        const double angle_bar_5 = angle_2 / angle_bar_4 / angle_bar_4;
        const double angle_bar_6 = -(angle_bar_3 * angle_bar_5);
        angle_bar_2 += ((angle_bar_6 == angle_bar_6) ||
                ((angle_bar_3 != 0.0) && (angle_bar_5 != 0.0))) ?
                angle_bar_6 : 0.0;
        out->params.w[-i + 2] += angle_bar * ws->angle_tape_2[i];
        out->params.w[i] += angle_bar * ws->angle_tape[i];
    }
    out->params.k += params_k_bar - angle_bar_2;
}
