export function field(t, y, p, dy) {
  const v = v$;
  let s = 0;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    s += each;
  }
  const x = y[0];
  const initial = p[0];
  for (let i = 0; i < 2; i++) {
    v[i] = initial;
  }
  let s_2 = 0;
  for (let i = 0; i < 2; i++) {
    s_2 += v[i];
  }
  dy[0] = s * (4 * x / 2 * x) + s_2 + initial - x;
  for (let i = 0; i < 4; i++) {
    dy[i + 1] = 0.1 * p[i + 1] * initial * x - y[i + 1];
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const v_bar = v_bar$;
  let s = 0;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    s += each;
  }
  const x = y[0];
  const initial = p[0];
  const s_2 = s;
  const y_2 = 4 * x / 2;
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
  const y_bar = f_x_bar * (x * s_2);
  for (let i = 0; i < 2; i++) {
    v_bar[i] = f_x_bar;
  }
  for (let i = 0; i < 2; i++) {
    initial_bar += v_bar[i];
  }
  pBar[0] += initial_bar + f_x_bar;
  yBar[0] += x_bar - f_x_bar + f_x_bar * (y_2 * s_2) + y_bar * 0.5 * 4;
  const s_bar = f_x_bar * (y_2 * x);
  for (let i = 0; i < 4; i++) {
    yBar[i + 1] += s_bar;
  }
}
