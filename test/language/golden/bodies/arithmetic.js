export function field(t, y, p, dy) {
  const x = y[0];
  const params_k = p[0];
  const y_2 = x * x;
  const y_3 = 1 + y_2;
  const y_4 = y_2 * x - Math.pow(y_3, params_k) + Math.pow(2, x);
  const y_5 = ((7 * x) % 2.3);
  dy[0] = (x + params_k) * (x - params_k) / y_3 + x + params_k + y_4 - y_5 - x;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - each;
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const x = y[0];
  const params_k = p[0];
  const y_2 = x + params_k;
  const y_3 = x - params_k;
  const y_4 = x * x;
  const y_5 = 1 + y_4;
  const y_6 = Math.pow(y_5, params_k);
  const y_7 = Math.pow(2, x);
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
  let x_bar_2 = 0;
  if (y_7 === 0) {
    x_bar_2 = 0;
  } else {
    x_bar_2 = y_7 * Math.log(2);
  }
  const x_bar_3 = x_bar_2;
  const x_bar_4 = f_x_bar * x_bar_3;
  const y_bar = Math.pow(y_5, params_k - 1);
  const y_bar_2 = params_k * y_bar;
  const y_bar_3 = y_bar_2 === y_bar_2 || (params_k !== 0 && y_bar !== 0) ? y_bar_2 : 0;
  const y_bar_4 = -f_x_bar * y_bar_3;
  let params_k_bar_2 = 0;
  if (y_6 === 0 && y_5 >= 0) {
    params_k_bar_2 = 0;
  } else {
    params_k_bar_2 = y_6 * Math.log(y_5);
  }
  const params_k_bar_3 = params_k_bar_2;
  const params_k_bar_4 = -f_x_bar * params_k_bar_3;
  const y_bar_5 = 1 / y_5;
  const y_bar_6 = f_x_bar * y_bar_5;
  const y_bar_7 = y_bar_6 === y_bar_6 || (f_x_bar !== 0 && y_bar_5 !== 0) ? y_bar_6 : 0;
  const y_bar_8 = y_2 * y_3 / y_5 / y_5;
  const y_bar_9 = -f_x_bar * y_bar_8;
  const x_bar_5 = (f_x_bar * x +
      ((y_bar_4 === y_bar_4 || (f_x_bar !== 0 && y_bar_3 !== 0) ? y_bar_4 : 0) +
      (y_bar_9 === y_bar_9 || (f_x_bar !== 0 && y_bar_8 !== 0) ? y_bar_9 : 0))) *
      x;
  const y_bar_10 = y_bar_7 * y_3;
  const y_bar_11 = y_bar_7 * y_2;
  pBar[0] += params_k_bar +
      (params_k_bar_4 === params_k_bar_4 || (f_x_bar !== 0 && params_k_bar_3 !== 0) ?
      params_k_bar_4 : 0) +
      f_x_bar - y_bar_11 + y_bar_10;
  const x_bar_6 = x_bar - f_x_bar - f_x_bar * 7 +
      (x_bar_4 === x_bar_4 || (f_x_bar !== 0 && x_bar_3 !== 0) ? x_bar_4 : 0) + f_x_bar * y_4 +
      f_x_bar + x_bar_5;
  yBar[0] += x_bar_6 + x_bar_5 + y_bar_11 + y_bar_10;
}
