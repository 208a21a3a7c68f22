static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    const double x = ws->x_x_1;
    const double p = 0.3 * x;
    const double params_k = in->params.k;
    const double y = sin(p) + (cos(p) * tan(p)) + asin(p) - acos(p);
    const double y_2 = (sinh(p) * ws->y_prepared) - tanh(x) + asinh(x) + ws->y_prepared_2 +
            atanh(p);
    const double y_3 = log2(params_k + x);
    const double y_4 = exp(-x) + expm1(p) + ws->y_prepared_3 + log1p(p) + y_3 + ws->y_prepared_4;
    const double y_5 = sample_pow_(params_k, x);
    const double y_6 = sqrt(params_k) + cbrt(x) + hypot(hypot(x, params_k), 2.0) +
            atan2(x, params_k) + y_5;
    ws->k_x_1 = ((y + atan(params_k * p) + y_2 + y_4 + y_6) * 1.1557273497909217) - x;
    for (int32_t i = 0; i < 4; i++) {
        const double each = ws->x_u[0][i];
        ws->k_u[0][i] = (0.1 * in->params.a[i] * params_k * x) - each;
    }
}

/* Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
static void sample_rhs_vjp_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    const double x = ws->x_x_1;
    const double p = 0.3 * x;
    const double y = tan(p);
    const double params_k = in->params.k;
    const double y_2 = params_k * p;
    const double y_3 = tanh(x);
    const double y_4 = 1.0 + params_k;
    const double y_5 = exp(-x);
    const double y_6 = cbrt(x);
    const double y_7 = hypot(x, params_k);
    const double y_8 = hypot(y_7, 2.0);
    const double y_9 = sample_pow_(params_k, x);
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
    const double y_bar = f_x_bar * 1.1557273497909217;
    const double params_k_bar_2 = sample_pow_(params_k, x - 1.0);
    const double params_k_bar_3 = x * params_k_bar_2;
    const double params_k_bar_4 = ((params_k_bar_3 == params_k_bar_3) ||
            ((x != 0.0) && (params_k_bar_2 != 0.0))) ?
            params_k_bar_3 : 0.0;
    const double params_k_bar_5 = y_bar * params_k_bar_4;
    const double y_10 = ws->y_prepared_3;
    double x_bar_2 = 0.0;
    if ((y_9 == 0.0) && (params_k >= 0.0)) {
        x_bar_2 = 0.0;
    } else {
        x_bar_2 = y_9 * y_10;
    }
    const double x_bar_3 = x_bar_2;
    const double x_bar_4 = y_bar * x_bar_3;
    const double x_bar_5 = params_k / y_7;
    const double x_bar_6 = x_bar_5 / y_7;
    const double x_bar_7 = y_bar * x_bar_6;
    const double params_k_bar_6 = x / y_7;
    const double params_k_bar_7 = params_k_bar_6 / y_7;
    const double params_k_bar_8 = -(y_bar * params_k_bar_7);
    double y_bar_2 = 0.0;
    if (y_8 == 0.0) {
        y_bar_2 = 0.0;
    } else {
        y_bar_2 = y_bar * (y_7 / y_8);
    }
    const double y_bar_3 = y_bar_2;
    double x_bar_8 = 0.0;
    if (y_7 == 0.0) {
        x_bar_8 = 0.0;
    } else {
        x_bar_8 = y_bar_3 * params_k_bar_6;
    }
    double params_k_bar_9 = 0.0;
    if (y_7 == 0.0) {
        params_k_bar_9 = 0.0;
    } else {
        params_k_bar_9 = y_bar_3 * x_bar_5;
    }
    const double x_bar_9 = 1.0 / (3.0 * (y_6 * y_6));
    const double x_bar_10 = y_bar * x_bar_9;
    const double params_k_bar_10 = 0.5 / sqrt(params_k);
    const double params_k_bar_11 = y_bar * params_k_bar_10;
    const double y_bar_4 = 0.4342944819032518 / (params_k + 2.0);
    const double y_bar_5 = y_bar * y_bar_4;
    const double y_bar_6 = 1.4426950408889634 / (params_k + x);
    const double y_bar_7 = y_bar * y_bar_6;
    const double y_bar_8 = ((y_bar_7 == y_bar_7) || ((y_bar != 0.0) && (y_bar_6 != 0.0))) ?
            y_bar_7 : 0.0;
    const double p_bar = 1.0 + p;
    const double p_bar_2 = 1.0 / p_bar;
    const double p_bar_3 = y_bar * p_bar_2;
    const double p_bar_4 = ((p_bar_3 == p_bar_3) || ((y_bar != 0.0) && (p_bar_2 != 0.0))) ?
            p_bar_3 : 0.0;
    const double params_k_bar_12 = 1.0 / params_k;
    const double params_k_bar_13 = y_bar * params_k_bar_12;
    const double p_bar_5 = exp(p);
    const double p_bar_6 = y_bar * p_bar_5;
    const double y_bar_9 = y_bar * y_5;
    const double p_bar_7 = (1.0 - p) * p_bar;
    const double p_bar_8 = 1.0 / p_bar_7;
    const double p_bar_9 = y_bar * p_bar_8;
    const double y_bar_10 = 1.0 / (sqrt(y_4 - 1.0) * sqrt(y_4 + 1.0));
    const double y_bar_11 = y_bar * y_bar_10;
    const double y_bar_12 = y_bar * ws->y_prepared;
    const double y_bar_13 = y_bar * sinh(p);
    const double params_k_bar_14 = ws->params_k_bar_prepared;
    const double params_k_bar_15 = y_bar_13 * params_k_bar_14;
    const double p_bar_10 = cosh(p);
    const double p_bar_11 = y_bar_12 * p_bar_10;
    const double v = 1.0 + (y_2 * y_2);
    double y_bar_14 = 0.0;
    if (v == (double)INFINITY) {
        y_bar_14 = 0.0;
    } else {
        y_bar_14 = y_bar / v;
    }
    const double y_bar_15 = y_bar_14;
    const double params_k_bar_16 = params_k_bar +
            (((params_k_bar_5 == params_k_bar_5) || ((y_bar != 0.0) && (params_k_bar_4 != 0.0))) ?
            params_k_bar_5 : 0.0) +
            (((params_k_bar_8 == params_k_bar_8) || ((y_bar != 0.0) && (params_k_bar_7 != 0.0))) ?
            params_k_bar_8 : 0.0) +
            params_k_bar_9 +
            (((params_k_bar_11 == params_k_bar_11) ||
            ((y_bar != 0.0) && (params_k_bar_10 != 0.0))) ?
            params_k_bar_11 : 0.0) +
            (((y_bar_5 == y_bar_5) || ((y_bar != 0.0) && (y_bar_4 != 0.0))) ? y_bar_5 : 0.0);
    out->params.k += params_k_bar_16 + y_bar_8 +
            (((params_k_bar_13 == params_k_bar_13) ||
            ((y_bar != 0.0) && (params_k_bar_12 != 0.0))) ?
            params_k_bar_13 : 0.0) +
            (((y_bar_11 == y_bar_11) || ((y_bar != 0.0) && (y_bar_10 != 0.0))) ? y_bar_11 : 0.0) +
            (((params_k_bar_15 == params_k_bar_15) ||
            ((y_bar_13 != 0.0) && (params_k_bar_14 != 0.0))) ?
            params_k_bar_15 : 0.0) +
            (y_bar_15 * p);
    const double p_bar_12 = 1.0 / sqrt(p_bar_7);
    const double p_bar_13 = y_bar * p_bar_12;
    const double p_bar_14 = y_bar * p_bar_12;
    const double y_bar_16 = y_bar * cos(p);
    const double p_bar_15 = ((p_bar_13 == p_bar_13) || ((y_bar != 0.0) && (p_bar_12 != 0.0))) ?
            p_bar_13 : 0.0;
    const double p_bar_16 = p_bar_4 +
            (((p_bar_6 == p_bar_6) || ((y_bar != 0.0) && (p_bar_5 != 0.0))) ? p_bar_6 : 0.0) +
            (((p_bar_9 == p_bar_9) || ((y_bar != 0.0) && (p_bar_8 != 0.0))) ? p_bar_9 : 0.0) +
            (((p_bar_11 == p_bar_11) || ((y_bar_12 != 0.0) && (p_bar_10 != 0.0))) ? p_bar_11 :
            0.0) +
            (y_bar_15 * params_k) + p_bar_15;
    const double p_bar_17 = y_bar * y * sin(p);
    const double x_bar_11 = x_bar - f_x_bar +
            (((x_bar_4 == x_bar_4) || ((y_bar != 0.0) && (x_bar_3 != 0.0))) ? x_bar_4 : 0.0) +
            (((x_bar_7 == x_bar_7) || ((y_bar != 0.0) && (x_bar_6 != 0.0))) ? x_bar_7 : 0.0) +
            x_bar_8 +
            (((x_bar_10 == x_bar_10) || ((y_bar != 0.0) && (x_bar_9 != 0.0))) ? x_bar_10 : 0.0) +
            y_bar_8;
    const double x_bar_12 = x_bar_11 -
            (((y_bar_9 == y_bar_9) || ((y_bar != 0.0) && (y_5 != 0.0))) ? y_bar_9 : 0.0) +
            (y_bar / hypot(1.0, x)) - (y_bar * (1.0 - (y_3 * y_3)));
    const double x_bar_13 = (p_bar_16 +
            (((p_bar_14 == p_bar_14) || ((y_bar != 0.0) && (p_bar_12 != 0.0))) ? p_bar_14 : 0.0) +
            (y_bar_16 * (1.0 + (y * y))) - p_bar_17 + y_bar_16) *
            0.3;
    ws->u_x_1 += x_bar_12 + x_bar_13;
}
