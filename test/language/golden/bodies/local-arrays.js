export function field(t, y, p, dy) {
  const L = L$;
  const L_0 = L_0$;
  const L_1 = L_1$;
  const M = M$;
  const T = T$;
  const copy = copy$;
  const v = v$;
  for (let i = 0; i < 3; i++) {
    v[i] = 0.5;
  }
  const x = y[0];
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 3; j++) {
      M[3 * i + j] = i + j * x;
    }
  }
  const initial = p[0];
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      for (let k = 0; k < 2; k++) {
        T[4 * i + 2 * j + k] = initial;
      }
    }
  }
  for (let i = 0; i < 3; i++) {
    copy[i] = v[i];
  }
  L_0[0] = x;
  L_0[1] = 1;
  L_1[0] = y[1];
  L_1[1] = initial;
  for (let i = 0; i < 2; i++) {
    L[i] = L_0[i];
  }
  for (let i = 0; i < 2; i++) {
    L[i + 2] = L_1[i];
  }
  dy[0] = x * M[5] + T[5] * x * (L[2] * L[1]) + copy[1] - x;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    dy[i + 1] = 0.1 * p[i + 1] * initial * x - each;
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const L_2 = L_2$;
  const L_0_2 = L_0_2$;
  const L_0_bar = L_0_bar$;
  const L_1_2 = L_1_2$;
  const L_1_bar = L_1_bar$;
  const L_bar = L_bar$;
  const M_2 = M_2$;
  const M_bar = M_bar$;
  const T_2 = T_2$;
  const T_bar = T_bar$;
  const x = y[0];
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 3; j++) {
      M_2[3 * i + j] = i + j * x;
    }
  }
  const initial = p[0];
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      for (let k = 0; k < 2; k++) {
        T_2[4 * i + 2 * j + k] = initial;
      }
    }
  }
  L_0_2[0] = x;
  L_0_2[1] = 1;
  L_1_2[0] = y[1];
  L_1_2[1] = initial;
  for (let i = 0; i < 2; i++) {
    L_2[i] = L_0_2[i];
  }
  for (let i = 0; i < 2; i++) {
    L_2[i + 2] = L_1_2[i];
  }
  const T = T_2[5];
  const T_3 = T * x;
  const L = L_2[2];
  const L_3 = L_2[1];
  const f = L * L_3;
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 3; j++) {
      M_bar[3 * i + j] = 0;
    }
  }
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      for (let k = 0; k < 2; k++) {
        T_bar[4 * i + 2 * j + k] = 0;
      }
    }
  }
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      L_bar[2 * i + j] = 0;
    }
  }
  let x_bar = 0;
  let initial_bar = 0;
  for (let i = 0; i < 4; i++) {
    const d_u_bar = w[i + 1];
    const d_u_bar_2 = d_u_bar * x;
    const d_u = 0.1 * p[i + 1];
    x_bar += d_u_bar * (d_u * initial);
    initial_bar += d_u_bar_2 * d_u;
    pBar[i + 1] += d_u_bar_2 * initial * 0.1;
    yBar[i + 1] -= d_u_bar;
  }
  const f_x_bar = w[0];
  M_bar[5] = f_x_bar * x;
  L_bar[1] = f_x_bar * (L * T_3);
  L_bar[2] = f_x_bar * (L_3 * T_3);
  T_bar[5] = f_x_bar * (x * f);
  for (let i = 0; i < 2; i++) {
    L_1_bar[i] = L_bar[i + 2];
  }
  for (let i = 0; i < 2; i++) {
    L_0_bar[i] = L_bar[i];
  }
  yBar[1] += L_1_bar[0];
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      for (let k = 0; k < 2; k++) {
        initial_bar += T_bar[4 * i + 2 * j + k];
      }
    }
  }
  pBar[0] += initial_bar + L_1_bar[1];
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 3; j++) {
      x_bar += M_bar[3 * i + j] * j;
    }
  }
  yBar[0] += x_bar - f_x_bar + f_x_bar * (T * f) + f_x_bar * M_2[5] + L_0_bar[0];
}
