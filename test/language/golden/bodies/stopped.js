export function field(t, y, p, dy) {
  const stopped = stopped$;
  const x = y[0];
  const params_k = p[0];
  const stopped_2 = x * params_k;
  for (let i = 0; i < 4; i++) {
    stopped[i] = y[i + 1];
  }
  dy[0] = stopped_2 * x + stopped[1] * y[2] - x;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - each;
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const stopped_2 = stopped_2$;
  const x = y[0];
  const params_k = p[0];
  const stopped = x * params_k;
  for (let i = 0; i < 4; i++) {
    stopped_2[i] = y[i + 1];
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
  yBar[2] += f_x_bar * stopped_2[1];
  pBar[0] += params_k_bar;
  yBar[0] += x_bar - f_x_bar + f_x_bar * stopped;
}
