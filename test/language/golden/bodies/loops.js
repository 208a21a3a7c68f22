export function field(t, y, p, dy) {
  let y_2 = 0;
  for (let i = 0; i < 4; i++) {
    y_2 += y[i + 1] * p[i + 1];
  }
  for (let i = 3; i >= 0; i--) {
    y_2 = y_2 * 0.5 + y[i + 1];
  }
  for (let i = 0; i < 2; i++) {
    y_2 = y_2 * (1 + y[2 * i + 2]);
  }
  const x = y[0];
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      y_2 += y[i + 1] * p[-2 * j + 4] * x;
    }
  }
  dy[0] = y_2 - x;
  const params_k = p[0];
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - each;
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const y_tape = y_tape$;
  let y_2 = 0;
  for (let i = 0; i < 4; i++) {
    y_2 += y[i + 1] * p[i + 1];
  }
  for (let i = 3; i >= 0; i--) {
    y_2 = y_2 * 0.5 + y[i + 1];
  }
  for (let i = 0; i < 2; i++) {
    const y_3 = y_2;
    y_tape[i] = y_3;
    y_2 = y_3 * (1 + y[2 * i + 2]);
  }
  const x = y[0];
  const params_k = p[0];
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
  pBar[0] += params_k_bar;
  const f_x_bar = w[0];
  const y_bar = f_x_bar * x;
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      const u = y[i + 1];
      const a = p[-2 * j + 4];
      x_bar += f_x_bar * (u * a);
      pBar[-2 * j + 4] += y_bar * u;
      yBar[i + 1] += y_bar * a;
    }
  }
  yBar[0] += x_bar - f_x_bar;
  let y_bar_2 = f_x_bar;
  for (let i = 1; i >= 0; i--) {
    const y_bar_3 = y_bar_2;
    yBar[2 * i + 2] += y_bar_3 * y_tape[i];
    y_bar_2 = y_bar_3 * (1 + y[2 * i + 2]);
  }
  for (let i = 0; i < 4; i++) {
    const y_bar_3 = y_bar_2;
    yBar[i + 1] += y_bar_3;
    y_bar_2 = y_bar_3 * 0.5;
  }
  const y_bar_3 = y_bar_2;
  for (let i = 0; i < 4; i++) {
    pBar[i + 1] += y_bar_3 * y[i + 1];
    yBar[i + 1] += y_bar_3 * p[i + 1];
  }
}
