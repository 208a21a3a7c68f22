export function field(t, y, p, dy) {
  const x = y[0];
  let holds = 0;
  if (x > 0.5) {
    let holds_2 = 0;
    if (p[0] <= 2) {
      holds_2 = 1;
    } else {
      if (y[1] > 3) {
        holds_2 = 1;
      } else {
        holds_2 = 0;
      }
    }
    if (holds_2 === 1) {
      holds = 1;
    } else {
      holds = 0;
    }
  } else {
    holds = 0;
  }
  const isLarge = holds === 1 ? 1 : 0;
  const params_k = p[0];
  let isOn = !(x < params_k) || isLarge !== 0 ? 1 : 0;
  if (y[2] >= 0) {
    isOn = 0;
  }
  let y_2 = 0;
  if (isOn !== 0) {
    y_2 = x * params_k;
  } else {
    y_2 = Math.sin(x);
  }
  const u = y[3];
  let y_3 = 0;
  if (u < 0) {
    y_3 = Math.sqrt(u);
  } else {
    let y_4 = 0;
    if (u > 2) {
      y_4 = 0;
    } else {
      y_4 = u * u;
    }
    y_3 = y_4;
  }
  dy[0] = y_2 + y_3 - x;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - each;
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const x = y[0];
  let holds = 0;
  if (x > 0.5) {
    let holds_2 = 0;
    if (p[0] <= 2) {
      holds_2 = 1;
    } else {
      if (y[1] > 3) {
        holds_2 = 1;
      } else {
        holds_2 = 0;
      }
    }
    if (holds_2 === 1) {
      holds = 1;
    } else {
      holds = 0;
    }
  } else {
    holds = 0;
  }
  const isLarge = holds === 1 ? 1 : 0;
  const params_k = p[0];
  let isOn = !(x < params_k) || isLarge !== 0 ? 1 : 0;
  if (y[2] >= 0) {
    isOn = 0;
  }
  const u = y[3];
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
  let u_bar = 0;
  if (u < 0) {
    const u_bar_2 = 0.5 / Math.sqrt(u);
    const u_bar_3 = f_x_bar * u_bar_2;
    u_bar = u_bar_3 === u_bar_3 || (f_x_bar !== 0 && u_bar_2 !== 0) ? u_bar_3 : 0;
  } else {
    if (!(u > 2)) {
      const u_bar_2 = f_x_bar * u;
      u_bar = u_bar_2 + u_bar_2;
    }
  }
  yBar[3] += u_bar;
  if (isOn !== 0) {
    x_bar += f_x_bar * params_k;
    params_k_bar += f_x_bar * x;
  } else {
    x_bar += f_x_bar * Math.cos(x);
  }
  pBar[0] += params_k_bar;
  yBar[0] += x_bar - f_x_bar;
}
