export function field(t, y, p, dy) {
  const A_column = A_column$;
  const A_rowStart = A_rowStart$;
  const A_value = A_value$;
  const y_2 = y_2$;
  const params_k = p[0];
  let y_3 = 0;
  for (let i = 0; i < 4; i++) {
    for (let e = A_rowStart[i]; e < A_rowStart[i + 1]; e++) {
      y_3 += A_value[e] * Math.sin(y[A_column[e] + 1] - y[i + 1]) * params_k;
    }
  }
  for (let i = 0; i < 4; i++) {
    y_2[i] = 0;
  }
  for (let i = 0; i < 4; i++) {
    for (let e = A_rowStart[i]; e < A_rowStart[i + 1]; e++) {
      y_2[i] += A_value[e] * y[A_column[e] + 1];
    }
  }
  const x = y[0];
  for (let i = 0; i < 4; i++) {
    const each = y_2[i];
    y_3 += each * x;
  }
  dy[0] = y_3 - x;
  for (let i = 0; i < 4; i++) {
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - y[i + 1];
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const A_column = A_column$;
  const A_rowStart = A_rowStart$;
  const A_value = A_value$;
  const y_3 = y_3$;
  const y_bar = y_bar$;
  const y_tape = y_tape$;
  const params_k = p[0];
  for (let i = 0; i < 4; i++) {
    const u = y[i + 1];
    for (let e = A_rowStart[i]; e < A_rowStart[i + 1]; e++) {
      y_tape[e + 5 * i] = Math.sin(y[A_column[e] + 1] - u);
    }
  }
  for (let i = 0; i < 4; i++) {
    y_3[i] = 0;
  }
  for (let i = 0; i < 4; i++) {
    for (let e = A_rowStart[i]; e < A_rowStart[i + 1]; e++) {
      y_3[i] += A_value[e] * y[A_column[e] + 1];
    }
  }
  const x = y[0];
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
  const each_bar = f_x_bar * x;
  for (let i = 0; i < 4; i++) {
    x_bar += f_x_bar * y_3[i];
    y_bar[i] = each_bar;
  }
  yBar[0] += x_bar - f_x_bar;
  for (let i = 0; i < 4; i++) {
    for (let e = A_rowStart[i]; e < A_rowStart[i + 1]; e++) {
      yBar[A_column[e] + 1] += y_bar[i] * A_value[e];
    }
  }
  const y_bar_2 = f_x_bar * params_k;
  for (let i = 0; i < 4; i++) {
    let u_bar = 0;
    const u = y[i + 1];
    for (let e = A_rowStart[i]; e < A_rowStart[i + 1]; e++) {
      const A_value_2 = A_value[e];
      params_k_bar += f_x_bar * (A_value_2 * y_tape[e + 5 * i]);
      const y_bar_3 = y_bar_2 * A_value_2 * Math.cos(y[A_column[e] + 1] - u);
      u_bar -= y_bar_3;
      yBar[A_column[e] + 1] += y_bar_3;
    }
    yBar[i + 1] += u_bar;
  }
  pBar[0] += params_k_bar;
}
