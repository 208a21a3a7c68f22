export function field(t, y, p, dy) {
  const first = y[1];
  const third = y[3];
  const middle = y[2] * third;
  const u = y[4];
  const x = y[0];
  const params_k = p[0];
  let low = x;
  let high = params_k;
  if (x < params_k) {
    low = params_k;
    high = x;
  }
  dy[0] = first * third + middle * first - u + low / high + u * u - x;
  for (let i = 0; i < 4; i++) {
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - y[i + 1];
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const w_bar = w_bar$;
  const first = y[1];
  const third = y[3];
  const u = y[2];
  const middle = u * third;
  const x = y[0];
  const params_k = p[0];
  let low = x;
  let high = params_k;
  if (x < params_k) {
    low = params_k;
    high = x;
  }
  const high_2 = high;
  for (let i = 0; i < 4; i++) {
    w_bar[i] = 0;
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
  const w_bar_2 = f_x_bar * y[4];
  const low_bar = 1 / high_2;
  const low_bar_2 = f_x_bar * low_bar;
  const low_bar_3 = low_bar_2 === low_bar_2 || (f_x_bar !== 0 && low_bar !== 0) ? low_bar_2 : 0;
  const high_bar = low / high_2 / high_2;
  const high_bar_2 = -f_x_bar * high_bar;
  const high_bar_3 = high_bar_2 === high_bar_2 || (f_x_bar !== 0 && high_bar !== 0) ? high_bar_2 :
      0;
  const third_bar = f_x_bar * (u * first);
  const first_bar = f_x_bar * middle;
  w_bar[3] = w_bar_2 + w_bar_2;
  for (let i = 0; i < 4; i++) {
    yBar[i + 1] += w_bar[i];
  }
  let high_bar_4 = high_bar_3;
  let low_bar_4 = low_bar_3;
  if (x < params_k) {
    x_bar += high_bar_3;
    params_k_bar += low_bar_3;
    high_bar_4 = 0;
    low_bar_4 = 0;
  }
  pBar[0] += params_k_bar + high_bar_4;
  yBar[0] += x_bar - f_x_bar + low_bar_4;
  yBar[4] -= f_x_bar;
  yBar[2] += f_x_bar * (first * third);
  yBar[3] += third_bar + f_x_bar * first;
  yBar[1] += first_bar + f_x_bar * third;
}
