/* Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss. */
static enum sample_status sample_run_gradient(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    enum sample_status status = SAMPLE_OK;
    for (int32_t i = 0; i < 2; i++) {
        out->state0.u[i] = 0.0;
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
            /* Steps after which the observations are made. */
            ws->observe_at[0] = 0;
            ws->observe_at[3] = (int32_t)n_steps;
            double step_before = 0.0;
            double misplaced = 0.0;
            const double t0 = in->t0;
            for (int32_t k = 0; k < 2; k++) {
                const double q = (in->times[k] - t0) / h;
                const double m = sample_round_(q);
                const double off_step = (n_steps + (fabs(q - m) * 0.015625) - n_steps) * 64.0;
                const double last_step = step_before;
                if ((off_step <= 0.000001) && (m >= last_step) && (m <= n_steps)) {
                    ws->observe_at[k + 1] = (int32_t)m;
                    step_before = m;
                } else {
                    misplaced = 1.0;
                }
            }
            if (misplaced != 0.0) {
                sample_spoil_gradient(out);
                ws->failed_stage = 0.0;
                out->value = (double)NAN;
                status = SAMPLE_BAD_ARGUMENT;
            } else {
                const double h_1_2 = h * 0.5;
                const double h_1_6 = h * 0.16666666666666666;
                const double h_1_3 = h * 0.3333333333333333;

                /* ---- Forward sweep ----------------------------------------------- */
                for (int32_t i = 0; i < 2; i++) {
                    ws->u[i] = in->state0.u[i];
                }
                const double params_k = in->params.k;
                double failed_stage = 0.0;
                for (int32_t segment = 0; (segment < 3) && (status == SAMPLE_OK); segment++) {
                    for (int32_t n = ws->observe_at[segment]; (n < ws->observe_at[segment + 1]) &&
                            (status == SAMPLE_OK); n++) {
                        for (int32_t i = 0; i < 2; i++) {
                            ws->stored_u[n][i] = ws->u[i];
                        }
                        /* Stage 1: c = 0. */
                        for (int32_t i = 0; i < 2; i++) {
                            ws->x_u[0][i] = ws->u[i];
                        }
                        ws->k_u[0][0] = ws->x_u[0][1];
                        ws->k_u[0][1] = -(params_k * ws->x_u[0][0]);
                        /* Stage 2: c = 1/2, a = 1/2. */
                        for (int32_t i = 0; i < 2; i++) {
                            ws->x_u[1][i] = ws->u[i] + (h_1_2 * ws->k_u[0][i]);
                        }
                        ws->k_u[1][0] = ws->x_u[1][1];
                        ws->k_u[1][1] = -(params_k * ws->x_u[1][0]);
                        /* Stage 3: c = 1/2, a = 0, 1/2. */
                        for (int32_t i = 0; i < 2; i++) {
                            ws->x_u[2][i] = ws->u[i] + (h_1_2 * ws->k_u[1][i]);
                        }
                        ws->k_u[2][0] = ws->x_u[2][1];
                        ws->k_u[2][1] = -(params_k * ws->x_u[2][0]);
                        /* Stage 4: c = 1, a = 0, 0, 1. */
                        for (int32_t i = 0; i < 2; i++) {
                            ws->x_u[3][i] = ws->u[i] + (h * ws->k_u[2][i]);
                        }
                        ws->k_u[3][0] = ws->x_u[3][1];
                        ws->k_u[3][1] = -(params_k * ws->x_u[3][0]);
                        /* New state. */
                        for (int32_t i = 0; i < 2; i++) {
                            ws->u[i] = ws->u[i] +
                                    ((h_1_6 * ws->k_u[0][i]) + (h_1_3 * ws->k_u[1][i]) +
                                    (h_1_3 * ws->k_u[2][i]) + (h_1_6 * ws->k_u[3][i]));
                        }
                        double total = 0.0;
                        for (int32_t i = 0; i < 2; i++) {
                            total += ws->u[i];
                        }
                        const double sum = total;
                        if ((sum - sum) != 0.0) {
                            ws->failed_step = (double)n;
                            double total_2 = 0.0;
                            for (int32_t i = 0; i < 2; i++) {
                                total_2 += ws->k_u[3][i];
                            }
                            const double sum_2 = total_2;
                            if ((sum_2 - sum_2) != 0.0) {
                                failed_stage = 4.0;
                            }
                            double total_3 = 0.0;
                            for (int32_t i = 0; i < 2; i++) {
                                total_3 += ws->k_u[2][i];
                            }
                            const double sum_3 = total_3;
                            if ((sum_3 - sum_3) != 0.0) {
                                failed_stage = 3.0;
                            }
                            double total_4 = 0.0;
                            for (int32_t i = 0; i < 2; i++) {
                                total_4 += ws->k_u[1][i];
                            }
                            const double sum_4 = total_4;
                            if ((sum_4 - sum_4) != 0.0) {
                                failed_stage = 2.0;
                            }
                            double total_5 = 0.0;
                            for (int32_t i = 0; i < 2; i++) {
                                total_5 += ws->k_u[0][i];
                            }
                            const double sum_5 = total_5;
                            if ((sum_5 - sum_5) != 0.0) {
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
                }
                if (status == SAMPLE_OK) {
                    /* Terminal loss. */

                    /* ---- Reverse sweep ----------------------------------------------- */
                    for (int32_t i = 0; i < 2; i++) {
                        ws->lambda_u[i] = 0.0;
                    }
                    /* Terminal loss. */
                    ws->lambda_u[0] = 1.0;
                    double params_k_bar = 0.0;
                    const double u = ws->u[0];
                    for (int32_t segment = 2; segment >= 0; segment--) {
                        for (int32_t n = ws->observe_at[segment + 1] - 1; n >=
                                ws->observe_at[segment]; n--) {
                            /* Stages of this step, again. */
                            for (int32_t i = 0; i < 2; i++) {
                                ws->u[i] = ws->stored_u[n][i];
                            }
                            /* Stage 1: c = 0. */
                            for (int32_t i = 0; i < 2; i++) {
                                ws->x_u[0][i] = ws->u[i];
                            }
                            ws->k_u[0][0] = ws->x_u[0][1];
                            ws->k_u[0][1] = -(params_k * ws->x_u[0][0]);
                            /* Stage 2: c = 1/2, a = 1/2. */
                            for (int32_t i = 0; i < 2; i++) {
                                ws->x_u[1][i] = ws->u[i] + (h_1_2 * ws->k_u[0][i]);
                            }
                            ws->k_u[1][0] = ws->x_u[1][1];
                            ws->k_u[1][1] = -(params_k * ws->x_u[1][0]);
                            /* Stage 3: c = 1/2, a = 0, 1/2. */
                            for (int32_t i = 0; i < 2; i++) {
                                ws->x_u[2][i] = ws->u[i] + (h_1_2 * ws->k_u[1][i]);
                            }
                            ws->k_u[2][0] = ws->x_u[2][1];
                            ws->k_u[2][1] = -(params_k * ws->x_u[2][0]);
                            /* Stage 4: c = 1, a = 0, 0, 1. */
                            for (int32_t i = 0; i < 2; i++) {
                                ws->x_u[3][i] = ws->u[i] + (h * ws->k_u[2][i]);
                            }
                            /* Adjoint of evaluation 4. */
                            for (int32_t i = 0; i < 2; i++) {
                                ws->w_u[i] = h_1_6 * ws->lambda_u[i];
                            }
                            for (int32_t i = 0; i < 2; i++) {
                                ws->u_u[3][i] = 0.0;
                            }
                            const double f_u_bar = ws->w_u[1];
                            ws->u_u[3][0] -= f_u_bar * params_k;
                            params_k_bar -= f_u_bar * ws->x_u[3][0];
                            ws->u_u[3][1] += ws->w_u[0];
                            /* Adjoint of evaluation 3. */
                            for (int32_t i = 0; i < 2; i++) {
                                ws->w_u[i] = (h_1_3 * ws->lambda_u[i]) + (h * ws->u_u[3][i]);
                            }
                            for (int32_t i = 0; i < 2; i++) {
                                ws->u_u[2][i] = 0.0;
                            }
                            const double f_u_bar_2 = ws->w_u[1];
                            ws->u_u[2][0] -= f_u_bar_2 * params_k;
                            params_k_bar -= f_u_bar_2 * ws->x_u[2][0];
                            ws->u_u[2][1] += ws->w_u[0];
                            /* Adjoint of evaluation 2. */
                            for (int32_t i = 0; i < 2; i++) {
                                ws->w_u[i] = (h_1_3 * ws->lambda_u[i]) + (h_1_2 * ws->u_u[2][i]);
                            }
                            for (int32_t i = 0; i < 2; i++) {
                                ws->u_u[1][i] = 0.0;
                            }
                            const double f_u_bar_3 = ws->w_u[1];
                            ws->u_u[1][0] -= f_u_bar_3 * params_k;
                            params_k_bar -= f_u_bar_3 * ws->x_u[1][0];
                            ws->u_u[1][1] += ws->w_u[0];
                            /* Adjoint of evaluation 1. */
                            for (int32_t i = 0; i < 2; i++) {
                                ws->w_u[i] = (h_1_6 * ws->lambda_u[i]) + (h_1_2 * ws->u_u[1][i]);
                            }
                            for (int32_t i = 0; i < 2; i++) {
                                ws->u_u[0][i] = 0.0;
                            }
                            const double f_u_bar_4 = ws->w_u[1];
                            ws->u_u[0][0] -= f_u_bar_4 * params_k;
                            params_k_bar -= f_u_bar_4 * ws->x_u[0][0];
                            ws->u_u[0][1] += ws->w_u[0];
                            /* λ of the step's start. */
                            for (int32_t i = 0; i < 2; i++) {
                                ws->lambda_u[i] = ws->lambda_u[i] + ws->u_u[3][i] + ws->u_u[2][i] +
                                        ws->u_u[1][i] + ws->u_u[0][i];
                            }
                        }
                    }
                    for (int32_t i = 0; i < 2; i++) {
                        out->state0.u[i] = ws->lambda_u[i];
                    }
                    ws->failed_stage = 0.0;
                    out->value = u;
                    out->params.k = params_k_bar;
                }
            }
        }
    }
    return status;
}
