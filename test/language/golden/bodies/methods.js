export function field(t, y, p, dy) {
  const squares = squares$;
  const v = v$;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    squares[i] = each * each * p[i + 1];
  }
  const x = y[0];
  let sum = x;
  for (let i = 0; i < 4; i++) {
    const before = sum;
    sum = before + squares[i] * i;
  }
  const sum_2 = sum;
  const filling = sum_2 / 4;
  for (let i = 0; i < 3; i++) {
    v[i] = filling;
  }
  dy[0] = sum_2 * v[2] - x;
  const params_k = p[0];
  for (let i = 0; i < 4; i++) {
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - y[i + 1];
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const squares_2 = squares_2$;
  const squares_bar = squares_bar$;
  const v_2 = v_2$;
  const v_bar = v_bar$;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    squares_2[i] = each * each * p[i + 1];
  }
  const x = y[0];
  let sum = x;
  for (let i = 0; i < 4; i++) {
    const before = sum;
    sum = before + squares_2[i] * i;
  }
  const sum_2 = sum;
  const filling = sum_2 / 4;
  for (let i = 0; i < 3; i++) {
    v_2[i] = filling;
  }
  const params_k = p[0];
  for (let i = 0; i < 3; i++) {
    v_bar[i] = 0;
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
  pBar[0] += params_k_bar;
  const f_x_bar = w[0];
  v_bar[2] = f_x_bar * sum_2;
  let filling_bar = 0;
  for (let i = 0; i < 3; i++) {
    const filling_bar_2 = v_bar[i];
    filling_bar += filling_bar_2;
  }
  let sum_bar = f_x_bar * v_2[2] + filling_bar * 0.25;
  for (let i = 3; i >= 0; i--) {
    const sum_bar_2 = sum_bar;
    squares_bar[i] = sum_bar_2 * i;
    sum_bar = sum_bar_2;
  }
  yBar[0] += x_bar - f_x_bar + sum_bar;
  for (let i = 0; i < 4; i++) {
    const squares_bar_2 = squares_bar[i];
    const each = y[i + 1];
    pBar[i + 1] += squares_bar_2 * (each * each);
    const each_bar = squares_bar_2 * p[i + 1] * each;
    yBar[i + 1] += each_bar + each_bar;
  }
}
