export function field(t, y, p, dy) {
  const M = M$;
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      M[2 * i + j] = 0;
    }
  }
  for (let e = 0; e < 4; e++) {
    M[2 * Math.floor(e / 2) + (e % 2)] += y[e + 1] * p[-e + 4];
  }
  const params_k = p[0];
  const x = y[0];
  dy[0] = M[1] * M[2] - M[0] * params_k - x;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - each;
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const M_2 = M_2$;
  const M_bar = M_bar$;
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      M_2[2 * i + j] = 0;
    }
  }
  for (let e = 0; e < 4; e++) {
    M_2[2 * Math.floor(e / 2) + (e % 2)] += y[e + 1] * p[-e + 4];
  }
  const params_k = p[0];
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      M_bar[2 * i + j] = 0;
    }
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
  pBar[0] += params_k_bar - f_x_bar * M_2[0];
  M_bar[0] = -f_x_bar * params_k;
  M_bar[2] = f_x_bar * M_2[1];
  M_bar[1] = f_x_bar * M_2[2];
  for (let e = 0; e < 4; e++) {
    const M_bar_2 = M_bar[2 * Math.floor(e / 2) + (e % 2)];
    pBar[-e + 4] += M_bar_2 * y[e + 1];
    yBar[e + 1] += M_bar_2 * p[-e + 4];
  }
}
