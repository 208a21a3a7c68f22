export function field(t, y, p, dy) {
  const d = d$;
  const unit = unit$;
  let result = 1;
  for (let i = 0; i < 4; i++) {
    const before = result;
    const each = y[i + 1];
    const result_2 = each * each;
    result = before + result_2;
  }
  const size = Math.sqrt(result);
  for (let i = 0; i < 4; i++) {
    unit[i] = y[i + 1] / size;
  }
  const params_k = p[0];
  for (let i = 0; i < 4; i++) {
    d[i] = params_k * unit[i];
  }
  for (let i = 0; i < 4; i++) {
    d[i] -= y[i + 1];
  }
  const used = params_k + (-1);
  const x = y[0];
  dy[0] = d[0] * d[3] + size * used - x;
  for (let i = 0; i < 4; i++) {
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - y[i + 1];
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const d_2 = d_2$;
  const d_bar = d_bar$;
  const unit_2 = unit_2$;
  const unit_bar = unit_bar$;
  let result = 1;
  for (let i = 0; i < 4; i++) {
    const before = result;
    const each = y[i + 1];
    const result_2 = each * each;
    result = before + result_2;
  }
  const size = Math.sqrt(result);
  for (let i = 0; i < 4; i++) {
    unit_2[i] = y[i + 1] / size;
  }
  const params_k = p[0];
  for (let i = 0; i < 4; i++) {
    d_2[i] = params_k * unit_2[i];
  }
  for (let i = 0; i < 4; i++) {
    d_2[i] -= y[i + 1];
  }
  const used = params_k + (-1);
  for (let i = 0; i < 4; i++) {
    d_bar[i] = 0;
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
  const size_bar = f_x_bar * used;
  const used_bar = f_x_bar * size;
  d_bar[3] = f_x_bar * d_2[0];
  d_bar[0] = f_x_bar * d_2[3];
  for (let i = 0; i < 4; i++) {
    yBar[i + 1] -= d_bar[i];
  }
  for (let i = 0; i < 4; i++) {
    const d_bar_2 = d_bar[i];
    params_k_bar += d_bar_2 * unit_2[i];
    unit_bar[i] = d_bar_2 * params_k;
  }
  pBar[0] += params_k_bar + used_bar;
  let size_bar_2 = 0;
  const each_bar = 1 / size;
  for (let i = 0; i < 4; i++) {
    const unit_bar_2 = unit_bar[i];
    const each_bar_2 = unit_bar_2 * each_bar;
    const size_bar_3 = y[i + 1] / size / size;
    const size_bar_4 = -unit_bar_2 * size_bar_3;
    size_bar_2 += size_bar_4 === size_bar_4 || (unit_bar_2 !== 0 && size_bar_3 !== 0) ? size_bar_4 :
        0;
    yBar[i + 1] += each_bar_2 === each_bar_2 || (unit_bar_2 !== 0 && each_bar !== 0) ? each_bar_2 :
        0;
  }
  const size_bar_3 = size_bar_2 + size_bar;
  const result_bar = 0.5 / size;
  const result_bar_2 = size_bar_3 * result_bar;
  let result_bar_3 = result_bar_2 === result_bar_2 || (size_bar_3 !== 0 && result_bar !== 0) ?
      result_bar_2 : 0;
  for (let i = 3; i >= 0; i--) {
    const result_bar_4 = result_bar_3;
    const each_bar_2 = result_bar_4 * y[i + 1];
    yBar[i + 1] += each_bar_2 + each_bar_2;
    result_bar_3 = result_bar_4;
  }
}
