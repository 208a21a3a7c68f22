export function field(t, y, p, dy) {
  const C = C$;
  const W = W$;
  const b = b$;
  const x = x$;
  const y_2 = y_2$;
  const initial = y[0];
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      W[2 * i + j] = initial;
    }
  }
  const params_k = p[0];
  W[1] = params_k;
  W[3] = W[3] * params_k;
  const initial_2 = y[1];
  for (let i = 0; i < 2; i++) {
    x[i] = initial_2;
  }
  for (let i = 0; i < 2; i++) {
    let sum = 0;
    for (let i_2 = 0; i_2 < 2; i_2++) {
      sum += W[2 * i + i_2] * x[i_2];
    }
    y_2[i] = sum;
  }
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      C[2 * i + j] = 0;
    }
  }
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      for (let k = 0; k < 2; k++) {
        C[2 * i + j] += W[2 * i + k] * W[j + 2 * k];
      }
    }
  }
  const initial_3 = y[4];
  for (let i = 0; i < 2; i++) {
    b[i] = initial_3;
  }
  let sum = 0;
  for (let i = 0; i < 2; i++) {
    sum += y_2[i] * b[i];
  }
  let sum_2 = 0;
  for (let i = 0; i < 4; i++) {
    sum_2 += y[i + 1] * p[i + 1];
  }
  dy[0] = sum + C[1] * C[3] + sum_2 - initial;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    dy[i + 1] = 0.1 * p[i + 1] * params_k * initial - each;
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const C_2 = C_2$;
  const C_bar = C_bar$;
  const W_2 = W_2$;
  const W_bar = W_bar$;
  const b_2 = b_2$;
  const b_bar = b_bar$;
  const x_2 = x_2$;
  const x_bar = x_bar$;
  const y_3 = y_3$;
  const y_bar = y_bar$;
  const initial = y[0];
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      W_2[2 * i + j] = initial;
    }
  }
  const params_k = p[0];
  W_2[1] = params_k;
  const W = W_2[3];
  W_2[3] = W * params_k;
  const initial_2 = y[1];
  for (let i = 0; i < 2; i++) {
    x_2[i] = initial_2;
  }
  for (let i = 0; i < 2; i++) {
    let sum = 0;
    for (let i_2 = 0; i_2 < 2; i_2++) {
      sum += W_2[2 * i + i_2] * x_2[i_2];
    }
    y_3[i] = sum;
  }
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      C_2[2 * i + j] = 0;
    }
  }
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      for (let k = 0; k < 2; k++) {
        C_2[2 * i + j] += W_2[2 * i + k] * W_2[j + 2 * k];
      }
    }
  }
  const initial_3 = y[4];
  for (let i = 0; i < 2; i++) {
    b_2[i] = initial_3;
  }
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      W_bar[2 * i + j] = 0;
    }
  }
  for (let i = 0; i < 2; i++) {
    x_bar[i] = 0;
  }
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      C_bar[2 * i + j] = 0;
    }
  }
  let initial_bar = 0;
  let params_k_bar = 0;
  for (let i = 0; i < 4; i++) {
    const d_u_bar = w[i + 1];
    const d_u_bar_2 = d_u_bar * initial;
    const d_u = 0.1 * p[i + 1];
    initial_bar += d_u_bar * (d_u * params_k);
    params_k_bar += d_u_bar_2 * d_u;
    pBar[i + 1] += d_u_bar_2 * params_k * 0.1;
    yBar[i + 1] -= d_u_bar;
  }
  const f_x_bar = w[0];
  C_bar[3] = f_x_bar * C_2[1];
  C_bar[1] = f_x_bar * C_2[3];
  for (let i = 0; i < 4; i++) {
    pBar[i + 1] += f_x_bar * y[i + 1];
    yBar[i + 1] += f_x_bar * p[i + 1];
  }
  for (let i = 0; i < 2; i++) {
    b_bar[i] = f_x_bar * y_3[i];
    y_bar[i] = f_x_bar * b_2[i];
  }
  let initial_bar_2 = 0;
  for (let i = 0; i < 2; i++) {
    initial_bar_2 += b_bar[i];
  }
  yBar[4] += initial_bar_2;
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      for (let k = 0; k < 2; k++) {
        const C_bar_2 = C_bar[2 * i + j];
        W_bar[j + 2 * k] += C_bar_2 * W_2[2 * i + k];
        W_bar[2 * i + k] += C_bar_2 * W_2[j + 2 * k];
      }
    }
  }
  for (let i = 0; i < 2; i++) {
    const sum_bar = y_bar[i];
    for (let i_2 = 0; i_2 < 2; i_2++) {
      x_bar[i_2] += sum_bar * W_2[2 * i + i_2];
      W_bar[2 * i + i_2] += sum_bar * x_2[i_2];
    }
  }
  let initial_bar_3 = 0;
  for (let i = 0; i < 2; i++) {
    initial_bar_3 += x_bar[i];
  }
  yBar[1] += initial_bar_3;
  const W_bar_2 = W_bar[3];
  W_bar[3] = 0;
  W_bar[3] += W_bar_2 * params_k;
  const params_k_bar_2 = W_bar[1];
  W_bar[1] = 0;
  pBar[0] += params_k_bar + W_bar_2 * W + params_k_bar_2;
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      initial_bar += W_bar[2 * i + j];
    }
  }
  yBar[0] += initial_bar - f_x_bar;
}
