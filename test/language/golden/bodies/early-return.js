export function field(t, y, p, dy) {
  const x = y[0];
  const params_k = p[0];
  const v = x * params_k;
  let limited = 0;
  if (v > 3) {
    limited = 3;
  } else {
    if (v < 0) {
      limited = Math.exp(v) - 1;
    } else {
      limited = v * v;
    }
  }
  let limited_2 = 0;
  if (-x > 3) {
    limited_2 = 3;
  } else {
    if (-x < 0) {
      limited_2 = Math.exp(-x) - 1;
    } else {
      limited_2 = x * x;
    }
  }
  const v_2 = 10 * x;
  let limited_3 = 0;
  if (v_2 > 3) {
    limited_3 = 3;
  } else {
    if (v_2 < 0) {
      limited_3 = Math.exp(v_2) - 1;
    } else {
      limited_3 = v_2 * v_2;
    }
  }
  dy[0] = limited + limited_2 + limited_3 - x;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - each;
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const x = y[0];
  const params_k = p[0];
  const v = x * params_k;
  const v_2 = 10 * x;
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
  let v_bar = 0;
  if (!(v_2 > 3)) {
    if (v_2 < 0) {
      const limited = Math.exp(v_2);
      const v_bar_2 = f_x_bar * limited;
      v_bar = v_bar_2 === v_bar_2 || (f_x_bar !== 0 && limited !== 0) ? v_bar_2 : 0;
    } else {
      const v_bar_2 = f_x_bar * v_2;
      v_bar = v_bar_2 + v_bar_2;
    }
  }
  if (!(-x > 3)) {
    if (-x < 0) {
      const limited = Math.exp(-x);
      const limited_bar = f_x_bar * limited;
      x_bar -= limited_bar === limited_bar || (f_x_bar !== 0 && limited !== 0) ? limited_bar : 0;
    } else {
      const x_bar_2 = f_x_bar * x;
      x_bar += x_bar_2;
      x_bar += x_bar_2;
    }
  }
  let v_bar_2 = 0;
  if (!(v > 3)) {
    if (v < 0) {
      const limited = Math.exp(v);
      const v_bar_3 = f_x_bar * limited;
      v_bar_2 = v_bar_3 === v_bar_3 || (f_x_bar !== 0 && limited !== 0) ? v_bar_3 : 0;
    } else {
      const v_bar_3 = f_x_bar * v;
      v_bar_2 = v_bar_3 + v_bar_3;
    }
  }
  const v_bar_3 = v_bar_2;
  pBar[0] += params_k_bar + v_bar_3 * x;
  yBar[0] += x_bar - f_x_bar + v_bar * 10 + v_bar_3 * params_k;
}
