export function field(t, y, p, dy) {
  const x = y[0];
  const params_k = p[0];
  const u = y[1];
  const y_2 = Math.min(Math.min(x, y[4]), 2);
  const y_3 = Math.trunc(-params_k) * x;
  const y_4 = Math.floor(3 * x) * x + Math.ceil(params_k) * params_k + Math.round(u) - y_3;
  const y_5 = Math.abs(x - params_k) + Math.sign(x) * params_k +
      Math.max(Math.max(x, params_k), u) - y_2;
  dy[0] = y_5 + (y_4 + Math.fround(0.5) * x) - x;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - each;
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const x = y[0];
  const params_k = p[0];
  const y_2 = Math.max(x, params_k);
  const u = y[1];
  const u_2 = y[4];
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
  let y_bar = 0;
  if (Math.min(x, u_2) < 2) {
    y_bar = -f_x_bar;
  } else {
    y_bar = 0;
  }
  const y_bar_2 = y_bar;
  yBar[4] += x < u_2 ? 0 : y_bar_2;
  const y_bar_3 = y_2 >= u ? f_x_bar : 0;
  yBar[1] += y_2 >= u ? 0 : f_x_bar;
  const y_bar_4 = f_x_bar * Math.sign(x - params_k);
  pBar[0] += params_k_bar + f_x_bar * Math.ceil(params_k) + (x >= params_k ? 0 : y_bar_3) +
      f_x_bar * Math.sign(x) - y_bar_4;
  const x_bar_2 = f_x_bar * Math.floor(3 * x);
  const x_bar_3 = x_bar - f_x_bar + f_x_bar * Math.fround(0.5) - f_x_bar * Math.trunc(-params_k) +
      x_bar_2;
  yBar[0] += x_bar_3 + (x < u_2 ? y_bar_2 : 0) + (x >= params_k ? y_bar_3 : 0) + y_bar_4;
}
