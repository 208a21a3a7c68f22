export function field(t, y, p, dy) {
  const first = first$;
  const first_2 = first_2$;
  const first_3 = first_3$;
  const x = y[0];
  const level = x - 0.5;
  let left = 0;
  let going = 1;
  for (let i = 0; i < 4 && (going === 1); i++) {
    let going_2 = 1;
    for (let j = i; j >= 0; j--) {
      if (going_2 === 1) {
        const u = y[i + 1];
        const u_2 = y[j + 1];
        if (u * u_2 > level) {
          first_2[0] = u;
          first_2[1] = u_2;
          for (let i_2 = 0; i_2 < 2; i_2++) {
            first[i_2] = first_2[i_2];
          }
          left = 1;
          going = 0;
          going_2 = 0;
        }
      }
    }
  }
  if (left === 0) {
    first_3[0] = level;
    first_3[1] = 1;
    for (let i = 0; i < 2; i++) {
      first[i] = first_3[i];
    }
  }
  const p_2 = first[0];
  const q = first[1];
  const params_k = p[0];
  dy[0] = p_2 * q * params_k - x;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - each;
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const first_5 = first_5$;
  const first_6 = first_6$;
  const first_4 = first_4$;
  const first_bar = first_bar$;
  const first_bar_2 = first_bar_2$;
  const first_bar_3 = first_bar_3$;
  const going_tape = going_tape$;
  const trips_tape = trips_tape$;
  const x = y[0];
  const level = x - 0.5;
  trips_tape[0] = 0;
  let left = 0;
  let going = 1;
  for (let i = 0; i < 4 && (going === 1); i++) {
    let going_2 = 1;
    for (let j = i; j >= 0; j--) {
      const going_3 = going_2;
      going_tape[4 * i + j] = going_3;
      if (going_3 === 1) {
        const u = y[i + 1];
        const u_2 = y[j + 1];
        if (u * u_2 > level) {
          first_5[0] = u;
          first_5[1] = u_2;
          for (let i_2 = 0; i_2 < 2; i_2++) {
            first_4[i_2] = first_5[i_2];
          }
          left = 1;
          going = 0;
          going_2 = 0;
        }
      }
    }
    trips_tape[0] = i + 1;
  }
  const left_2 = left;
  if (left_2 === 0) {
    first_6[0] = level;
    first_6[1] = 1;
    for (let i = 0; i < 2; i++) {
      first_4[i] = first_6[i];
    }
  }
  const p_2 = first_4[0];
  const q = first_4[1];
  const params_k = p[0];
  for (let i = 0; i < 2; i++) {
    first_bar[i] = 0;
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
  const p_bar = f_x_bar * (q * params_k);
  const q_bar = f_x_bar * (p_2 * params_k);
  pBar[0] += params_k_bar + f_x_bar * (p_2 * q);
  first_bar[1] = q_bar;
  first_bar[0] = p_bar;
  let level_bar = 0;
  if (left_2 === 0) {
    for (let i = 0; i < 2; i++) {
      const first_bar_4 = first_bar[i];
      first_bar[i] = 0;
      first_bar_2[i] = first_bar_4;
    }
    const level_bar_2 = first_bar_2[0];
    level_bar = level_bar_2;
  }
  for (let i = trips_tape[0] - 1; i >= 0; i--) {
    for (let j = 0; j < i + 1; j++) {
      if (going_tape[4 * i + j] === 1) {
        let u_bar = 0;
        let u_bar_2 = 0;
        if (y[i + 1] * y[j + 1] > level) {
          for (let i_2 = 0; i_2 < 2; i_2++) {
            const first_bar_4 = first_bar[i_2];
            first_bar[i_2] = 0;
            first_bar_3[i_2] = first_bar_4;
          }
          u_bar = first_bar_3[1];
          u_bar_2 = first_bar_3[0];
        }
        yBar[j + 1] += u_bar;
        yBar[i + 1] += u_bar_2;
      }
    }
  }
  yBar[0] += x_bar - f_x_bar + level_bar;
}
