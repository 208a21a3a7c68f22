/* Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss. */
static enum sample_status sample_run_gradient(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    enum sample_status status = SAMPLE_OK;
    for (int32_t i = 0; i < 2; i++) {
        out->inputs.push[i] = 0.0;
    }
    out->state0.x = 0.0;
    out->state0.v = 0.0;
    out->params.damping = 0.0;
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
    if (!(h_spread < h_size) || (left_over != 0.0)) {
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
            double x = in->state0.x;
            double v = in->state0.v;
            const double params_k = in->params.k;
            const double damping = in->params.damping;
            double failed_stage = 0.0;
            for (int32_t n = 0; (n < ws->step_count) && (status == SAMPLE_OK); n++) {
                const double x_2 = x;
                ws->stored_x[n] = x_2;
                const double v_2 = v;
                ws->stored_v[n] = v_2;
                /* Stage 1: c = 0. */
                const double f_v = -(params_k * x_2);
                const double push = in->inputs.push[((2 * n) / ws->step_count)];
                const double f_v_2 = f_v - (damping * v_2) + push;
                /* Stage 2: c = 1, a = 1. */
                const double x_v = v_2 + (h * f_v_2);
                const double f_v_3 = -(params_k * (x_2 + (h * v_2))) - (damping * x_v) + push;
                /* New state. */
                const double x_3 = x_2 + ((h_1_2 * v_2) + (h_1_2 * x_v));
                const double v_3 = v_2 + ((h_1_2 * f_v_2) + (h_1_2 * f_v_3));
                const double sum = x_3 + v_3;
                if ((sum - sum) != 0.0) {
                    ws->failed_step = (double)n;
                    const double sum_2 = x_v + f_v_3;
                    if ((sum_2 - sum_2) != 0.0) {
                        failed_stage = 2.0;
                    }
                    const double sum_3 = v_2 + f_v_2;
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
                } else {
                    x = x_3;
                    v = v_3;
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
                double lambda_v = 1.0;
                for (int32_t n = ws->step_count - 1; n >= 0; n--) {
                    /* Stages of this step, again. */
                    const double stored_x = ws->stored_x[n];
                    /* Stage 1: c = 0. */
                    /* Stage 2: c = 1, a = 1. */
                    /* Adjoint of evaluation 2. */
                    const double lambda_x_2 = lambda_x;
                    const double w_x = h_1_2 * lambda_x_2;
                    const double lambda_v_2 = lambda_v;
                    const double w_v = h_1_2 * lambda_v_2;
                    int32_t quotient = ((2 * n) / ws->step_count);
                    out->inputs.push[quotient] += w_v;
                    const double x_bar = w_v * params_k;
                    params_k_bar -= w_v * (stored_x + (h * ws->stored_v[n]));
                    const double v_bar = w_x - (w_v * damping);
                    /* Adjoint of evaluation 1. */
                    const double w_v_2 = w_v + (h * v_bar);
                    out->inputs.push[quotient] += w_v_2;
                    params_k_bar -= w_v_2 * stored_x;
                    /* λ of the step's start. */
                    lambda_x = lambda_x_2 - x_bar - (w_v_2 * params_k);
                    lambda_v = lambda_v_2 + v_bar + (w_x - (h * x_bar) - (w_v_2 * damping));
                }
                ws->failed_stage = 0.0;
                out->value = (x_2 * x_2) + v;
                out->params.k = params_k_bar;
            }
        }
    }
    return status;
}
