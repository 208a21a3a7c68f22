export function field(t, y, p, dy) {
  const x = y[0];
  const params_k = p[0];
  let z = x;
  for (let i = 0; i < 5; i++) {
    const base = z;
    z = Math.sin(base * params_k) + base * base * 0.1;
  }
  dy[0] = z - x;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - each;
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const base_tape = base_tape$;
  const x = y[0];
  const params_k = p[0];
  let z = x;
  for (let i = 0; i < 5; i++) {
    const base = z;
    base_tape[i] = base;
    z = Math.sin(base * params_k) + base * base * 0.1;
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
  const f_x_bar = w[0];
  let z_bar = f_x_bar;
  for (let i = 4; i >= 0; i--) {
    const z_bar_2 = z_bar;
    const base = base_tape[i];
    const base_bar = z_bar_2 * 0.1 * base;
    const z_bar_3 = z_bar_2 * Math.cos(base * params_k);
    params_k_bar += z_bar_3 * base;
    z_bar = base_bar + base_bar + z_bar_3 * params_k;
  }
  pBar[0] += params_k_bar;
  yBar[0] += x_bar - f_x_bar + z_bar;
}
