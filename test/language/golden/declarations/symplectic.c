/* Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss. */
static enum sample_status sample_run_gradient(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    enum sample_status status = SAMPLE_OK;
    for (int32_t i = 0; i < 2; i++) {
        out->state0.u[i] = 0.0;
    }
    out->params.k = 0.0;
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
                ws->u[i] = in->state0.u[i];
            }
            double failed_stage = 0.0;
            for (int32_t n = 0; (n < ws->step_count) && (status == SAMPLE_OK); n++) {
                for (int32_t i = 0; i < 2; i++) {
                    ws->stored_u[n][i] = ws->u[i];
                }
                /* Stage 1: c = 0. */
                for (int32_t i = 0; i < 2; i++) {
                    ws->x_u[0][i] = ws->u[i];
                }
                sample_rhs_kernel(in, ws, 0);
                /* Stage 2: c = 1, a = 1. */
                for (int32_t i = 0; i < 2; i++) {
                    ws->x_u[1][i] = ws->u[i] + (h * ws->k_u[0][i]);
                }
                sample_rhs_kernel(in, ws, 1);
                /* New state. */
                for (int32_t i = 0; i < 2; i++) {
                    ws->u[i] = ws->u[i] + ((h_1_2 * ws->k_u[0][i]) + (h_1_2 * ws->k_u[1][i]));
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
                        total_2 += ws->k_u[1][i];
                    }
                    const double sum_2 = total_2;
                    if ((sum_2 - sum_2) != 0.0) {
                        failed_stage = 2.0;
                    }
                    double total_3 = 0.0;
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
                }
            }
            if (status == SAMPLE_OK) {
                /* Observation. */
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
                const double result = u * u_2;
                for (int32_t n = ws->step_count - 1; n >= 0; n--) {
                    /* Stages of this step, again. */
                    for (int32_t i = 0; i < 2; i++) {
                        ws->u[i] = ws->stored_u[n][i];
                    }
                    /* Stage 1: c = 0. */
                    for (int32_t i = 0; i < 2; i++) {
                        ws->x_u[0][i] = ws->u[i];
                    }
                    sample_rhs_kernel(in, ws, 0);
                    /* Stage 2: c = 1, a = 1. */
                    for (int32_t i = 0; i < 2; i++) {
                        ws->x_u[1][i] = ws->u[i] + (h * ws->k_u[0][i]);
                    }
                    /* Adjoint of evaluation 2. */
                    for (int32_t i = 0; i < 2; i++) {
                        ws->w_u[i] = h_1_2 * ws->lambda_u[i];
                    }
                    for (int32_t i = 0; i < 2; i++) {
                        ws->u_u[1][i] = 0.0;
                    }
                    sample_rhs_vjp_kernel(in, ws, out, 1);
                    /* Adjoint of evaluation 1. */
                    for (int32_t i = 0; i < 2; i++) {
                        ws->w_u[i] = (h_1_2 * ws->lambda_u[i]) + (h * ws->u_u[1][i]);
                    }
                    for (int32_t i = 0; i < 2; i++) {
                        ws->u_u[0][i] = 0.0;
                    }
                    sample_rhs_vjp_kernel(in, ws, out, 0);
                    /* λ of the step's start. */
                    for (int32_t i = 0; i < 2; i++) {
                        ws->lambda_u[i] = ws->lambda_u[i] + ws->u_u[1][i] + ws->u_u[0][i];
                    }
                }
                for (int32_t i = 0; i < 2; i++) {
                    out->state0.u[i] = ws->lambda_u[i];
                }
                ws->failed_stage = 0.0;
                out->value = result;
            }
        }
    }
    return status;
}
