/* Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss. */
static enum sample_status sample_run_gradient(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    enum sample_status status = SAMPLE_OK;
    out->params.k = 0.0;
    for (int32_t i = 0; i < 2; i++) {
        out->params.height[i] = 0.0;
    }
    out->state0.x = 0.0;
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
            ws->step_count = (int32_t)n_steps;
            const double h_1_2 = h * 0.5;

            /* ---- Forward sweep ----------------------------------------------- */
            sample_initial_kernel(in, ws);
            const double params_k = in->params.k;
            double failed_stage = 0.0;
            for (int32_t n = 0; (n < ws->step_count) && (status == SAMPLE_OK); n++) {
                const double x = ws->x;
                ws->stored_x[n] = x;
                for (int32_t i = 0; i < 2; i++) {
                    ws->stored_u[n][i] = ws->u[i];
                }
                /* Stage 1: c = 0. */
                for (int32_t i = 0; i < 2; i++) {
                    ws->x_u[0][i] = ws->u[i];
                }
                const double u = ws->x_u[0][0];
                const double f_x = params_k * x * u;
                ws->k_u[0][0] = ws->x_u[0][1];
                ws->k_u[0][1] = -u;
                /* Stage 2: c = 1, a = 1. */
                for (int32_t i = 0; i < 2; i++) {
                    ws->x_u[1][i] = ws->u[i] + (h * ws->k_u[0][i]);
                }
                const double u_2 = ws->x_u[1][0];
                const double f_x_2 = params_k * (x - (h * f_x)) * u_2;
                ws->k_u[1][0] = ws->x_u[1][1];
                ws->k_u[1][1] = -u_2;
                /* New state. */
                const double x_2 = -(h_1_2 * f_x);
                const double x_3 = x + (x_2 - (h_1_2 * f_x_2));
                for (int32_t i = 0; i < 2; i++) {
                    ws->u[i] = ws->u[i] + ((h_1_2 * ws->k_u[0][i]) + (h_1_2 * ws->k_u[1][i]));
                }
                double total = x_3;
                for (int32_t i = 0; i < 2; i++) {
                    total += ws->u[i];
                }
                const double sum = total;
                if ((sum - sum) != 0.0) {
                    ws->failed_step = (double)n;
                    double total_2 = -f_x_2;
                    for (int32_t i = 0; i < 2; i++) {
                        total_2 += ws->k_u[1][i];
                    }
                    const double sum_2 = total_2;
                    if ((sum_2 - sum_2) != 0.0) {
                        failed_stage = 2.0;
                    }
                    double total_3 = -f_x;
                    for (int32_t i = 0; i < 2; i++) {
                        total_3 += ws->k_u[0][i];
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
                } else {
                    ws->x = x_3;
                }
            }
            if (status == SAMPLE_OK) {
                /* Observation. */
                const double x = ws->x;
                /* Terminal loss. */
                const double u = ws->u[0];
                const double u_2 = ws->u[1];

                /* ---- Reverse sweep ----------------------------------------------- */
                for (int32_t i = 0; i < 2; i++) {
                    ws->lambda_u[i] = 0.0;
                }
                /* Terminal loss. */
                ws->lambda_u[1] = u;
                ws->lambda_u[0] = u_2;
                ws->lambda_x = x + x;
                for (int32_t n = ws->step_count - 1; n >= 0; n--) {
                    /* Stages of this step, again. */
                    const double stored_x = ws->stored_x[n];
                    for (int32_t i = 0; i < 2; i++) {
                        ws->u[i] = ws->stored_u[n][i];
                    }
                    /* Stage 1: c = 0. */
                    for (int32_t i = 0; i < 2; i++) {
                        ws->x_u[0][i] = ws->u[i];
                    }
                    const double f_x = params_k * stored_x;
                    const double u_3 = ws->x_u[0][0];
                    ws->k_u[0][0] = ws->x_u[0][1];
                    ws->k_u[0][1] = -u_3;
                    /* Stage 2: c = 1, a = 1. */
                    const double x_x = stored_x - (h * (f_x * u_3));
                    for (int32_t i = 0; i < 2; i++) {
                        ws->x_u[1][i] = ws->u[i] + (h * ws->k_u[0][i]);
                    }
                    /* Adjoint of evaluation 2. */
                    const double lambda_x = ws->lambda_x;
                    const double w_x = h_1_2 * lambda_x;
                    for (int32_t i = 0; i < 2; i++) {
                        ws->w_u[i] = h_1_2 * ws->lambda_u[i];
                    }
                    for (int32_t i = 0; i < 2; i++) {
                        ws->u_u[1][i] = 0.0;
                    }
                    const double u_4 = ws->x_u[1][0];
                    ws->u_u[1][1] += ws->w_u[0];
                    const double x_bar = w_x * (params_k * u_4);
                    const double u_bar = -ws->w_u[1];
                    ws->u_u[1][0] += u_bar - (w_x * (params_k * x_x));
                    out->params.k -= w_x * (x_x * u_4);
                    /* Adjoint of evaluation 1. */
                    const double w_x_2 = w_x - (h * x_bar);
                    for (int32_t i = 0; i < 2; i++) {
                        ws->w_u[i] = (h_1_2 * ws->lambda_u[i]) + (h * ws->u_u[1][i]);
                    }
                    for (int32_t i = 0; i < 2; i++) {
                        ws->u_u[0][i] = 0.0;
                    }
                    const double u_5 = ws->x_u[0][0];
                    ws->u_u[0][1] += ws->w_u[0];
                    ws->u_u[0][0] += -ws->w_u[1] - (w_x_2 * f_x);
                    out->params.k -= w_x_2 * (stored_x * u_5);
                    /* λ of the step's start. */
                    for (int32_t i = 0; i < 2; i++) {
                        ws->lambda_u[i] = ws->lambda_u[i] + ws->u_u[1][i] + ws->u_u[0][i];
                    }
                    ws->lambda_x = lambda_x - x_bar - (w_x_2 * (params_k * u_5));
                }
                /* Initial state. */
                const double result = (x * x) + (u * u_2);
                sample_initial_vjp_kernel(in, ws, out);
                ws->failed_stage = 0.0;
                out->value = result;
            }
        }
    }
    return status;
}
