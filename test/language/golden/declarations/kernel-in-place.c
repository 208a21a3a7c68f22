/* Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss. */
static enum sample_status sample_run_gradient(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    enum sample_status status = SAMPLE_OK;
    for (int32_t i = 0; i < 2; i++) {
        out->state0.y[i] = 0.0;
    }
    const double n_steps = (double)in->steps;
    double length = 0.0;
    if (n_steps >= 1.0) {
        length = (in->t1 - in->t0) / n_steps;
    }
    const double h = length;
    const double h_spread = h - h;
    const double h_size = fabs(h);
    ws->failed_step = 0.0;
    if (!(h_spread < h_size)) {
        sample_spoil_gradient(out);
        ws->failed_stage = 0.0;
        out->value = (double)NAN;
        status = SAMPLE_BAD_ARGUMENT;
    } else {
        if (n_steps > (double)SAMPLE_STEPS) {
            sample_spoil_gradient(out);
            ws->failed_stage = 0.0;
            out->value = (double)NAN;
            status = SAMPLE_STEP_LIMIT;
        } else {
            ws->step_count = (int32_t)n_steps;
            const double h_1_2 = h * 0.5;

            /* ---- Forward sweep ----------------------------------------------- */
            for (int32_t i = 0; i < 2; i++) {
                ws->y[i] = in->state0.y[i];
            }
            const double t0 = in->t0;
            double failed_stage = 0.0;
            for (int32_t n = 0; (n < ws->step_count) && (status == SAMPLE_OK); n++) {
                const double t_n = t0 + ((double)n * h);
                for (int32_t i = 0; i < 2; i++) {
                    ws->stored_y[n][i] = ws->y[i];
                }
                /* Stage 1: c = 0. */
                for (int32_t i = 0; i < 2; i++) {
                    ws->x_y[0][i] = ws->y[i];
                }
                sample_rhs_kernel(in, ws, t_n, 0);
                /* Stage 2: c = 1, a = 1. */
                for (int32_t i = 0; i < 2; i++) {
                    ws->x_y[1][i] = ws->y[i] + (h * ws->k_y[0][i]);
                }
                sample_rhs_kernel(in, ws, t_n + h, 1);
                /* New state. */
                for (int32_t i = 0; i < 2; i++) {
                    ws->y[i] = ws->y[i] + ((h_1_2 * ws->k_y[0][i]) + (h_1_2 * ws->k_y[1][i]));
                }
                double total = 0.0;
                for (int32_t i = 0; i < 2; i++) {
                    total += ws->y[i];
                }
                const double sum = total;
                if ((sum - sum) != 0.0) {
                    ws->failed_step = (double)n;
                    double total_2 = 0.0;
                    for (int32_t i = 0; i < 2; i++) {
                        total_2 += ws->k_y[1][i];
                    }
                    const double sum_2 = total_2;
                    if ((sum_2 - sum_2) != 0.0) {
                        failed_stage = 2.0;
                    }
                    double total_3 = 0.0;
                    for (int32_t i = 0; i < 2; i++) {
                        total_3 += ws->k_y[0][i];
                    }
                    const double sum_3 = total_3;
                    if ((sum_3 - sum_3) != 0.0) {
                        failed_stage = 1.0;
                    }
                    sample_spoil_gradient(out);
                    const double failed_stage_2 = failed_stage;
                    ws->failed_stage = failed_stage_2;
                    out->value = (double)NAN;
                    if (failed_stage_2 > 0.0) {
                        status = SAMPLE_NOT_FINITE_FIELD;
                    } else {
                        status = SAMPLE_NOT_FINITE_STATE;
                    }
                }
            }
            if (status == SAMPLE_OK) {
                /* Observation. */
                /* Terminal loss. */
                const double base = ws->y[0];
                const double params_k = in->params.k;
                const double result = base * base;

                /* ---- Reverse sweep ----------------------------------------------- */
                for (int32_t i = 0; i < 2; i++) {
                    ws->lambda_y[i] = 0.0;
                }
                /* Terminal loss. */
                const double base_bar = base * params_k;
                ws->lambda_y[0] = base_bar + base_bar;
                double c_bar = 0.0;
                double params_k_bar = result;
                const double result_2 = params_k * result;
                for (int32_t n = ws->step_count - 1; n >= 0; n--) {
                    /* Stages of this step, again. */
                    for (int32_t i = 0; i < 2; i++) {
                        ws->y[i] = ws->stored_y[n][i];
                    }
                    /* Stage 1: c = 0. */
                    for (int32_t i = 0; i < 2; i++) {
                        ws->x_y[0][i] = ws->y[i];
                    }
                    sample_rhs_kernel(in, ws, t0 + ((double)n * h), 0);
                    /* Stage 2: c = 1, a = 1. */
                    for (int32_t i = 0; i < 2; i++) {
                        ws->x_y[1][i] = ws->y[i] + (h * ws->k_y[0][i]);
                    }
                    /* Adjoint of evaluation 2. */
                    for (int32_t i = 0; i < 2; i++) {
                        ws->w_y[i] = h_1_2 * ws->lambda_y[i];
                    }
                    for (int32_t i = 0; i < 2; i++) {
                        ws->u_y[1][i] = 0.0;
                    }
                    const double params_k_2 = in->params.k;
                    const double c = in->params.c;
                    const double f_y_bar = ws->w_y[1];
                    c_bar -= f_y_bar * ws->x_y[1][1];
                    ws->u_y[1][0] -= f_y_bar * params_k_2;
                    params_k_bar -= f_y_bar * ws->x_y[1][0];
                    ws->u_y[1][1] += ws->w_y[0] - (f_y_bar * c);
                    /* Adjoint of evaluation 1. */
                    for (int32_t i = 0; i < 2; i++) {
                        ws->w_y[i] = (h_1_2 * ws->lambda_y[i]) + (h * ws->u_y[1][i]);
                    }
                    for (int32_t i = 0; i < 2; i++) {
                        ws->u_y[0][i] = 0.0;
                    }
                    const double f_y_bar_2 = ws->w_y[1];
                    c_bar -= f_y_bar_2 * ws->x_y[0][1];
                    ws->u_y[0][0] -= f_y_bar_2 * params_k_2;
                    params_k_bar -= f_y_bar_2 * ws->x_y[0][0];
                    ws->u_y[0][1] += ws->w_y[0] - (f_y_bar_2 * c);
                    /* λ of the step's start. */
                    for (int32_t i = 0; i < 2; i++) {
                        ws->lambda_y[i] = ws->lambda_y[i] + ws->u_y[1][i] + ws->u_y[0][i];
                    }
                }
                for (int32_t i = 0; i < 2; i++) {
                    out->state0.y[i] = ws->lambda_y[i];
                }
                ws->failed_stage = 0.0;
                out->value = result_2;
                out->params.k = params_k_bar;
                out->params.c = c_bar;
            }
        }
    }
    return status;
}
