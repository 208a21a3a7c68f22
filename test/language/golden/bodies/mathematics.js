export function field(t, y, p, dy) {
  const x = y[0];
  const p_2 = 0.3 * x;
  const params_k = p[0];
  const y_2 = Math.sin(p_2) + Math.cos(p_2) * Math.tan(p_2) + Math.asin(p_2) - Math.acos(p_2);
  const y_3 = Math.acosh(1 + params_k);
  const y_4 = Math.atanh(p_2);
  const y_5 = Math.sinh(p_2) * Math.cosh(params_k) - Math.tanh(x) + Math.asinh(x) + y_3 + y_4;
  const y_6 = Math.log2(params_k + x);
  const y_7 = Math.exp(-x) + Math.expm1(p_2) + Math.log(params_k) + Math.log1p(p_2) + y_6;
  const y_8 = Math.pow(params_k, x);
  const y_9 = Math.sqrt(params_k) + Math.cbrt(x) + Math.hypot(Math.hypot(x, params_k), 2) +
      Math.atan2(x, params_k) + y_8;
  const y_10 = y_2 + Math.atan(params_k * p_2) + y_5 + (y_7 + Math.log10(params_k + 2)) + y_9;
  dy[0] = y_10 * 1.1557273497909217 - x;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - each;
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const x = y[0];
  const p_2 = 0.3 * x;
  const y_2 = Math.tan(p_2);
  const params_k = p[0];
  const y_3 = params_k * p_2;
  const y_4 = Math.tanh(x);
  const y_5 = 1 + params_k;
  const y_6 = Math.exp(-x);
  const y_7 = Math.cbrt(x);
  const y_8 = Math.hypot(x, params_k);
  const y_9 = Math.hypot(y_8, 2);
  const y_10 = Math.pow(params_k, x);
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
  const y_bar = f_x_bar * 1.1557273497909217;
  const params_k_bar_2 = Math.pow(params_k, x - 1);
  const params_k_bar_3 = x * params_k_bar_2;
  const params_k_bar_4 = params_k_bar_3 === params_k_bar_3 || (x !== 0 && params_k_bar_2 !== 0) ?
      params_k_bar_3 : 0;
  const params_k_bar_5 = y_bar * params_k_bar_4;
  const y_11 = Math.log(params_k);
  let x_bar_2 = 0;
  if (y_10 === 0 && params_k >= 0) {
    x_bar_2 = 0;
  } else {
    x_bar_2 = y_10 * y_11;
  }
  const x_bar_3 = x_bar_2;
  const x_bar_4 = y_bar * x_bar_3;
  const x_bar_5 = params_k / y_8;
  const x_bar_6 = x_bar_5 / y_8;
  const x_bar_7 = y_bar * x_bar_6;
  const params_k_bar_6 = x / y_8;
  const params_k_bar_7 = params_k_bar_6 / y_8;
  const params_k_bar_8 = -y_bar * params_k_bar_7;
  let y_bar_2 = 0;
  if (y_9 === 0) {
    y_bar_2 = 0;
  } else {
    y_bar_2 = y_bar * (y_8 / y_9);
  }
  const y_bar_3 = y_bar_2;
  let x_bar_8 = 0;
  if (y_8 === 0) {
    x_bar_8 = 0;
  } else {
    x_bar_8 = y_bar_3 * params_k_bar_6;
  }
  let params_k_bar_9 = 0;
  if (y_8 === 0) {
    params_k_bar_9 = 0;
  } else {
    params_k_bar_9 = y_bar_3 * x_bar_5;
  }
  const x_bar_9 = 1 / (3 * (y_7 * y_7));
  const x_bar_10 = y_bar * x_bar_9;
  const params_k_bar_10 = 0.5 / Math.sqrt(params_k);
  const params_k_bar_11 = y_bar * params_k_bar_10;
  const y_bar_4 = 0.4342944819032518 / (params_k + 2);
  const y_bar_5 = y_bar * y_bar_4;
  const y_bar_6 = 1.4426950408889634 / (params_k + x);
  const y_bar_7 = y_bar * y_bar_6;
  const y_bar_8 = y_bar_7 === y_bar_7 || (y_bar !== 0 && y_bar_6 !== 0) ? y_bar_7 : 0;
  const p_bar = 1 + p_2;
  const p_bar_2 = 1 / p_bar;
  const p_bar_3 = y_bar * p_bar_2;
  const p_bar_4 = p_bar_3 === p_bar_3 || (y_bar !== 0 && p_bar_2 !== 0) ? p_bar_3 : 0;
  const params_k_bar_12 = 1 / params_k;
  const params_k_bar_13 = y_bar * params_k_bar_12;
  const p_bar_5 = Math.exp(p_2);
  const p_bar_6 = y_bar * p_bar_5;
  const y_bar_9 = y_bar * y_6;
  const p_bar_7 = (1 - p_2) * p_bar;
  const p_bar_8 = 1 / p_bar_7;
  const p_bar_9 = y_bar * p_bar_8;
  const y_bar_10 = 1 / (Math.sqrt(y_5 - 1) * Math.sqrt(y_5 + 1));
  const y_bar_11 = y_bar * y_bar_10;
  const y_bar_12 = y_bar * Math.cosh(params_k);
  const y_bar_13 = y_bar * Math.sinh(p_2);
  const params_k_bar_14 = Math.sinh(params_k);
  const params_k_bar_15 = y_bar_13 * params_k_bar_14;
  const p_bar_10 = Math.cosh(p_2);
  const p_bar_11 = y_bar_12 * p_bar_10;
  const v = 1 + y_3 * y_3;
  let y_bar_14 = 0;
  if (v === 1 / 0) {
    y_bar_14 = 0;
  } else {
    y_bar_14 = y_bar / v;
  }
  const y_bar_15 = y_bar_14;
  const params_k_bar_16 = params_k_bar +
      (params_k_bar_5 === params_k_bar_5 || (y_bar !== 0 && params_k_bar_4 !== 0) ? params_k_bar_5 :
      0) +
      (params_k_bar_8 === params_k_bar_8 || (y_bar !== 0 && params_k_bar_7 !== 0) ? params_k_bar_8 :
      0) +
      params_k_bar_9 +
      (params_k_bar_11 === params_k_bar_11 || (y_bar !== 0 && params_k_bar_10 !== 0) ?
      params_k_bar_11 : 0) +
      (y_bar_5 === y_bar_5 || (y_bar !== 0 && y_bar_4 !== 0) ? y_bar_5 : 0);
  pBar[0] += params_k_bar_16 + y_bar_8 +
      (params_k_bar_13 === params_k_bar_13 || (y_bar !== 0 && params_k_bar_12 !== 0) ?
      params_k_bar_13 : 0) +
      (y_bar_11 === y_bar_11 || (y_bar !== 0 && y_bar_10 !== 0) ? y_bar_11 : 0) +
      (params_k_bar_15 === params_k_bar_15 || (y_bar_13 !== 0 && params_k_bar_14 !== 0) ?
      params_k_bar_15 : 0) +
      y_bar_15 * p_2;
  const p_bar_12 = 1 / Math.sqrt(p_bar_7);
  const p_bar_13 = y_bar * p_bar_12;
  const p_bar_14 = y_bar * p_bar_12;
  const y_bar_16 = y_bar * Math.cos(p_2);
  const p_bar_15 = p_bar_13 === p_bar_13 || (y_bar !== 0 && p_bar_12 !== 0) ? p_bar_13 : 0;
  const p_bar_16 = p_bar_4 + (p_bar_6 === p_bar_6 || (y_bar !== 0 && p_bar_5 !== 0) ? p_bar_6 : 0) +
      (p_bar_9 === p_bar_9 || (y_bar !== 0 && p_bar_8 !== 0) ? p_bar_9 : 0) +
      (p_bar_11 === p_bar_11 || (y_bar_12 !== 0 && p_bar_10 !== 0) ? p_bar_11 : 0) +
      y_bar_15 * params_k + p_bar_15;
  const p_bar_17 = y_bar * y_2 * Math.sin(p_2);
  const x_bar_11 = x_bar - f_x_bar +
      (x_bar_4 === x_bar_4 || (y_bar !== 0 && x_bar_3 !== 0) ? x_bar_4 : 0) +
      (x_bar_7 === x_bar_7 || (y_bar !== 0 && x_bar_6 !== 0) ? x_bar_7 : 0) + x_bar_8 +
      (x_bar_10 === x_bar_10 || (y_bar !== 0 && x_bar_9 !== 0) ? x_bar_10 : 0) + y_bar_8;
  const x_bar_12 = x_bar_11 - (y_bar_9 === y_bar_9 || (y_bar !== 0 && y_6 !== 0) ? y_bar_9 : 0) +
      y_bar / Math.hypot(1, x) - y_bar * (1 - y_4 * y_4);
  const x_bar_13 = (p_bar_16 +
      (p_bar_14 === p_bar_14 || (y_bar !== 0 && p_bar_12 !== 0) ? p_bar_14 : 0) +
      y_bar_16 * (1 + y_2 * y_2) - p_bar_17 + y_bar_16) *
      0.3;
  yBar[0] += x_bar_12 + x_bar_13;
}
