export function field(t, y, p, dy) {
  const c = c$;
  const d = d$;
  for (let i = 0; i < 4; i++) {
    c[i] = 0;
  }
  for (let i = 0; i < 4; i++) {
    d[i] = 0;
  }
  const params_k = p[0];
  const c_2 = 4 + params_k;
  c[0] = (-1) / c_2;
  d[0] = y[1] / c_2;
  for (let i = 1; i < 4; i++) {
    const scale = 1 / (c_2 + c[i - 1]);
    c[i] = -scale;
    d[i] = (y[i + 1] + d[i - 1]) * scale;
  }
  for (let i = 2; i >= 0; i--) {
    d[i] = d[i] - c[i] * d[i + 1];
  }
  let y_2 = 0;
  for (let i = 0; i < 4; i++) {
    y_2 += d[i] * p[i + 1];
  }
  const x = y[0];
  dy[0] = y_2 - x;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - each;
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const c_2 = c_2$;
  const c_bar = c_bar$;
  const d_2 = d_2$;
  const d_bar = d_bar$;
  const d_tape = d_tape$;
  for (let i = 0; i < 4; i++) {
    c_2[i] = 0;
  }
  for (let i = 0; i < 4; i++) {
    d_2[i] = 0;
  }
  const params_k = p[0];
  const c = 4 + params_k;
  const c_3 = (-1) / c;
  c_2[0] = c_3;
  const d = y[1] / c;
  d_2[0] = d;
  for (let i = 1; i < 4; i++) {
    const scale = 1 / (c + c_2[i - 1]);
    c_2[i] = -scale;
    const d_3 = y[i + 1] + d_2[i - 1];
    d_tape[i - 1] = d_3;
    d_2[i] = d_3 * scale;
  }
  for (let i = 2; i >= 0; i--) {
    d_2[i] = d_2[i] - c_2[i] * d_2[i + 1];
  }
  for (let i = 0; i < 4; i++) {
    c_bar[i] = 0;
  }
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
  const f_x_bar = w[0];
  yBar[0] += x_bar - f_x_bar;
  for (let i = 0; i < 4; i++) {
    pBar[i + 1] += f_x_bar * d_2[i];
    d_bar[i] = f_x_bar * p[i + 1];
  }
  for (let i = 0; i < 3; i++) {
    const d_bar_2 = d_bar[i];
    d_bar[i] = 0;
    d_bar[i + 1] -= d_bar_2 * c_2[i];
    c_bar[i] = -d_bar_2 * d_2[i + 1];
    d_bar[i] += d_bar_2;
  }
  let c_bar_2 = 0;
  for (let i = 3; i >= 1; i--) {
    const d_bar_2 = d_bar[i];
    const scale = c + c_2[i - 1];
    const scale_2 = 1 / scale;
    const d_bar_3 = d_bar_2 * scale_2;
    const scale_bar = d_bar_2 * d_tape[i - 1];
    d_bar[i - 1] += d_bar_3;
    yBar[i + 1] += d_bar_3;
    const scale_bar_2 = scale_bar - c_bar[i];
    const scale_bar_3 = scale_2 / scale;
    const scale_bar_4 = -scale_bar_2 * scale_bar_3;
    const scale_bar_5 = scale_bar_4 === scale_bar_4 || (scale_bar_2 !== 0 && scale_bar_3 !== 0) ?
        scale_bar_4 : 0;
    c_bar_2 += scale_bar_5;
    c_bar[i - 1] += scale_bar_5;
  }
  const d_bar_2 = d_bar[0];
  const u_bar = 1 / c;
  const u_bar_2 = d_bar_2 * u_bar;
  const c_bar_3 = d / c;
  const c_bar_4 = -d_bar_2 * c_bar_3;
  yBar[1] += u_bar_2 === u_bar_2 || (d_bar_2 !== 0 && u_bar !== 0) ? u_bar_2 : 0;
  const c_bar_5 = c_bar[0];
  const c_bar_6 = c_3 / c;
  const c_bar_7 = -c_bar_5 * c_bar_6;
  pBar[0] += params_k_bar +
      (c_bar_2 + (c_bar_4 === c_bar_4 || (d_bar_2 !== 0 && c_bar_3 !== 0) ? c_bar_4 : 0) +
      (c_bar_7 === c_bar_7 || (c_bar_5 !== 0 && c_bar_6 !== 0) ? c_bar_7 : 0));
}
