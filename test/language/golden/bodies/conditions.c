static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    const double x = ws->x_x_1;
    double holds = 0.0;
    if (x > 0.5) {
        double holds_2 = 0.0;
        if (in->params.k <= 2.0) {
            holds_2 = 1.0;
        } else {
            if (ws->x_u[0][0] > 3.0) {
                holds_2 = 1.0;
            } else {
                holds_2 = 0.0;
            }
        }
        if (holds_2 == 1.0) {
            holds = 1.0;
        } else {
            holds = 0.0;
        }
    } else {
        holds = 0.0;
    }
    const double isLarge = (holds == 1.0) ? 1.0 : 0.0;
    const double params_k = in->params.k;
    double isOn = (!(x < params_k) || (isLarge != 0.0)) ? 1.0 : 0.0;
    if (ws->x_u[0][1] >= 0.0) {
        isOn = 0.0;
    }
    double y = 0.0;
    if (isOn != 0.0) {
        y = x * params_k;
    } else {
        y = sin(x);
    }
    const double u = ws->x_u[0][2];
    double y_2 = 0.0;
    if (u < 0.0) {
        y_2 = sqrt(u);
    } else {
        double y_3 = 0.0;
        if (u > 2.0) {
            y_3 = 0.0;
        } else {
            y_3 = u * u;
        }
        y_2 = y_3;
    }
    ws->k_x_1 = y + y_2 - x;
    for (int32_t i = 0; i < 4; i++) {
        const double each = ws->x_u[0][i];
        ws->k_u[0][i] = (0.1 * in->params.a[i] * params_k * x) - each;
    }
}

/* Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
static void sample_rhs_vjp_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    const double x = ws->x_x_1;
    double holds = 0.0;
    if (x > 0.5) {
        double holds_2 = 0.0;
        if (in->params.k <= 2.0) {
            holds_2 = 1.0;
        } else {
            if (ws->x_u[0][0] > 3.0) {
                holds_2 = 1.0;
            } else {
                holds_2 = 0.0;
            }
        }
        if (holds_2 == 1.0) {
            holds = 1.0;
        } else {
            holds = 0.0;
        }
    } else {
        holds = 0.0;
    }
    const double isLarge = (holds == 1.0) ? 1.0 : 0.0;
    const double params_k = in->params.k;
    double isOn = (!(x < params_k) || (isLarge != 0.0)) ? 1.0 : 0.0;
    if (ws->x_u[0][1] >= 0.0) {
        isOn = 0.0;
    }
    const double u = ws->x_u[0][2];
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
    double u_bar = 0.0;
    if (u < 0.0) {
        u_bar = sample_gate_(f_x_bar, 0.5 / sqrt(u));
    } else {
        if (!(u > 2.0)) {
            const double u_bar_2 = f_x_bar * u;
            u_bar = u_bar_2 + u_bar_2;
        }
    }
    ws->u_u[0][2] += u_bar;
    if (isOn != 0.0) {
        x_bar += f_x_bar * params_k;
        params_k_bar += f_x_bar * x;
    } else {
        x_bar += f_x_bar * cos(x);
    }
    out->params.k += params_k_bar;
    ws->u_x_1 += x_bar - f_x_bar;
}
