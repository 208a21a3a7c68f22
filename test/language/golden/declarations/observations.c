/* Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss. */
static enum sample_status sample_run_gradient(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    enum sample_status status = SAMPLE_OK;
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
        sample_spoil_gradient(ws, out);
        ws->failed_stage = 0.0;
        out->value = (double)NAN;
        status = SAMPLE_BAD_ARGUMENT;
    } else {
        if (n_steps > (double)SAMPLE_STEPS) {
            sample_spoil_gradient(ws, out);
            ws->failed_stage = 0.0;
            out->value = (double)NAN;
            status = SAMPLE_STEP_LIMIT;
        } else {
            /* Steps after which the observations are made. */
            ws->observe_at[0] = 0;
            ws->observe_at[4] = (int32_t)n_steps;
            double step_before = 0.0;
            double misplaced = 0.0;
            const double t0 = in->t0;
            for (int32_t k = 0; k < 3; k++) {
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
                sample_spoil_gradient(ws, out);
                ws->failed_stage = 0.0;
                out->value = (double)NAN;
                status = SAMPLE_BAD_ARGUMENT;
            } else {
                const double h_1_2 = h * 0.5;

                /* ---- Forward sweep ----------------------------------------------- */
                double x = in->state0.x;
                double v = in->state0.v;
                double value = 0.0;
                const double params_k = in->params.k;
                double failed_stage = 0.0;
                for (int32_t segment = 0; (segment < 4) && (status == SAMPLE_OK); segment++) {
                    for (int32_t n = ws->observe_at[segment]; (n < ws->observe_at[segment + 1]) &&
                            (status == SAMPLE_OK); n++) {
                        const double x_2 = x;
                        ws->stored_x[n] = x_2;
                        const double v_2 = v;
                        ws->stored_v[n] = v_2;
                        /* Stage 1: c = 0. */
                        const double f_v = params_k * x_2;
                        /* Stage 2: c = 1, a = 1. */
                        const double x_v = v_2 - (h * f_v);
                        const double f_v_2 = params_k * (x_2 + (h * v_2));
                        /* New state. */
                        const double x_3 = x_2 + ((h_1_2 * v_2) + (h_1_2 * x_v));
                        const double v_3 = v_2 + (-(h_1_2 * f_v) - (h_1_2 * f_v_2));
                        const double sum = x_3 + v_3;
                        if ((sum - sum) != 0.0) {
                            ws->failed_step = (double)n;
                            const double sum_2 = x_v - f_v_2;
                            if ((sum_2 - sum_2) != 0.0) {
                                failed_stage = 2.0;
                            }
                            const double sum_3 = v_2 - f_v;
                            if ((sum_3 - sum_3) != 0.0) {
                                failed_stage = 1.0;
                            }
                            sample_spoil_gradient(ws, out);
                            const double failed_stage_2 = failed_stage;
                            ws->failed_stage = failed_stage_2;
                            out->value = (double)NAN;
                            if (failed_stage_2 > 0.0) {
                                status = SAMPLE_NOT_FINITE_FIELD;
                            } else {
                                status = SAMPLE_NOT_FINITE_STATE;
                            }
                        } else {
                            x = x_3;
                            v = v_3;
                        }
                    }
                    if (status == SAMPLE_OK) {
                        if (segment < 3) {
                            /* Observation. */
                            const double x_2 = x;
                            ws->states[segment].x = x_2;
                            const double v_2 = v;
                            ws->states[segment].v = v_2;
                            const double base = x_2 - in->data.seen[segment][0];
                            const double base_2 = v_2 - in->data.seen[segment][1];
                            value += (base * base) + (in->times[segment] * (base_2 * base_2));
                        }
                    }
                }
                if (status == SAMPLE_OK) {

                    /* ---- Reverse sweep ----------------------------------------------- */
                    double lambda_v = 0.0;
                    double lambda_x = 0.0;
                    double params_k_bar = 0.0;
                    for (int32_t segment = 3; segment >= 0; segment--) {
                        if (segment < 3) {
                            /* Observation. */
                            const double base = ws->states[segment].x - in->data.seen[segment][0];
                            const double base_bar = (ws->states[segment].v -
                                    in->data.seen[segment][1]) *
                                    in->times[segment];
                            lambda_v += base_bar + base_bar;
                            lambda_x += base + base;
                        }
                        for (int32_t n = ws->observe_at[segment + 1] - 1; n >=
                                ws->observe_at[segment]; n--) {
                            /* Stages of this step, again. */
                            const double stored_x = ws->stored_x[n];
                            /* Stage 1: c = 0. */
                            /* Stage 2: c = 1, a = 1. */
                            /* Adjoint of evaluation 2. */
                            const double lambda_x_2 = lambda_x;
                            const double w_x = h_1_2 * lambda_x_2;
                            const double lambda_v_2 = lambda_v;
                            const double w_v = h_1_2 * lambda_v_2;
                            const double x_bar = w_v * params_k;
                            params_k_bar -= w_v * (stored_x + (h * ws->stored_v[n]));
                            /* Adjoint of evaluation 1. */
                            const double w_v_2 = w_v + (h * w_x);
                            params_k_bar -= w_v_2 * stored_x;
                            /* λ of the step's start. */
                            lambda_x = lambda_x_2 - x_bar - (w_v_2 * params_k);
                            lambda_v = lambda_v_2 + w_x + (w_x - (h * x_bar));
                        }
                    }
                    ws->failed_stage = 0.0;
                    out->value = value;
                    out->params.k = params_k_bar;
                    out->state0.x = lambda_x;
                    out->state0.v = lambda_v;
                }
            }
        }
    }
    return status;
}
