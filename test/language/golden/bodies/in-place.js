export function field(t, y, p, dy) {
  const M = M$;
  const v = v$;
  for (let i = 0; i < 4; i++) {
    const u = y[i + 1];
    v[i] = u;
    v[i] = u * (1 + u);
  }
  for (let i = 1; i < 4; i++) {
    const v_2 = v[i];
    v[i] = v[i - 1] * v_2 + v_2;
  }
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 4; j++) {
      M[4 * i + j] = 1;
    }
  }
  const params_k = p[0];
  for (let i = 0; i < 4; i++) {
    M[i + 4] = M[i + 4] - v[i] * params_k;
  }
  const x = y[0];
  dy[0] = v[3] + M[5] * M[7] - x;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - each;
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const M_2 = M_2$;
  const M_bar = M_bar$;
  const v_2 = v_2$;
  const v_bar = v_bar$;
  const v_tape = v_tape$;
  for (let i = 0; i < 4; i++) {
    const u = y[i + 1];
    v_2[i] = u;
    v_2[i] = u * (1 + u);
  }
  for (let i = 1; i < 4; i++) {
    const v = v_2[i];
    v_tape[i - 1] = v;
    v_2[i] = v_2[i - 1] * v + v;
  }
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 4; j++) {
      M_2[4 * i + j] = 1;
    }
  }
  const params_k = p[0];
  for (let i = 0; i < 4; i++) {
    M_2[i + 4] = M_2[i + 4] - v_2[i] * params_k;
  }
  for (let i = 0; i < 4; i++) {
    v_bar[i] = 0;
  }
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 4; j++) {
      M_bar[4 * i + j] = 0;
    }
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
  M_bar[7] = f_x_bar * M_2[5];
  v_bar[3] = f_x_bar;
  M_bar[5] = f_x_bar * M_2[7];
  for (let i = 0; i < 4; i++) {
    const M_bar_2 = M_bar[i + 4];
    params_k_bar -= M_bar_2 * v_2[i];
    v_bar[i] -= M_bar_2 * params_k;
  }
  pBar[0] += params_k_bar;
  for (let i = 3; i >= 1; i--) {
    const v_bar_2 = v_bar[i];
    v_bar[i] = 0;
    v_bar[i] += v_bar_2 + v_bar_2 * v_2[i - 1];
    v_bar[i - 1] += v_bar_2 * v_tape[i - 1];
  }
  for (let i = 0; i < 4; i++) {
    const v_bar_2 = v_bar[i];
    const u = y[i + 1];
    yBar[i + 1] += v_bar_2 * (1 + u) + v_bar_2 * u;
  }
}
