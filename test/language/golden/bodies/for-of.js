export function field(t, y, p, dy) {
  const M = M$;
  const M_0 = M_0$;
  const M_1 = M_1$;
  const items = items$;
  const x = y[0];
  M_0[0] = x;
  const params_k = p[0];
  M_0[1] = params_k;
  M_1[0] = params_k;
  M_1[1] = 1;
  for (let i = 0; i < 2; i++) {
    M[i] = M_0[i];
  }
  for (let i = 0; i < 2; i++) {
    M[i + 2] = M_1[i];
  }
  let y_2 = 0;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    y_2 += each * each;
  }
  for (let i = 0; i < 2; i++) {
    y_2 += M[2 * i] * M[2 * i + 1];
  }
  items[0] = x;
  items[1] = params_k;
  items[2] = x * params_k;
  for (let i = 0; i < 3; i++) {
    y_2 = y_2 * items[i];
  }
  dy[0] = y_2 - x;
  for (let i = 0; i < 4; i++) {
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - y[i + 1];
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const M_2 = M_2$;
  const M_0_2 = M_0_2$;
  const M_0_bar = M_0_bar$;
  const M_1_2 = M_1_2$;
  const M_1_bar = M_1_bar$;
  const M_bar = M_bar$;
  const items_2 = items_2$;
  const items_bar = items_bar$;
  const y_tape = y_tape$;
  const x = y[0];
  M_0_2[0] = x;
  const params_k = p[0];
  M_0_2[1] = params_k;
  M_1_2[0] = params_k;
  M_1_2[1] = 1;
  for (let i = 0; i < 2; i++) {
    M_2[i] = M_0_2[i];
  }
  for (let i = 0; i < 2; i++) {
    M_2[i + 2] = M_1_2[i];
  }
  let y_2 = 0;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    y_2 += each * each;
  }
  for (let i = 0; i < 2; i++) {
    y_2 += M_2[2 * i] * M_2[2 * i + 1];
  }
  items_2[0] = x;
  items_2[1] = params_k;
  items_2[2] = x * params_k;
  for (let i = 0; i < 3; i++) {
    const y_3 = y_2;
    y_tape[i] = y_3;
    y_2 = y_3 * items_2[i];
  }
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      M_bar[2 * i + j] = 0;
    }
  }
  let x_bar = 0;
  let params_k_bar = 0;
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
  let y_bar = f_x_bar;
  for (let i = 2; i >= 0; i--) {
    const y_bar_2 = y_bar;
    items_bar[i] = y_bar_2 * y_tape[i];
    y_bar = y_bar_2 * items_2[i];
  }
  const items_bar_2 = items_bar[2];
  const y_bar_2 = y_bar;
  for (let i = 0; i < 2; i++) {
    M_bar[2 * i + 1] = y_bar_2 * M_2[2 * i];
    M_bar[2 * i] = y_bar_2 * M_2[2 * i + 1];
  }
  for (let i = 0; i < 4; i++) {
    const each_bar = y_bar_2 * y[i + 1];
    yBar[i + 1] += each_bar + each_bar;
  }
  for (let i = 0; i < 2; i++) {
    M_1_bar[i] = M_bar[i + 2];
  }
  for (let i = 0; i < 2; i++) {
    M_0_bar[i] = M_bar[i];
  }
  pBar[0] += params_k_bar + items_bar_2 * x + items_bar[1] + M_1_bar[0] + M_0_bar[1];
  yBar[0] += x_bar - f_x_bar + items_bar_2 * params_k + items_bar[0] + M_0_bar[0];
}
