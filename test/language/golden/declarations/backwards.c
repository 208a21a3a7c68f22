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
            const double params_k = in->params.k;
            double failed_stage = 0.0;
            for (int32_t n = 0; (n < ws->step_count) && (status == SAMPLE_OK); n++) {
                const double t_n = t0 + ((double)n * h);
                const double x_2 = x;
                ws->stored_x[n] = x_2;
                /* Stage 1: c = 0. */
                const double f_x = params_k * x_2 * t_n;
                /* Stage 2: c = 1/2, a = 1/2. */
                const double t = t_n + h_1_2;
                const double f_x_2 = params_k * (x_2 - (h_1_2 * f_x)) * t;
                /* Stage 3: c = 1/2, a = 0, 1/2. */
                const double f_x_3 = params_k * (x_2 - (h_1_2 * f_x_2)) * t;
                /* Stage 4: c = 1, a = 0, 0, 1. */
                const double f_x_4 = params_k * (x_2 - (h * f_x_3)) * (t_n + h);
                /* New state. */
                const double x_3 = x_2 +
                        (-(h_1_6 * f_x) - (h_1_3 * f_x_2) - (h_1_3 * f_x_3) - (h_1_6 * f_x_4));
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

                /* ---- Reverse sweep ----------------------------------------------- */
                /* Terminal loss. */
                double params_k_bar = 0.0;
                double lambda_x = x_2 + x_2;
                for (int32_t n = ws->step_count - 1; n >= 0; n--) {
                    const double t_n = t0 + ((double)n * h);
                    /* Stages of this step, again. */
                    const double stored_x = ws->stored_x[n];
                    /* Stage 1: c = 0. */
                    /* Stage 2: c = 1/2, a = 1/2. */
                    const double x_x = stored_x - (h_1_2 * (params_k * stored_x * t_n));
                    const double t = t_n + h_1_2;
                    /* Stage 3: c = 1/2, a = 0, 1/2. */
                    const double x_x_2 = stored_x - (h_1_2 * (params_k * x_x * t));
                    /* Stage 4: c = 1, a = 0, 0, 1. */
                    /* Adjoint of evaluation 4. */
                    const double lambda_x_2 = lambda_x;
                    const double w_x = h_1_6 * lambda_x_2;
                    const double t_2 = t_n + h;
                    const double x_bar = w_x * (params_k * t_2);
                    params_k_bar -= w_x * ((stored_x - (h * (params_k * x_x_2 * t))) * t_2);
                    /* Adjoint of evaluation 3. */
                    const double w_x_2 = h_1_3 * lambda_x_2;
                    const double w_x_3 = w_x_2 - (h * x_bar);
                    const double x_bar_2 = params_k * t;
                    const double x_bar_3 = w_x_3 * x_bar_2;
                    params_k_bar -= w_x_3 * (x_x_2 * t);
                    /* Adjoint of evaluation 2. */
                    const double w_x_4 = w_x_2 - (h_1_2 * x_bar_3);
                    const double x_bar_4 = w_x_4 * x_bar_2;
                    params_k_bar -= w_x_4 * (x_x * t);
                    /* Adjoint of evaluation 1. */
                    const double w_x_5 = w_x - (h_1_2 * x_bar_4);
                    params_k_bar -= w_x_5 * (stored_x * t_n);
                    /* λ of the step's start. */
                    lambda_x = lambda_x_2 - x_bar - x_bar_3 - x_bar_4 - (w_x_5 * (params_k * t_n));
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
