export function field(t, y, p, dy) {
  let y_2 = 0;
  for (let i = 0; i < 4; i++) {
    let sum = 0;
    for (let j = 0; j < i + 1; j++) {
      sum += p[j + 1] * y[i - j + 1];
    }
    const sum_2 = sum;
    y_2 += sum_2 * sum_2;
  }
  const params_k = p[0];
  for (let i = 0; i < 4; i++) {
    for (let j = i + 1; j < 4; j++) {
      y_2 -= y[i + 1] * y[j + 1] * params_k;
    }
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
  const sum_tape = sum_tape$;
  for (let i = 0; i < 4; i++) {
    let sum = 0;
    for (let j = 0; j < i + 1; j++) {
      sum += p[j + 1] * y[i - j + 1];
    }
    sum_tape[i] = sum;
  }
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
  const f_x_bar = w[0];
  yBar[0] += x_bar - f_x_bar;
  const y_bar = f_x_bar * params_k;
  for (let i = 0; i < 4; i++) {
    for (let j = i + 1; j < 4; j++) {
      const u = y[i + 1];
      const u_2 = y[j + 1];
      params_k_bar -= f_x_bar * (u * u_2);
      yBar[j + 1] -= y_bar * u;
      yBar[i + 1] -= y_bar * u_2;
    }
  }
  pBar[0] += params_k_bar;
  for (let i = 0; i < 4; i++) {
    const sum_bar = f_x_bar * sum_tape[i];
    const sum_bar_2 = sum_bar + sum_bar;
    for (let j = 0; j < i + 1; j++) {
      yBar[i - j + 1] += sum_bar_2 * p[j + 1];
      pBar[j + 1] += sum_bar_2 * y[i - j + 1];
    }
  }
}
