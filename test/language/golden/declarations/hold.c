/* Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss. */
static enum sample_status sample_run_gradient(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    enum sample_status status = SAMPLE_OK;
    for (int32_t i = 0; i < 2; i++) {
        out->inputs.push[i] = 0.0;
    }
    for (int32_t i = 0; i < 4; i++) {
        for (int32_t j = 0; j < 2; j++) {
            out->inputs.layer.w[i][j] = 0.0;
        }
    }
    for (int32_t i = 0; i < 4; i++) {
        out->inputs.layer.b[i] = 0.0;
    }
    const double n_steps = (double)in->steps;
    double length = 0.0;
    if (n_steps >= 1.0) {
        length = (in->t1 - in->t0) / n_steps;
    }
    const double h = length;
    const double h_spread = h - h;
    const double h_size = fabs(h);
    const double left_over = fmod(n_steps, 2.0);
    ws->failed_step = 0.0;
    if (!(h_spread < h_size) || (left_over != 0.0) || (fmod(n_steps, 4.0) != 0.0)) {
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
            const double h_1_2 = h * 0.5;

            /* ---- Forward sweep ----------------------------------------------- */
            double value = 0.0;
            double x = in->state0.x;
            const double params_k = in->params.k;
            double failed_stage = 0.0;
            for (int32_t n = 0; (n < ws->step_count) && (status == SAMPLE_OK); n++) {
                const double x_2 = x;
                ws->stored_x[n] = x_2;
                /* Stage 1: c = 0. */
                const double push = in->inputs.push[((2 * n) / ws->step_count)];
                int32_t quotient = ((4 * n) / ws->step_count);
                const double w = in->inputs.layer.w[quotient][0];
                const double w_2 = in->inputs.layer.w[quotient][1];
                const double b = in->inputs.layer.b[quotient];
                const double f_x = push - (params_k * x_2) + tanh((w * x_2) + w_2 + b);
                const double value_2 = h_1_2 * (push * push);
                value += value_2;
                /* Stage 2: c = 1, a = 1. */
                const double x_x = x_2 + (h * f_x);
                const double f_x_2 = push - (params_k * x_x) + tanh((w * x_x) + w_2 + b);
                value += value_2;
                /* New state. */
                const double x_3 = x_2 + ((h_1_2 * f_x) + (h_1_2 * f_x_2));
                if ((x_3 - x_3) != 0.0) {
                    ws->failed_step = (double)n;
                    if ((f_x_2 - f_x_2) != 0.0) {
                        failed_stage = 2.0;
                    }
                    if ((f_x - f_x) != 0.0) {
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
                value += x_2 * x_2;

                /* ---- Reverse sweep ----------------------------------------------- */
                /* Terminal loss. */
                double params_k_bar = 0.0;
                double lambda_x = x_2 + x_2;
                for (int32_t n = ws->step_count - 1; n >= 0; n--) {
                    /* Stages of this step, again. */
                    const double stored_x = ws->stored_x[n];
                    /* Stage 1: c = 0. */
                    int32_t quotient = ((2 * n) / ws->step_count);
                    const double push = in->inputs.push[quotient];
                    int32_t quotient_2 = ((4 * n) / ws->step_count);
                    const double w = in->inputs.layer.w[quotient_2][0];
                    const double w_2 = in->inputs.layer.w[quotient_2][1];
                    const double b = in->inputs.layer.b[quotient_2];
                    const double f_x = tanh((w * stored_x) + w_2 + b);
                    /* Stage 2: c = 1, a = 1. */
                    const double x_x = stored_x + (h * (push - (params_k * stored_x) + f_x));
                    /* Adjoint of evaluation 2. */
                    const double lambda_x_2 = lambda_x;
                    const double w_x = h_1_2 * lambda_x_2;
                    const double f_x_2 = tanh((w * x_x) + w_2 + b);
                    const double f_x_bar = w_x * (1.0 - (f_x_2 * f_x_2));
                    out->inputs.layer.b[quotient_2] += f_x_bar;
                    out->inputs.layer.w[quotient_2][1] += f_x_bar;
                    out->inputs.layer.w[quotient_2][0] += f_x_bar * x_x;
                    const double x_bar = (f_x_bar * w) - (w_x * params_k);
                    params_k_bar -= w_x * x_x;
                    out->inputs.push[quotient] += w_x;
                    const double push_bar = h_1_2 * push;
                    const double push_bar_2 = push_bar + push_bar;
                    out->inputs.push[quotient] += push_bar_2;
                    /* Adjoint of evaluation 1. */
                    const double w_x_2 = w_x + (h * x_bar);
                    const double f_x_bar_2 = w_x_2 * (1.0 - (f_x * f_x));
                    out->inputs.layer.b[quotient_2] += f_x_bar_2;
                    out->inputs.layer.w[quotient_2][1] += f_x_bar_2;
                    out->inputs.layer.w[quotient_2][0] += f_x_bar_2 * stored_x;
                    params_k_bar -= w_x_2 * stored_x;
                    out->inputs.push[quotient] += w_x_2;
                    out->inputs.push[quotient] += push_bar_2;
                    /* λ of the step's start. */
                    lambda_x = lambda_x_2 + x_bar + ((f_x_bar_2 * w) - (w_x_2 * params_k));
                }
                out->value = value;
                ws->failed_stage = 0.0;
                out->params.k = params_k_bar;
                out->state0.x = lambda_x;
            }
        }
    }
    return status;
}
