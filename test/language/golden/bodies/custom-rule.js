export function field(t, y, p, dy) {
  const x = y[0];
  const v = y[2];
  const params_k = p[0];
  dy[0] = Math.sqrt(x * x + 0.01) * params_k + Math.sqrt(v * v + 0.01) - x;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - each;
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const x = y[0];
  const x_2 = Math.sqrt(x * x + 0.01);
  const v = y[2];
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
  const f_x_bar = w[0];
  pBar[0] += params_k_bar + f_x_bar * x_2;
  yBar[2] += f_x_bar * v / Math.sqrt(v * v + 0.01);
  yBar[0] += x_bar - f_x_bar + f_x_bar * params_k * x / x_2;
}
