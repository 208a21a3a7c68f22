static void sample_rhs_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws)
{
    for (int32_t i = 0; i < 4; i++) {
        ws->v[i] = 0.0;
    }
    for (int32_t i = 0; i < 4; i++) {
        ws->v[sample_next[i]] += ws->x_u[0][i] * ws->x_u[0][sample_next[sample_next[i]]];
    }
    const double params_k = in->params.k;
    double y = 0.0;
    for (int32_t e = 0; e < 3; e++) {
        y += ws->v[sample_edges[e][0]] * ws->v[sample_edges[e][1]] * params_k;
    }
    const double x = ws->x_x_1;
    ws->k_x_1 = y - x;
    for (int32_t i = 0; i < 4; i++) {
        const double each = ws->x_u[0][i];
        ws->k_u[0][i] = (0.1 * in->params.a[i] * params_k * x) - each;
    }
}

/* Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
static void sample_rhs_vjp_kernel(const sample_problem *SAMPLE_RESTRICT in, sample_workspace *SAMPLE_RESTRICT ws, sample_gradients *SAMPLE_RESTRICT out)
{
    for (int32_t i = 0; i < 4; i++) {
        ws->v_2[i] = 0.0;
    }
    for (int32_t i = 0; i < 4; i++) {
        ws->v_2[sample_next[i]] += ws->x_u[0][i] * ws->x_u[0][sample_next[sample_next[i]]];
    }
    const double params_k = in->params.k;
    for (int32_t i = 0; i < 4; i++) {
        ws->v_bar[i] = 0.0;
    }
    double x_bar = 0.0;
    double params_k_bar = 0.0;
    const double x = ws->x_x_1;
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
    ws->u_x_1 += x_bar - f_x_bar;
    const double y_bar = f_x_bar * params_k;
    for (int32_t e = 0; e < 3; e++) {
        const double v = ws->v_2[sample_edges[e][0]];
        const double v_2 = ws->v_2[sample_edges[e][1]];
        params_k_bar += f_x_bar * (v * v_2);
        ws->v_bar[sample_edges[e][1]] += y_bar * v;
        ws->v_bar[sample_edges[e][0]] += y_bar * v_2;
    }
    out->params.k += params_k_bar;
    for (int32_t i = 0; i < 4; i++) {
        const double v_bar = ws->v_bar[sample_next[i]];
        ws->u_u[0][sample_next[sample_next[i]]] += v_bar * ws->x_u[0][i];
        ws->u_u[0][i] += v_bar * ws->x_u[0][sample_next[sample_next[i]]];
    }
}
