export function field(t, y, p, dy) {
  const params_k = p[0];
  const x = y[0];
  const scale = params_k * x;
  const v = y[1];
  const v_2 = y[2];
  const y_2 = 2 * scale;
  const y_3 = (v * scale + v) * (y_2 + v) + (v_2 * scale + v_2) * (y_2 + v_2);
  dy[0] = y_3 - x;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - each;
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const params_k = p[0];
  const x = y[0];
  const scale = params_k * x;
  const v = y[1];
  const v_2 = y[2];
  const y_2 = 2 * scale;
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
  const y_bar = f_x_bar * (y_2 + v_2);
  const y_bar_2 = f_x_bar * (v_2 * scale + v_2);
  const v_bar = y_bar * scale;
  const scale_bar = y_bar * v_2;
  const y_bar_3 = f_x_bar * (y_2 + v);
  const y_bar_4 = f_x_bar * (v * scale + v);
  yBar[2] += y_bar_2 + y_bar + v_bar;
  yBar[1] += y_bar_4 + y_bar_3 + y_bar_3 * scale;
  const scale_bar_2 = scale_bar + (y_bar_2 + y_bar_4) * 2 + y_bar_3 * v;
  yBar[0] += x_bar - f_x_bar + scale_bar_2 * params_k;
  pBar[0] += params_k_bar + scale_bar_2 * x;
}
