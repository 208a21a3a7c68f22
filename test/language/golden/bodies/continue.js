export function field(t, y, p, dy) {
  let y_2 = 0;
  for (let i = 0; i < 4; i++) {
    const u = y[i + 1];
    if (!(u < 0)) {
      y_2 += Math.sqrt(u) * p[i + 1];
    }
  }
  const x = y[0];
  dy[0] = y_2 - x;
  const params_k = p[0];
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - each;
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const params_k = p[0];
  let x_bar = 0;
  let params_k_bar = 0;
  const x = y[0];
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
  yBar[0] += x_bar - f_x_bar;
  for (let i = 0; i < 4; i++) {
    const u = y[i + 1];
    let u_bar = 0;
    if (!(u < 0)) {
      const y_bar = f_x_bar * p[i + 1];
      const y_2 = Math.sqrt(u);
      pBar[i + 1] += f_x_bar * y_2;
      const u_bar_2 = 0.5 / y_2;
      const u_bar_3 = y_bar * u_bar_2;
      u_bar = u_bar_3 === u_bar_3 || (y_bar !== 0 && u_bar_2 !== 0) ? u_bar_3 : 0;
    }
    yBar[i + 1] += u_bar;
  }
}
