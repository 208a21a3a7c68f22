/* Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss. */
static enum sample_status sample_run_gradient(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    enum sample_status status = SAMPLE_OK;
    for (int32_t i = 0; i < 2; i++) {
        out->state0.body.q[i] = 0.0;
    }
    for (int32_t i = 0; i < 2; i++) {
        out->state0.pair._1[i] = 0.0;
    }
    out->params.k = 0.0;
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t j = 0; j < 2; j++) {
            out->params.net.W[i][j] = 0.0;
        }
    }
    for (int32_t i = 0; i < 2; i++) {
        out->params.net.layers._0[i] = 0.0;
    }
    for (int32_t j = 0; j < 2; j++) {
        out->params.net.layers._1[0][j] = 0.0;
    }
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t k = 0; k < 2; k++) {
            out->params.T[i][0][k] = 0.0;
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

            /* ---- Forward sweep ----------------------------------------------- */
            for (int32_t i = 0; i < 2; i++) {
                ws->q[i] = in->state0.body.q[i];
            }
            for (int32_t i = 0; i < 2; i++) {
                ws->pair_1[i] = in->state0.pair._1[i];
            }
            double x = in->state0.x;
            double spin = in->state0.body.spin;
            double pair_0 = in->state0.pair._0;
            double failed_stage = 0.0;
            for (int32_t n = 0; (n < ws->step_count) && (status == SAMPLE_OK); n++) {
                const double x_2 = x;
                ws->stored_x[n] = x_2;
                for (int32_t i = 0; i < 2; i++) {
                    ws->stored_q[n][i] = ws->q[i];
                }
                const double spin_2 = spin;
                ws->stored_spin[n] = spin_2;
                const double pair_0_2 = pair_0;
                ws->stored_pair_0[n] = pair_0_2;
                for (int32_t i = 0; i < 2; i++) {
                    ws->stored_pair_1[n][i] = ws->pair_1[i];
                }
                /* Stage 1: c = 0. */
                ws->x_x[0] = x_2;
                for (int32_t i = 0; i < 2; i++) {
                    ws->x_q[0][i] = ws->q[i];
                }
                ws->x_spin[0] = spin_2;
                ws->x_pair_0[0] = pair_0_2;
                for (int32_t i = 0; i < 2; i++) {
                    ws->x_pair_1[0][i] = ws->pair_1[i];
                }
                sample_rhs_kernel(in, ws, 0);
                /* Stage 2: c = 1, a = 1. */
                ws->x_x[1] = x_2 + (h * ws->k_x[0]);
                for (int32_t i = 0; i < 2; i++) {
                    ws->x_q[1][i] = ws->q[i] + (h * ws->k_q[0][i]);
                }
                ws->x_spin[1] = spin_2 + (h * ws->k_spin[0]);
                ws->x_pair_0[1] = pair_0_2 + (h * ws->k_pair_0[0]);
                for (int32_t i = 0; i < 2; i++) {
                    ws->x_pair_1[1][i] = ws->pair_1[i] + (h * ws->k_pair_1[0][i]);
                }
                sample_rhs_kernel(in, ws, 1);
                /* New state. */
                const double k_x = ws->k_x[0];
                const double k_x_2 = ws->k_x[1];
                const double x_3 = x_2 + ((h_1_2 * k_x) + (h_1_2 * k_x_2));
                for (int32_t i = 0; i < 2; i++) {
                    ws->q[i] = ws->q[i] + ((h_1_2 * ws->k_q[0][i]) + (h_1_2 * ws->k_q[1][i]));
                }
                const double k_spin = ws->k_spin[0];
                const double k_spin_2 = ws->k_spin[1];
                const double spin_3 = spin_2 + ((h_1_2 * k_spin) + (h_1_2 * k_spin_2));
                const double k_pair_0 = ws->k_pair_0[0];
                const double k_pair_0_2 = ws->k_pair_0[1];
                const double pair_0_3 = pair_0_2 + ((h_1_2 * k_pair_0) + (h_1_2 * k_pair_0_2));
                for (int32_t i = 0; i < 2; i++) {
                    ws->pair_1[i] = ws->pair_1[i] +
                            ((h_1_2 * ws->k_pair_1[0][i]) + (h_1_2 * ws->k_pair_1[1][i]));
                }
                double total = x_3 + spin_3 + pair_0_3;
                for (int32_t i = 0; i < 2; i++) {
                    total += ws->q[i];
                }
                for (int32_t i = 0; i < 2; i++) {
                    total += ws->pair_1[i];
                }
                const double sum = total;
                if ((sum - sum) != 0.0) {
                    ws->failed_step = (double)n;
                    double total_2 = k_x_2 + k_spin_2 + k_pair_0_2;
                    for (int32_t i = 0; i < 2; i++) {
                        total_2 += ws->k_q[1][i];
                    }
                    for (int32_t i = 0; i < 2; i++) {
                        total_2 += ws->k_pair_1[1][i];
                    }
                    const double sum_2 = total_2;
                    if ((sum_2 - sum_2) != 0.0) {
                        failed_stage = 2.0;
                    }
                    double total_3 = k_x + k_spin + k_pair_0;
                    for (int32_t i = 0; i < 2; i++) {
                        total_3 += ws->k_q[0][i];
                    }
                    for (int32_t i = 0; i < 2; i++) {
                        total_3 += ws->k_pair_1[0][i];
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
                    x = x_3;
                    spin = spin_3;
                    pair_0 = pair_0_3;
                }
            }
            if (status == SAMPLE_OK) {
                /* Observation. */
                const double x_2 = x;
                const double spin_2 = spin;
                const double pair_0_2 = pair_0;
                /* Terminal loss. */
                const double q = ws->q[0];
                const double pair_1 = ws->pair_1[1];

                /* ---- Reverse sweep ----------------------------------------------- */
                for (int32_t i = 0; i < 2; i++) {
                    ws->lambda_q[i] = 0.0;
                }
                for (int32_t i = 0; i < 2; i++) {
                    ws->lambda_pair_1[i] = 0.0;
                }
                /* Terminal loss. */
                ws->lambda_pair_1[1] = pair_0_2;
                ws->lambda_q[0] = spin_2;
                double lambda_x = x_2 + x_2;
                double lambda_spin = q;
                double lambda_pair_0 = pair_1;
                const double result = (x_2 * x_2) + (q * spin_2) + (pair_0_2 * pair_1);
                for (int32_t n = ws->step_count - 1; n >= 0; n--) {
                    /* Stages of this step, again. */
                    const double stored_x = ws->stored_x[n];
                    for (int32_t i = 0; i < 2; i++) {
                        ws->q[i] = ws->stored_q[n][i];
                    }
                    const double stored_spin = ws->stored_spin[n];
                    const double stored_pair_0 = ws->stored_pair_0[n];
                    for (int32_t i = 0; i < 2; i++) {
                        ws->pair_1[i] = ws->stored_pair_1[n][i];
                    }
                    /* Stage 1: c = 0. */
                    ws->x_x[0] = stored_x;
                    for (int32_t i = 0; i < 2; i++) {
                        ws->x_q[0][i] = ws->q[i];
                    }
                    ws->x_spin[0] = stored_spin;
                    ws->x_pair_0[0] = stored_pair_0;
                    for (int32_t i = 0; i < 2; i++) {
                        ws->x_pair_1[0][i] = ws->pair_1[i];
                    }
                    sample_rhs_kernel(in, ws, 0);
                    /* Stage 2: c = 1, a = 1. */
                    ws->x_x[1] = stored_x + (h * ws->k_x[0]);
                    for (int32_t i = 0; i < 2; i++) {
                        ws->x_q[1][i] = ws->q[i] + (h * ws->k_q[0][i]);
                    }
                    ws->x_spin[1] = stored_spin + (h * ws->k_spin[0]);
                    ws->x_pair_0[1] = stored_pair_0 + (h * ws->k_pair_0[0]);
                    for (int32_t i = 0; i < 2; i++) {
                        ws->x_pair_1[1][i] = ws->pair_1[i] + (h * ws->k_pair_1[0][i]);
                    }
                    /* Adjoint of evaluation 2. */
                    const double lambda_x_2 = lambda_x;
                    const double w_x = h_1_2 * lambda_x_2;
                    for (int32_t i = 0; i < 2; i++) {
                        ws->w_q[i] = h_1_2 * ws->lambda_q[i];
                    }
                    const double lambda_spin_2 = lambda_spin;
                    const double w_spin = h_1_2 * lambda_spin_2;
                    const double lambda_pair_0_2 = lambda_pair_0;
                    const double w_pair_0 = h_1_2 * lambda_pair_0_2;
                    for (int32_t i = 0; i < 2; i++) {
                        ws->w_pair_1[i] = h_1_2 * ws->lambda_pair_1[i];
                    }
                    ws->u_x[1] = 0.0;
                    for (int32_t i = 0; i < 2; i++) {
                        ws->u_q[1][i] = 0.0;
                    }
                    ws->u_spin[1] = 0.0;
                    ws->u_pair_0[1] = 0.0;
                    for (int32_t i = 0; i < 2; i++) {
                        ws->u_pair_1[1][i] = 0.0;
                    }
                    ws->w_x = w_x;
                    ws->w_spin = w_spin;
                    ws->w_pair_0 = w_pair_0;
                    sample_rhs_vjp_kernel(in, ws, out, 1);
                    /* Adjoint of evaluation 1. */
                    for (int32_t i = 0; i < 2; i++) {
                        ws->w_q[i] = (h_1_2 * ws->lambda_q[i]) + (h * ws->u_q[1][i]);
                    }
                    for (int32_t i = 0; i < 2; i++) {
                        ws->w_pair_1[i] = (h_1_2 * ws->lambda_pair_1[i]) + (h * ws->u_pair_1[1][i]);
                    }
                    const double w_x_2 = w_x + (h * ws->u_x[1]);
                    ws->u_x[0] = 0.0;
                    for (int32_t i = 0; i < 2; i++) {
                        ws->u_q[0][i] = 0.0;
                    }
                    const double w_spin_2 = w_spin + (h * ws->u_spin[1]);
                    ws->u_spin[0] = 0.0;
                    const double w_pair_0_2 = w_pair_0 + (h * ws->u_pair_0[1]);
                    ws->u_pair_0[0] = 0.0;
                    for (int32_t i = 0; i < 2; i++) {
                        ws->u_pair_1[0][i] = 0.0;
                    }
                    ws->w_x = w_x_2;
                    ws->w_spin = w_spin_2;
                    ws->w_pair_0 = w_pair_0_2;
                    sample_rhs_vjp_kernel(in, ws, out, 0);
                    /* λ of the step's start. */
                    for (int32_t i = 0; i < 2; i++) {
                        ws->lambda_q[i] = ws->lambda_q[i] + ws->u_q[1][i] + ws->u_q[0][i];
                    }
                    for (int32_t i = 0; i < 2; i++) {
                        ws->lambda_pair_1[i] = ws->lambda_pair_1[i] + ws->u_pair_1[1][i] +
                                ws->u_pair_1[0][i];
                    }
                    lambda_x = lambda_x_2 + ws->u_x[1] + ws->u_x[0];
                    lambda_spin = lambda_spin_2 + ws->u_spin[1] + ws->u_spin[0];
                    lambda_pair_0 = lambda_pair_0_2 + ws->u_pair_0[1] + ws->u_pair_0[0];
                }
                for (int32_t i = 0; i < 2; i++) {
                    out->state0.body.q[i] = ws->lambda_q[i];
                }
                for (int32_t i = 0; i < 2; i++) {
                    out->state0.pair._1[i] = ws->lambda_pair_1[i];
                }
                ws->failed_stage = 0.0;
                out->value = result;
                out->state0.x = lambda_x;
                out->state0.body.spin = lambda_spin;
                out->state0.pair._0 = lambda_pair_0;
            }
        }
    }
    return status;
}
