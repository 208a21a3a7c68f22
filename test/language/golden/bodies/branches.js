export function field(t, y, p, dy) {
  const x = y[0];
  let y_2 = 0;
  if (x > 2) {
    y_2 = x;
  } else {
    if (x > 0) {
      const params_k = p[0];
      if (params_k > 1) {
        y_2 = x * params_k;
      } else {
        y_2 = 1 / (params_k - 1.2);
      }
    } else {
      y_2 = Math.log(x);
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
  if (x > 2) {
    x_bar += f_x_bar;
  } else {
    if (x > 0) {
      let params_k_bar_2 = 0;
      if (params_k > 1) {
        x_bar += f_x_bar * params_k;
        params_k_bar_2 = f_x_bar * x;
      } else {
        const y_2 = params_k - 1.2;
        const y_bar = 1 / y_2 / y_2;
        const y_bar_2 = -f_x_bar * y_bar;
        params_k_bar_2 = y_bar_2 === y_bar_2 || (f_x_bar !== 0 && y_bar !== 0) ? y_bar_2 : 0;
      }
      pBar[0] += params_k_bar_2;
    } else {
      const x_bar_2 = 1 / x;
      const x_bar_3 = f_x_bar * x_bar_2;
      x_bar += x_bar_3 === x_bar_3 || (f_x_bar !== 0 && x_bar_2 !== 0) ? x_bar_3 : 0;
    }
  }
  yBar[0] += x_bar - f_x_bar;
}
