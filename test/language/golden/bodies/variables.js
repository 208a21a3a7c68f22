export function field(t, y, p, dy) {
  const x = y[0];
  const params_k = p[0];
  const s = (x + params_k - y[1]) * x / 2;
  const s_2 = ((s * s) % 5) + 1;
  let chosen = 0;
  if (s_2 > 1) {
    chosen = s_2 * params_k;
  } else {
    chosen = -s_2;
  }
  const chosen_2 = chosen;
  dy[0] = (s_2 + chosen_2 * 2) * chosen_2 - x;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - each;
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const x = y[0];
  const params_k = p[0];
  const s = x + params_k - y[1];
  const s_2 = s * x / 2;
  const s_3 = ((s_2 * s_2) % 5) + 1;
  let chosen = 0;
  if (s_3 > 1) {
    chosen = s_3 * params_k;
  } else {
    chosen = -s_3;
  }
  const chosen_2 = chosen;
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
  const s_bar = f_x_bar * chosen_2;
  const chosen_bar = f_x_bar * (s_3 + chosen_2 * 2) + s_bar * 2;
  let s_bar_2 = 0;
  if (s_3 > 1) {
    params_k_bar += chosen_bar * s_3;
    s_bar_2 = chosen_bar * params_k;
  } else {
    s_bar_2 = -chosen_bar;
  }
  const s_bar_3 = (s_bar_2 + s_bar) * s_2;
  const s_bar_4 = (s_bar_3 + s_bar_3) * 0.5;
  const s_bar_5 = s_bar_4 * x;
  yBar[1] -= s_bar_5;
  pBar[0] += params_k_bar + s_bar_5;
  yBar[0] += x_bar - f_x_bar + s_bar_4 * s + s_bar_5;
}
