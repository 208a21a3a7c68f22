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
        sample_spoil_gradient(out);
        out->value = (double)NAN;
        ws->failed_stage = 0.0;
        status = SAMPLE_BAD_ARGUMENT;
    } else {
        if (n_steps > (double)SAMPLE_STEPS) {
            sample_spoil_gradient(out);
            out->value = (double)NAN;
            ws->failed_stage = 0.0;
            status = SAMPLE_STEP_LIMIT;
        } else {
            ws->step_count = (int32_t)n_steps;
            const double h_1_6 = h * 0.16666666666666666;
            const double h_1_2 = h * 0.5;
            const double h_1_3 = h * 0.3333333333333333;

            /* ---- Forward sweep ----------------------------------------------- */
            double value = 0.0;
            double x = in->state0.x;
            const double t0 = in->t0;
            const double params_k = in->params.k;
            const double weight = in->params.weight;
            double failed_stage = 0.0;
            for (int32_t n = 0; (n < ws->step_count) && (status == SAMPLE_OK); n++) {
                const double t_n = t0 + ((double)n * h);
                const double x_2 = x;
                ws->stored_x[n] = x_2;
                /* Stage 1: c = 0. */
                const double f_x = x_2 * x_2;
                const double f_x_2 = params_k * f_x;
                value += h_1_6 * (weight * f_x * t_n);
                /* Stage 2: c = 1/2, a = 1/2. */
                const double x_x = x_2 - (h_1_2 * f_x_2);
                const double t = t_n + h_1_2;
                const double f_x_3 = x_x * x_x;
                const double f_x_4 = params_k * f_x_3;
                value += h_1_3 * (weight * f_x_3 * t);
                /* Stage 3: c = 1/2, a = 0, 1/2. */
                const double x_x_2 = x_2 - (h_1_2 * f_x_4);
                const double f_x_5 = x_x_2 * x_x_2;
                const double f_x_6 = params_k * f_x_5;
                value += h_1_3 * (weight * f_x_5 * t);
                /* Stage 4: c = 1, a = 0, 0, 1. */
                const double x_x_3 = x_2 - (h * f_x_6);
                const double f_x_7 = x_x_3 * x_x_3;
                const double f_x_8 = params_k * f_x_7;
                value += h_1_6 * (weight * f_x_7 * (t_n + h));
                /* New state. */
                const double x_3 = x_2 +
                        (-(h_1_6 * f_x_2) - (h_1_3 * f_x_4) - (h_1_3 * f_x_6) - (h_1_6 * f_x_8));
                if ((x_3 - x_3) != 0.0) {
                    ws->failed_step = (double)n;
                    if ((f_x_8 - f_x_8) != 0.0) {
                        failed_stage = 4.0;
                    }
                    if ((f_x_6 - f_x_6) != 0.0) {
                        failed_stage = 3.0;
                    }
                    if ((f_x_4 - f_x_4) != 0.0) {
                        failed_stage = 2.0;
                    }
                    if ((f_x_2 - f_x_2) != 0.0) {
                        failed_stage = 1.0;
                    }
                    sample_spoil_gradient(out);
                    out->value = (double)NAN;
                    const double failed_stage_2 = failed_stage;
                    ws->failed_stage = failed_stage_2;
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
                value += x_2 * params_k;

                /* ---- Reverse sweep ----------------------------------------------- */
                /* Terminal loss. */
                double params_k_bar = x_2;
                double weight_bar = 0.0;
                double lambda_x = params_k;
                for (int32_t n = ws->step_count - 1; n >= 0; n--) {
                    const double t_n = t0 + ((double)n * h);
                    /* Stages of this step, again. */
                    const double stored_x = ws->stored_x[n];
                    /* Stage 1: c = 0. */
                    const double f_x = stored_x * stored_x;
                    /* Stage 2: c = 1/2, a = 1/2. */
                    const double x_x = stored_x - (h_1_2 * (params_k * f_x));
                    const double t = t_n + h_1_2;
                    const double f_x_2 = x_x * x_x;
                    /* Stage 3: c = 1/2, a = 0, 1/2. */
                    const double x_x_2 = stored_x - (h_1_2 * (params_k * f_x_2));
                    const double f_x_3 = x_x_2 * x_x_2;
                    /* Stage 4: c = 1, a = 0, 0, 1. */
                    const double x_x_3 = stored_x - (h * (params_k * f_x_3));
                    /* Adjoint of evaluation 4. */
                    const double lambda_x_2 = lambda_x;
                    const double w_x = h_1_6 * lambda_x_2;
                    const double t_2 = t_n + h;
                    const double f_x_4 = x_x_3 * x_x_3;
                    const double x_bar = w_x * (x_x_3 * params_k);
                    const double x_bar_2 = -x_bar;
                    params_k_bar -= w_x * f_x_4;
                    const double x_bar_3 = h_1_6 * (weight * t_2) * x_x_3;
                    const double u_x_4 = x_bar_2 - x_bar + (x_bar_3 + x_bar_3);
                    weight_bar += h_1_6 * (f_x_4 * t_2);
                    /* Adjoint of evaluation 3. */
                    const double w_x_2 = h_1_3 * lambda_x_2;
                    const double w_x_3 = w_x_2 + (h * u_x_4);
                    const double x_bar_4 = w_x_3 * (x_x_2 * params_k);
                    params_k_bar -= w_x_3 * f_x_3;
                    const double result_bar = h_1_3 * (weight * t);
                    const double x_bar_5 = result_bar * x_x_2;
                    const double u_x_3 = -x_bar_4 - x_bar_4 + (x_bar_5 + x_bar_5);
                    weight_bar += h_1_3 * (f_x_3 * t);
                    /* Adjoint of evaluation 2. */
                    const double w_x_4 = w_x_2 + (h_1_2 * u_x_3);
                    const double x_bar_6 = w_x_4 * (x_x * params_k);
                    params_k_bar -= w_x_4 * f_x_2;
                    const double x_bar_7 = result_bar * x_x;
                    const double u_x_2 = -x_bar_6 - x_bar_6 + (x_bar_7 + x_bar_7);
                    weight_bar += h_1_3 * (f_x_2 * t);
                    /* Adjoint of evaluation 1. */
                    const double w_x_5 = w_x + (h_1_2 * u_x_2);
                    const double x_bar_8 = w_x_5 * (stored_x * params_k);
                    params_k_bar -= w_x_5 * f_x;
                    const double x_bar_9 = h_1_6 * (weight * t_n) * stored_x;
                    weight_bar += h_1_6 * (f_x * t_n);
                    /* λ of the step's start. */
                    lambda_x = lambda_x_2 + u_x_4 + u_x_3 + u_x_2 +
                            (-x_bar_8 - x_bar_8 + (x_bar_9 + x_bar_9));
                }
                out->value = value;
                ws->failed_stage = 0.0;
                out->params.k = params_k_bar;
                out->params.weight = weight_bar;
                out->state0.x = lambda_x;
            }
        }
    }
    return status;
}
