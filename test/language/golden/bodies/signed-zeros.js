export function field(t, y, p, dy) {
  const params_k = p[0];
  let angle = 0;
  for (let i = 0; i < 3; i++) {
    angle += Math.atan2(-i, -1) * p[i + 1];
    angle += Math.atan2(i * (-2), -1) * p[-i + 3];
    angle += Math.atan2(Math.trunc(-i / 8), -1);
    angle += Math.atan2(Math.min(-i, 2), -params_k) * y[-i + 2];
    angle += Math.atan2(0 - i, -1) * params_k;
  }
  for (let i = 0; i < 2; i++) {
    angle += Math.atan2(0 - 2 * i, -params_k);
  }
  const total = angle / 30;
  for (let i = 0; i < 3; i++) {
    const each = y[i];
    dy[i] = Math.sin(total + i) - params_k * each;
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const angle_tape = angle_tape$;
  const angle_tape_2 = angle_tape_2$;
  const angle_tape_3 = angle_tape_3$;
  const angle_tape_4 = angle_tape_4$;
  const params_k = p[0];
  let angle = 0;
  for (let i = 0; i < 3; i++) {
    const angle_2 = Math.atan2(-i, -1);
    angle_tape[i] = angle_2;
    angle += angle_2 * p[i + 1];
    const angle_3 = Math.atan2(i * (-2), -1);
    angle_tape_2[i] = angle_3;
    angle += angle_3 * p[-i + 3];
    angle += Math.atan2(Math.trunc(-i / 8), -1);
    const angle_4 = Math.atan2(Math.min(-i, 2), -params_k);
    angle_tape_3[i] = angle_4;
    angle += angle_4 * y[-i + 2];
    const angle_5 = Math.atan2(0 - i, -1);
    angle_tape_4[i] = angle_5;
    angle += angle_5 * params_k;
  }
  for (let i = 0; i < 2; i++) {
    angle += Math.atan2(0 - 2 * i, -params_k);
  }
  const total = angle / 30;
  let params_k_bar = 0;
  let total_bar = 0;
  for (let i = 0; i < 3; i++) {
    const d_u_bar = w[i];
    params_k_bar -= d_u_bar * y[i];
    const each_bar = d_u_bar * params_k;
    total_bar += d_u_bar * Math.cos(total + i);
    yBar[i] -= each_bar;
  }
  const angle_bar = total_bar * 0.03333333333333333;
  for (let i = 0; i < 2; i++) {
    const angle_bar_2 = Math.hypot(0 - 2 * i, -params_k);
    const angle_bar_3 = (0 - 2 * i) / angle_bar_2 / angle_bar_2;
    const angle_bar_4 = -angle_bar * angle_bar_3;
    params_k_bar -= angle_bar_4 === angle_bar_4 || (angle_bar !== 0 && angle_bar_3 !== 0) ?
        angle_bar_4 : 0;
  }
  let angle_bar_2 = 0;
  for (let i = 0; i < 3; i++) {
    params_k_bar += angle_bar * angle_tape_4[i];
    const angle_bar_3 = angle_bar * y[-i + 2];
    yBar[-i + 2] += angle_bar * angle_tape_3[i];
    const angle_2 = Math.min(-i, 2);
    const angle_bar_4 = Math.hypot(angle_2, -params_k);
    const angle_bar_5 = angle_2 / angle_bar_4 / angle_bar_4;
    const angle_bar_6 = -angle_bar_3 * angle_bar_5;
    angle_bar_2 += angle_bar_6 === angle_bar_6 || (angle_bar_3 !== 0 && angle_bar_5 !== 0) ?
        angle_bar_6 : 0;
    pBar[-i + 3] += angle_bar * angle_tape_2[i];
    pBar[i + 1] += angle_bar * angle_tape[i];
  }
  pBar[0] += params_k_bar - angle_bar_2;
}
