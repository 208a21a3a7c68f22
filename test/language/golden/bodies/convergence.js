export function field(t, y, p, dy) {
  const x = y[0];
  let root = 1 + x;
  let going = 1;
  for (let trip = 0; trip < 30 && (going === 1); trip++) {
    const root_2 = root;
    const change = (root_2 - (p[0] + x) / root_2) / 2;
    root -= change;
    if (Math.abs(change) < 1e-13) {
      going = 0;
    }
  }
  dy[0] = root - x;
  const params_k = p[0];
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - each;
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const root_tape = root_tape$;
  const trips_tape = trips_tape$;
  const x = y[0];
  trips_tape[0] = 0;
  let root = 1 + x;
  let going = 1;
  for (let trip = 0; trip < 30 && (going === 1); trip++) {
    const root_2 = root;
    root_tape[trip] = root_2;
    const change = (root_2 - (p[0] + x) / root_2) / 2;
    root -= change;
    if (Math.abs(change) < 1e-13) {
      going = 0;
    }
    trips_tape[0] = trip + 1;
  }
  const params_k = p[0];
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
  let root_bar = f_x_bar;
  const change = params_k + x;
  for (let trip = trips_tape[0] - 1; trip >= 0; trip--) {
    const change_bar = root_bar * 0.5;
    const root_2 = root_tape[trip];
    const change_bar_2 = 1 / root_2;
    const change_bar_3 = change_bar * change_bar_2;
    const change_bar_4 = change_bar_3 === change_bar_3 || (change_bar !== 0 && change_bar_2 !== 0) ?
        change_bar_3 : 0;
    const root_bar_2 = change / root_2 / root_2;
    const root_bar_3 = -change_bar * root_bar_2;
    x_bar += change_bar_4;
    pBar[0] += change_bar_4;
    root_bar += (root_bar_3 === root_bar_3 || (change_bar !== 0 && root_bar_2 !== 0) ? root_bar_3 :
        0) -
        change_bar;
  }
  yBar[0] += x_bar - f_x_bar + root_bar;
}
