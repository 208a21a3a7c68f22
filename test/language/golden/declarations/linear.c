/* Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss. */
static enum sample_status sample_run_gradient(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    enum sample_status status = SAMPLE_OK;
    for (int32_t i = 0; i < 3; i++) {
        out->inputs.push[i] = 0.0;
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
            const double h_1_6 = h * 0.16666666666666666;
            const double h_1_3 = h * 0.3333333333333333;

            /* ---- Forward sweep ----------------------------------------------- */
            double x = in->state0.x;
            const double t0 = in->t0;
            const double position = in->t1 - t0;
            const double params_k = in->params.k;
            double failed_stage = 0.0;
            for (int32_t n = 0; (n < ws->step_count) && (status == SAMPLE_OK); n++) {
                const double t_n = t0 + ((double)n * h);
                const double x_2 = x;
                ws->stored_x[n] = x_2;
                /* Stage 1: c = 0. */
                const double position_2 = (t_n - t0) / position * 2.0;
                ws->push_at = (int32_t)(sample_max_(sample_min_(floor(position_2), 1.0), 0.0));
                const double push_weight = position_2 - (double)ws->push_at;
                const double push = ((1.0 - push_weight) * in->inputs.push[ws->push_at]) +
                        (push_weight * in->inputs.push[ws->push_at + 1]);
                const double f_x = sin(push) - (params_k * x_2 * push);
                /* Stage 2: c = 1/2, a = 1/2. */
                const double position_3 = (t_n + h_1_2 - t0) / position * 2.0;
                const double push_at = sample_max_(sample_min_(floor(position_3), 1.0), 0.0);
                ws->push_at = (int32_t)push_at;
                const double push_weight_2 = position_3 - (double)ws->push_at;
                const double push_2 = ((1.0 - push_weight_2) * in->inputs.push[ws->push_at]) +
                        (push_weight_2 * in->inputs.push[ws->push_at + 1]);
                const double f_x_2 = sin(push_2) - (params_k * (x_2 + (h_1_2 * f_x)) * push_2);
                /* Stage 3: c = 1/2, a = 0, 1/2. */
                ws->push_at = (int32_t)push_at;
                const double push_weight_3 = position_3 - (double)ws->push_at;
                const double push_3 = ((1.0 - push_weight_3) * in->inputs.push[ws->push_at]) +
                        (push_weight_3 * in->inputs.push[ws->push_at + 1]);
                const double f_x_3 = sin(push_3) - (params_k * (x_2 + (h_1_2 * f_x_2)) * push_3);
                /* Stage 4: c = 1, a = 0, 0, 1. */
                const double position_4 = (t_n + h - t0) / position * 2.0;
                ws->push_at = (int32_t)(sample_max_(sample_min_(floor(position_4), 1.0), 0.0));
                const double push_weight_4 = position_4 - (double)ws->push_at;
                const double push_4 = ((1.0 - push_weight_4) * in->inputs.push[ws->push_at]) +
                        (push_weight_4 * in->inputs.push[ws->push_at + 1]);
                const double f_x_4 = sin(push_4) - (params_k * (x_2 + (h * f_x_3)) * push_4);
                /* New state. */
                const double x_3 = x_2 +
                        ((h_1_6 * f_x) + (h_1_3 * f_x_2) + (h_1_3 * f_x_3) + (h_1_6 * f_x_4));
                if ((x_3 - x_3) != 0.0) {
                    ws->failed_step = (double)n;
                    if ((f_x_4 - f_x_4) != 0.0) {
                        failed_stage = 4.0;
                    }
                    if ((f_x_3 - f_x_3) != 0.0) {
                        failed_stage = 3.0;
                    }
                    if ((f_x_2 - f_x_2) != 0.0) {
                        failed_stage = 2.0;
                    }
                    if ((f_x - f_x) != 0.0) {
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
                } else {
                    x = x_3;
                }
            }
            if (status == SAMPLE_OK) {
                /* Observation. */
                const double x_2 = x;
                /* Terminal loss. */
                const double push_at = sample_max_(sample_min_(floor(position / position * 2.0),
                        1.0),
                        0.0);
                ws->push_at = (int32_t)push_at;

                /* ---- Reverse sweep ----------------------------------------------- */
                /* Terminal loss. */
                ws->push_at = (int32_t)push_at;
                double params_k_bar = 0.0;
                double lambda_x = x_2 + x_2;
                for (int32_t n = ws->step_count - 1; n >= 0; n--) {
                    const double t_n = t0 + ((double)n * h);
                    /* Stages of this step, again. */
                    const double stored_x = ws->stored_x[n];
                    /* Stage 1: c = 0. */
                    const double position_2 = (t_n - t0) / position * 2.0;
                    const double push_at_2 = sample_max_(sample_min_(floor(position_2), 1.0), 0.0);
                    ws->push_at = (int32_t)push_at_2;
                    const double push_weight = position_2 - (double)ws->push_at;
                    const double push = ((1.0 - push_weight) * in->inputs.push[ws->push_at]) +
                            (push_weight * in->inputs.push[ws->push_at + 1]);
                    const double f_x = params_k * stored_x;
                    /* Stage 2: c = 1/2, a = 1/2. */
                    const double x_x = stored_x + (h_1_2 * (sin(push) - (f_x * push)));
                    const double position_3 = (t_n + h_1_2 - t0) / position * 2.0;
                    const double push_at_3 = sample_max_(sample_min_(floor(position_3), 1.0), 0.0);
                    ws->push_at = (int32_t)push_at_3;
                    const double push_weight_2 = position_3 - (double)ws->push_at;
                    const double push_2 = ((1.0 - push_weight_2) * in->inputs.push[ws->push_at]) +
                            (push_weight_2 * in->inputs.push[ws->push_at + 1]);
                    const double f_x_2 = params_k * x_x;
                    /* Stage 3: c = 1/2, a = 0, 1/2. */
                    const double x_x_2 = stored_x + (h_1_2 * (sin(push_2) - (f_x_2 * push_2)));
                    ws->push_at = (int32_t)push_at_3;
                    const double push_weight_3 = position_3 - (double)ws->push_at;
                    const double push_3 = ((1.0 - push_weight_3) * in->inputs.push[ws->push_at]) +
                            (push_weight_3 * in->inputs.push[ws->push_at + 1]);
                    const double f_x_3 = params_k * x_x_2;
                    /* Stage 4: c = 1, a = 0, 0, 1. */
                    const double x_x_3 = stored_x + (h * (sin(push_3) - (f_x_3 * push_3)));
                    /* Adjoint of evaluation 4. */
                    const double lambda_x_2 = lambda_x;
                    const double w_x = h_1_6 * lambda_x_2;
                    const double position_4 = (t_n + h - t0) / position * 2.0;
                    ws->push_at = (int32_t)(sample_max_(sample_min_(floor(position_4), 1.0), 0.0));
                    const double push_weight_4 = position_4 - (double)ws->push_at;
                    const double push_4 = 1.0 - push_weight_4;
                    const double push_5 = (push_4 * in->inputs.push[ws->push_at]) +
                            (push_weight_4 * in->inputs.push[ws->push_at + 1]);
                    const double x_bar = w_x * (params_k * push_5);
                    params_k_bar -= w_x * (x_x_3 * push_5);
                    const double push_bar = (w_x * cos(push_5)) - (w_x * (params_k * x_x_3));
                    out->inputs.push[ws->push_at + 1] += push_bar * push_weight_4;
                    out->inputs.push[ws->push_at] += push_bar * push_4;
                    /* Adjoint of evaluation 3. */
                    const double w_x_2 = h_1_3 * lambda_x_2;
                    const double w_x_3 = w_x_2 - (h * x_bar);
                    ws->push_at = (int32_t)push_at_3;
                    const double push_weight_5 = position_3 - (double)ws->push_at;
                    const double push_6 = 1.0 - push_weight_5;
                    const double push_7 = (push_6 * in->inputs.push[ws->push_at]) +
                            (push_weight_5 * in->inputs.push[ws->push_at + 1]);
                    const double x_bar_2 = w_x_3 * (params_k * push_7);
                    params_k_bar -= w_x_3 * (x_x_2 * push_7);
                    const double push_bar_2 = (w_x_3 * cos(push_7)) - (w_x_3 * f_x_3);
                    out->inputs.push[ws->push_at + 1] += push_bar_2 * push_weight_5;
                    out->inputs.push[ws->push_at] += push_bar_2 * push_6;
                    /* Adjoint of evaluation 2. */
                    const double w_x_4 = w_x_2 - (h_1_2 * x_bar_2);
                    ws->push_at = (int32_t)push_at_3;
                    const double push_weight_6 = position_3 - (double)ws->push_at;
                    const double push_8 = 1.0 - push_weight_6;
                    const double push_9 = (push_8 * in->inputs.push[ws->push_at]) +
                            (push_weight_6 * in->inputs.push[ws->push_at + 1]);
                    const double x_bar_3 = w_x_4 * (params_k * push_9);
                    params_k_bar -= w_x_4 * (x_x * push_9);
                    const double push_bar_3 = (w_x_4 * cos(push_9)) - (w_x_4 * f_x_2);
                    out->inputs.push[ws->push_at + 1] += push_bar_3 * push_weight_6;
                    out->inputs.push[ws->push_at] += push_bar_3 * push_8;
                    /* Adjoint of evaluation 1. */
                    const double w_x_5 = w_x - (h_1_2 * x_bar_3);
                    ws->push_at = (int32_t)push_at_2;
                    const double push_weight_7 = position_2 - (double)ws->push_at;
                    const double push_10 = 1.0 - push_weight_7;
                    const double push_11 = (push_10 * in->inputs.push[ws->push_at]) +
                            (push_weight_7 * in->inputs.push[ws->push_at + 1]);
                    params_k_bar -= w_x_5 * (stored_x * push_11);
                    const double push_bar_4 = (w_x_5 * cos(push_11)) - (w_x_5 * f_x);
                    out->inputs.push[ws->push_at + 1] += push_bar_4 * push_weight_7;
                    out->inputs.push[ws->push_at] += push_bar_4 * push_10;
                    /* λ of the step's start. */
                    lambda_x = lambda_x_2 - x_bar - x_bar_2 - x_bar_3 -
                            (w_x_5 * (params_k * push_11));
                }
                ws->failed_stage = 0.0;
                out->value = x_2 * x_2;
                out->params.k = params_k_bar;
                out->state0.x = lambda_x;
            }
        }
    }
    return status;
}
