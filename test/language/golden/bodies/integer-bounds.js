export function field(t, y, p, dy) {
  const from_zero = from_zero$;
  const up_to_zero = up_to_zero$;
  let y_2 = 0;
  for (let i = 0; i < 4; i++) {
    for (let j = from_zero[i]; j < up_to_zero[i] + 4; j++) {
      y_2 += p[i + 1] * y[j + 1] * y[i + 1];
    }
  }
  const x = y[0];
  y_2 += y[4] * x;
  dy[0] = y_2 - x;
  const params_k = p[0];
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - each;
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const from_zero = from_zero$;
  const up_to_zero = up_to_zero$;
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
  yBar[0] += x_bar - f_x_bar + f_x_bar * y[4];
  yBar[4] += f_x_bar * x;
  for (let i = 0; i < 4; i++) {
    for (let j = from_zero[i]; j < up_to_zero[i] + 4; j++) {
      const y_bar = f_x_bar * y[i + 1];
      const a = p[i + 1];
      const u = y[j + 1];
      yBar[i + 1] += f_x_bar * (a * u);
      yBar[j + 1] += y_bar * a;
      pBar[i + 1] += y_bar * u;
    }
  }
}
