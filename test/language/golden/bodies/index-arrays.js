export function field(t, y, p, dy) {
  const edges = edges$;
  const next = next$;
  const v = v$;
  for (let i = 0; i < 4; i++) {
    v[i] = 0;
  }
  for (let i = 0; i < 4; i++) {
    v[next[i]] += y[i + 1] * y[next[next[i]] + 1];
  }
  const params_k = p[0];
  let y_2 = 0;
  for (let e = 0; e < 3; e++) {
    y_2 += v[edges[2 * e]] * v[edges[2 * e + 1]] * params_k;
  }
  const x = y[0];
  dy[0] = y_2 - x;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - each;
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const edges = edges$;
  const next = next$;
  const v_2 = v_2$;
  const v_bar = v_bar$;
  for (let i = 0; i < 4; i++) {
    v_2[i] = 0;
  }
  for (let i = 0; i < 4; i++) {
    v_2[next[i]] += y[i + 1] * y[next[next[i]] + 1];
  }
  const params_k = p[0];
  for (let i = 0; i < 4; i++) {
    v_bar[i] = 0;
  }
  let x_bar = 0;
  let params_k_bar = 0;
  const x = y[0];
  for (let i = 0; i < 4; i++) {
    const d_u_bar = w[i + 1];
    const d_u_bar_2 = d_u_bar * x;
    const d_u = 0.1 * p[i + 1];
    x_bar += d_u_bar * (d_u * params_k);
    params_k_bar += d_u_bar_2 * d_u;
    pBar[i + 1] += d_u_bar_2 * params_k * 0.1;
    yBar[i + 1] -= d_u_bar;
  }
  const f_x_bar = w[0];
  yBar[0] += x_bar - f_x_bar;
  const y_bar = f_x_bar * params_k;
  for (let e = 0; e < 3; e++) {
    const v = v_2[edges[2 * e]];
    const v_3 = v_2[edges[2 * e + 1]];
    params_k_bar += f_x_bar * (v * v_3);
    v_bar[edges[2 * e + 1]] += y_bar * v;
    v_bar[edges[2 * e]] += y_bar * v_3;
  }
  pBar[0] += params_k_bar;
  for (let i = 0; i < 4; i++) {
    const v_bar_2 = v_bar[next[i]];
    yBar[next[next[i]] + 1] += v_bar_2 * y[i + 1];
    yBar[i + 1] += v_bar_2 * y[next[next[i]] + 1];
  }
}
