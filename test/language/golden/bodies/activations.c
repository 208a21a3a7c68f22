static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    double largest = ws->x_u[0][0];
    for (int32_t i = 1; i < 4; i++) {
        largest = sample_max_(largest, ws->x_u[0][i]);
    }
    double sum = 0.0;
    const double largest_2 = largest;
    for (int32_t i = 0; i < 4; i++) {
        const double p = exp(ws->x_u[0][i] - largest_2);
        ws->p[i] = p;
        sum += p;
    }
    const double sum_2 = sum;
    for (int32_t i = 0; i < 4; i++) {
        ws->p[i] = ws->p[i] / sum_2;
    }
    const double params_k = in->params.k;
    const double x = ws->x_x_1;
    double sigmoid = 0.0;
    if (x >= 0.0) {
        const double sigmoid_2 = 1.0 / (1.0 + exp(-x));
        sigmoid = sigmoid_2;
    } else {
        const double e = exp(x);
        sigmoid = e / (1.0 + e);
    }
    double softplus = 0.0;
    if (params_k > 0.0) {
        softplus = params_k + log1p(exp(-params_k));
    } else {
        softplus = log1p(exp(params_k));
    }
    const double x_2 = (-40.0) * params_k;
    double sigmoid_2 = 0.0;
    if (x_2 >= 0.0) {
        sigmoid_2 = 1.0 / (1.0 + exp(-x_2));
    } else {
        const double e = exp(x_2);
        sigmoid_2 = e / (1.0 + e);
    }
    double softplus_2 = 0.0;
    if ((-x) > 0.0) {
        softplus_2 = log1p(exp(x)) - x;
    } else {
        softplus_2 = log1p(exp(-x));
    }
    double y = 0.0;
    if (x > 0.0) {
        y = x;
    } else {
        y = 0.0;
    }
    double y_2 = 0.0;
    if ((-params_k) > 0.0) {
        y_2 = -params_k;
    } else {
        y_2 = 0.0;
    }
    ws->k_x_1 = y + y_2 + (sigmoid * softplus) + (ws->p[1] * sigmoid_2) + softplus_2 - x;
    for (int32_t i = 0; i < 4; i++) {
        const double each = ws->x_u[0][i];
        ws->k_u[0][i] = (0.1 * in->params.a[i] * params_k * x) - each;
    }
}

/* Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
static void sample_rhs_vjp_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    double largest = ws->x_u[0][0];
    for (int32_t i = 1; i < 4; i++) {
        const double largest_2 = largest;
        ws->largest_tape[i - 1] = largest_2;
        largest = sample_max_(largest_2, ws->x_u[0][i]);
    }
    double sum = 0.0;
    const double largest_2 = largest;
    for (int32_t i = 0; i < 4; i++) {
        const double p = exp(ws->x_u[0][i] - largest_2);
        ws->p_tape[i] = p;
        ws->p_2[i] = p;
        sum += p;
    }
    const double sum_2 = sum;
    for (int32_t i = 0; i < 4; i++) {
        ws->p_2[i] = ws->p_2[i] / sum_2;
    }
    const double params_k = in->params.k;
    const double x = ws->x_x_1;
    double sigmoid_tape = 0.0;
    double sigmoid = 0.0;
    double e_tape = 0.0;
    if (x >= 0.0) {
        const double sigmoid_2 = exp(-x);
        const double sigmoid_3 = 1.0 / (1.0 + sigmoid_2);
        sigmoid_tape = sigmoid_2;
        sigmoid = sigmoid_3;
    } else {
        const double e = exp(x);
        e_tape = e;
        sigmoid = e / (1.0 + e);
    }
    double softplus_tape = 0.0;
    double softplus = 0.0;
    double softplus_tape_2 = 0.0;
    if (params_k > 0.0) {
        const double softplus_2 = exp(-params_k);
        softplus_tape = softplus_2;
        softplus = params_k + log1p(softplus_2);
    } else {
        const double softplus_2 = exp(params_k);
        softplus_tape_2 = softplus_2;
        softplus = log1p(softplus_2);
    }
    const double x_2 = (-40.0) * params_k;
    double sigmoid_tape_2 = 0.0;
    double sigmoid_2 = 0.0;
    double e_tape_2 = 0.0;
    if (x_2 >= 0.0) {
        const double sigmoid_3 = exp(-x_2);
        sigmoid_tape_2 = sigmoid_3;
        sigmoid_2 = 1.0 / (1.0 + sigmoid_3);
    } else {
        const double e = exp(x_2);
        e_tape_2 = e;
        sigmoid_2 = e / (1.0 + e);
    }
    const double sigmoid_3 = sigmoid;
    const double sigmoid_4 = sigmoid_2;
    for (int32_t i = 0; i < 4; i++) {
        ws->p_bar[i] = 0.0;
    }
    double x_bar = 0.0;
    double params_k_bar = 0.0;
    for (int32_t i = 0; i < 4; i++) {
        const double d_u_bar = ws->w_u[i];
        const double d_u_bar_2 = d_u_bar * x;
        const double d_u = 0.1 * in->params.a[i];
        x_bar += d_u_bar * (d_u * params_k);
        params_k_bar += d_u_bar_2 * d_u;
        out->params.a[i] += d_u_bar_2 * params_k * 0.1;
        ws->u_u[0][i] -= d_u_bar;
    }
    const double f_x_bar = ws->w_x;
    const double sigmoid_bar = f_x_bar * ws->p_2[1];
    ws->p_bar[1] = f_x_bar * sigmoid_4;
    const double sigmoid_bar_2 = f_x_bar * softplus;
    const double softplus_bar = f_x_bar * sigmoid_3;
    if ((-params_k) > 0.0) {
        params_k_bar -= f_x_bar;
    }
    if (x > 0.0) {
        x_bar += f_x_bar;
    }
    if ((-x) > 0.0) {
        x_bar -= f_x_bar;
        const double softplus_2 = exp(x);
        x_bar += sample_gate_(sample_gate_(f_x_bar, 1.0 / (1.0 + softplus_2)), softplus_2);
    } else {
        const double softplus_2 = exp(-x);
        x_bar -= sample_gate_(sample_gate_(f_x_bar, 1.0 / (1.0 + softplus_2)), softplus_2);
    }
    double x_bar_2 = 0.0;
    if (x_2 >= 0.0) {
        const double sigmoid_5 = sigmoid_tape_2;
        const double sigmoid_6 = 1.0 + sigmoid_5;
        x_bar_2 = -sample_gate_(sample_gate_(sigmoid_bar, -(1.0 / sigmoid_6 / sigmoid_6)),
                sigmoid_5);
    } else {
        const double e = e_tape_2;
        const double sigmoid_5 = 1.0 + e;
        const double e_bar = sample_gate_(sigmoid_bar, 1.0 / sigmoid_5);
        x_bar_2 = sample_gate_(e_bar + sample_gate_(sigmoid_bar, -(sigmoid_4 / sigmoid_5)), e);
    }
    if (params_k > 0.0) {
        params_k_bar += softplus_bar;
        const double softplus_2 = softplus_tape;
        params_k_bar -= sample_gate_(sample_gate_(softplus_bar, 1.0 / (1.0 + softplus_2)),
                softplus_2);
    } else {
        const double softplus_2 = softplus_tape_2;
        params_k_bar += sample_gate_(sample_gate_(softplus_bar, 1.0 / (1.0 + softplus_2)),
                softplus_2);
    }
    if (x >= 0.0) {
        const double sigmoid_5 = sigmoid_tape;
        const double sigmoid_6 = 1.0 + sigmoid_5;
        x_bar -= sample_gate_(sample_gate_(sigmoid_bar_2, -(1.0 / sigmoid_6 / sigmoid_6)),
                sigmoid_5);
    } else {
        const double e = e_tape;
        const double sigmoid_5 = 1.0 + e;
        x_bar += sample_gate_(sample_gate_(sigmoid_bar_2, 1.0 / sigmoid_5) +
                sample_gate_(sigmoid_bar_2, -(sigmoid_3 / sigmoid_5)),
                e);
    }
    ws->u_x_1 += x_bar - f_x_bar;
    out->params.k += params_k_bar + (x_bar_2 * (-40.0));
    double sum_bar = 0.0;
    const double p_bar = 1.0 / sum_2;
    for (int32_t i = 0; i < 4; i++) {
        const double p_bar_2 = ws->p_bar[i];
        ws->p_bar[i] = 0.0;
        sum_bar += sample_gate_(p_bar_2, -(ws->p_2[i] / sum_2));
        ws->p_bar[i] += sample_gate_(p_bar_2, p_bar);
    }
    double largest_bar = 0.0;
    const double sum_bar_2 = sum_bar;
    for (int32_t i = 0; i < 4; i++) {
        const double p_bar_2 = sample_gate_(sum_bar_2 + ws->p_bar[i], ws->p_tape[i]);
        largest_bar -= p_bar_2;
        ws->u_u[0][i] += p_bar_2;
    }
    double largest_bar_2 = largest_bar;
    for (int32_t i = 3; i >= 1; i--) {
        const double largest_bar_3 = largest_bar_2;
        const double largest_3 = ws->largest_tape[i - 1];
        const double u = ws->x_u[0][i];
        ws->u_u[0][i] += (largest_3 >= u) ? 0.0 : largest_bar_3;
        largest_bar_2 = (largest_3 >= u) ? largest_bar_3 : 0.0;
    }
    ws->u_u[0][0] += largest_bar_2;
}
