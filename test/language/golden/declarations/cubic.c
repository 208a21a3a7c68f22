/* Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss. */
static enum sample_status sample_run_gradient(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    enum sample_status status = SAMPLE_OK;
    out->params.k = 0.0;
    for (int32_t i = 0; i < 4; i++) {
        for (int32_t j = 0; j < 2; j++) {
            out->inputs.push[i][j] = 0.0;
        }
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
            sample_spline_push_kernel(in, ws);
            for (int32_t i = 0; i < 4; i++) {
                for (int32_t j = 0; j < 2; j++) {
                    ws->push_curve_bar[i][j] = 0.0;
                }
            }

            /* ---- Forward sweep ----------------------------------------------- */
            ws->x = in->state0.x;
            const double t0 = in->t0;
            const double position = in->t1 - t0;
            double failed_stage = 0.0;
            for (int32_t n = 0; (n < ws->step_count) && (status == SAMPLE_OK); n++) {
                const double t_n = t0 + ((double)n * h);
                const double x = ws->x;
                ws->stored_x[n] = x;
                /* Stage 1: c = 0. */
                ws->x_x[0] = x;
                const double position_2 = (t_n - t0) / position * 3.0;
                ws->push_at = (int32_t)(sample_max_(sample_min_(floor(position_2), 2.0), 0.0));
                const double push_weight = position_2 - (double)ws->push_at;
                sample_rhs_of_knots_kernel(in, ws, 0, push_weight, ws->push_at, ws->push_at + 1);
                /* Stage 2: c = 1/2, a = 1/2. */
                ws->x_x[1] = x + (h_1_2 * ws->k_x[0]);
                const double position_3 = (t_n + h_1_2 - t0) / position * 3.0;
                const double push_at = sample_max_(sample_min_(floor(position_3), 2.0), 0.0);
                ws->push_at = (int32_t)push_at;
                sample_rhs_of_knots_kernel(in, ws, 1, position_3 - (double)ws->push_at, ws->push_at,
                        ws->push_at + 1);
                /* Stage 3: c = 1/2, a = 0, 1/2. */
                ws->x_x[2] = x + (h_1_2 * ws->k_x[1]);
                ws->push_at = (int32_t)push_at;
                sample_rhs_of_knots_kernel(in, ws, 2, position_3 - (double)ws->push_at, ws->push_at,
                        ws->push_at + 1);
                /* Stage 4: c = 1, a = 0, 0, 1. */
                ws->x_x[3] = x + (h * ws->k_x[2]);
                const double position_4 = (t_n + h - t0) / position * 3.0;
                ws->push_at = (int32_t)(sample_max_(sample_min_(floor(position_4), 2.0), 0.0));
                sample_rhs_of_knots_kernel(in, ws, 3, position_4 - (double)ws->push_at, ws->push_at,
                        ws->push_at + 1);
                /* New state. */
                const double k_x = ws->k_x[0];
                const double k_x_2 = ws->k_x[1];
                const double k_x_3 = ws->k_x[2];
                const double k_x_4 = ws->k_x[3];
                const double x_2 = x +
                        ((h_1_6 * k_x) + (h_1_3 * k_x_2) + (h_1_3 * k_x_3) + (h_1_6 * k_x_4));
                if ((x_2 - x_2) != 0.0) {
                    ws->failed_step = (double)n;
                    if ((k_x_4 - k_x_4) != 0.0) {
                        failed_stage = 4.0;
                    }
                    if ((k_x_3 - k_x_3) != 0.0) {
                        failed_stage = 3.0;
                    }
                    if ((k_x_2 - k_x_2) != 0.0) {
                        failed_stage = 2.0;
                    }
                    if ((k_x - k_x) != 0.0) {
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
                    ws->x = x_2;
                }
            }
            if (status == SAMPLE_OK) {
                /* Observation. */
                /* Terminal loss. */
                const double position_2 = position / position * 3.0;
                const double push_at = sample_max_(sample_min_(floor(position_2), 2.0), 0.0);
                ws->push_at = (int32_t)push_at;
                sample_terminal_of_knots_kernel(in, ws, position_2 - (double)ws->push_at,
                        ws->push_at, ws->push_at + 1);

                /* ---- Reverse sweep ----------------------------------------------- */
                /* Terminal loss. */
                ws->push_at = (int32_t)push_at;
                ws->seed = 1.0;
                ws->lambda_x = 0.0;
                const double terminal_loss = ws->terminal_loss;
                sample_terminal_of_knots_vjp_ke(in, ws, position_2 - (double)ws->push_at,
                        ws->push_at, ws->push_at + 1);
                for (int32_t n = ws->step_count - 1; n >= 0; n--) {
                    const double t_n = t0 + ((double)n * h);
                    /* Stages of this step, again. */
                    const double stored_x = ws->stored_x[n];
                    /* Stage 1: c = 0. */
                    ws->x_x[0] = stored_x;
                    const double position_3 = (t_n - t0) / position * 3.0;
                    const double push_at_2 = sample_max_(sample_min_(floor(position_3), 2.0), 0.0);
                    ws->push_at = (int32_t)push_at_2;
                    sample_rhs_of_knots_kernel(in, ws, 0, position_3 - (double)ws->push_at,
                            ws->push_at, ws->push_at + 1);
                    /* Stage 2: c = 1/2, a = 1/2. */
                    ws->x_x[1] = stored_x + (h_1_2 * ws->k_x[0]);
                    const double position_4 = (t_n + h_1_2 - t0) / position * 3.0;
                    const double push_at_3 = sample_max_(sample_min_(floor(position_4), 2.0), 0.0);
                    ws->push_at = (int32_t)push_at_3;
                    sample_rhs_of_knots_kernel(in, ws, 1, position_4 - (double)ws->push_at,
                            ws->push_at, ws->push_at + 1);
                    /* Stage 3: c = 1/2, a = 0, 1/2. */
                    ws->x_x[2] = stored_x + (h_1_2 * ws->k_x[1]);
                    ws->push_at = (int32_t)push_at_3;
                    sample_rhs_of_knots_kernel(in, ws, 2, position_4 - (double)ws->push_at,
                            ws->push_at, ws->push_at + 1);
                    /* Stage 4: c = 1, a = 0, 0, 1. */
                    ws->x_x[3] = stored_x + (h * ws->k_x[2]);
                    /* Adjoint of evaluation 4. */
                    const double lambda_x = ws->lambda_x;
                    const double w_x = h_1_6 * lambda_x;
                    ws->u_x[3] = 0.0;
                    const double position_5 = (t_n + h - t0) / position * 3.0;
                    ws->push_at = (int32_t)(sample_max_(sample_min_(floor(position_5), 2.0), 0.0));
                    ws->w_x = w_x;
                    sample_rhs_of_knots_vjp_kernel(in, ws, out, 3, position_5 - (double)ws->push_at,
                            ws->push_at, ws->push_at + 1);
                    /* Adjoint of evaluation 3. */
                    const double w_x_2 = h_1_3 * lambda_x;
                    const double w_x_3 = w_x_2 + (h * ws->u_x[3]);
                    ws->u_x[2] = 0.0;
                    ws->push_at = (int32_t)push_at_3;
                    ws->w_x = w_x_3;
                    sample_rhs_of_knots_vjp_kernel(in, ws, out, 2, position_4 - (double)ws->push_at,
                            ws->push_at, ws->push_at + 1);
                    /* Adjoint of evaluation 2. */
                    const double w_x_4 = w_x_2 + (h_1_2 * ws->u_x[2]);
                    ws->u_x[1] = 0.0;
                    ws->push_at = (int32_t)push_at_3;
                    ws->w_x = w_x_4;
                    sample_rhs_of_knots_vjp_kernel(in, ws, out, 1, position_4 - (double)ws->push_at,
                            ws->push_at, ws->push_at + 1);
                    /* Adjoint of evaluation 1. */
                    const double w_x_5 = w_x + (h_1_2 * ws->u_x[1]);
                    ws->u_x[0] = 0.0;
                    ws->push_at = (int32_t)push_at_2;
                    ws->w_x = w_x_5;
                    sample_rhs_of_knots_vjp_kernel(in, ws, out, 0, position_3 - (double)ws->push_at,
                            ws->push_at, ws->push_at + 1);
                    /* λ of the step's start. */
                    ws->lambda_x = lambda_x + ws->u_x[3] + ws->u_x[2] + ws->u_x[1] + ws->u_x[0];
                }
                sample_spline_push_vjp_kernel(ws, out);
                ws->failed_stage = 0.0;
                out->value = terminal_loss;
                out->state0.x = ws->lambda_x;
            }
        }
    }
    return status;
}
