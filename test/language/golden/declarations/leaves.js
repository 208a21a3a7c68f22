/** Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss. */
export function gradient() {
  const T_bar = T_bar$;
  const W_bar = W_bar$;
  const capacity = capacity$;
  const report = report$;
  const k_pair_0 = k_pair_0$;
  const k_pair_1 = k_pair_1$;
  const k_q = k_q$;
  const k_spin = k_spin$;
  const k_x = k_x$;
  const lambda_pair_1 = lambda_pair_1$;
  const lambda_q = lambda_q$;
  const layers_0_bar = layers_0_bar$;
  const layers_1_bar = layers_1_bar$;
  const state0 = state0$;
  const state0Bar = state0Bar$;
  const states = states$;
  const pair_1 = pair_1$;
  const pair_1_start = pair_1_start$;
  const pair_1_start_bar = pair_1_start_bar$;
  const paramsBar = paramsBar$;
  const q = q$;
  const q_start = q_start$;
  const q_start_bar = q_start_bar$;
  const step_count = step_count$;
  const control = control$;
  const stored_pair_0 = stored_pair_0$;
  const stored_pair_1 = stored_pair_1$;
  const stored_q = stored_q$;
  const stored_spin = stored_spin$;
  const stored_x = stored_x$;
  const u_pair_0 = u_pair_0$;
  const u_pair_1 = u_pair_1$;
  const u_q = u_q$;
  const u_spin = u_spin$;
  const u_x = u_x$;
  const value = value$;
  const w_pair_0 = w_pair_0$;
  const w_pair_1 = w_pair_1$;
  const w_q = w_q$;
  const w_spin = w_spin$;
  const w_x = w_x$;
  const x_pair_0 = x_pair_0$;
  const x_pair_1 = x_pair_1$;
  const x_q = x_q$;
  const x_spin = x_spin$;
  const x_x = x_x$;
  for (let i = 0; i < 2; i++) {
    q_start_bar[i] = 0;
  }
  for (let i = 0; i < 2; i++) {
    pair_1_start_bar[i] = 0;
  }
  paramsBar[0] = 0;
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      W_bar[2 * i + j] = 0;
    }
  }
  for (let i = 0; i < 2; i++) {
    layers_0_bar[i] = 0;
  }
  for (let j = 0; j < 2; j++) {
    layers_1_bar[j] = 0;
  }
  for (let i = 0; i < 2; i++) {
    for (let k = 0; k < 2; k++) {
      T_bar[2 * i + k] = 0;
    }
  }
  const n_steps = control[2];
  let length = 0;
  if (n_steps >= 1) {
    length = (control[1] - control[0]) / n_steps;
  }
  const h = length;
  const whole_steps = Math.floor(n_steps);
  const h_spread = h - h;
  const h_size = Math.abs(h);
  report[0] = 0;
  if (whole_steps !== n_steps || !(h_spread < h_size)) {
    spoil_gradient();
    report[1] = 0;
    value[0] = 0 / 0;
    return 8;
  }
  if (n_steps > capacity[0]) {
    spoil_gradient();
    report[1] = 0;
    value[0] = 0 / 0;
    return 1;
  }
  step_count[0] = n_steps;
  const h_1_2 = h * 0.5;

  // ---- Forward sweep -----------------------------------------------
  for (let i = 0; i < 2; i++) {
    q[i] = q_start[i];
  }
  for (let i = 0; i < 2; i++) {
    pair_1[i] = pair_1_start[i];
  }
  let x = state0[0];
  let spin = state0[3];
  let pair_0 = state0[4];
  let failed_stage = 0;
  for (let n = 0; n < step_count[0]; n++) {
    const x_2 = x;
    stored_x[n] = x_2;
    for (let i = 0; i < 2; i++) {
      stored_q[i + 2 * n] = q[i];
    }
    const spin_2 = spin;
    stored_spin[n] = spin_2;
    const pair_0_2 = pair_0;
    stored_pair_0[n] = pair_0_2;
    for (let i = 0; i < 2; i++) {
      stored_pair_1[i + 2 * n] = pair_1[i];
    }
    // Stage 1: c = 0.
    x_x[0] = x_2;
    for (let i = 0; i < 2; i++) {
      x_q[i] = q[i];
    }
    x_spin[0] = spin_2;
    x_pair_0[0] = pair_0_2;
    for (let i = 0; i < 2; i++) {
      x_pair_1[i] = pair_1[i];
    }
    rhs_kernel(0);
    // Stage 2: c = 1, a = 1.
    x_x[1] = x_2 + h * k_x[0];
    for (let i = 0; i < 2; i++) {
      x_q[i + 2] = q[i] + h * k_q[i];
    }
    x_spin[1] = spin_2 + h * k_spin[0];
    x_pair_0[1] = pair_0_2 + h * k_pair_0[0];
    for (let i = 0; i < 2; i++) {
      x_pair_1[i + 2] = pair_1[i] + h * k_pair_1[i];
    }
    rhs_kernel(1);
    // New state.
    const k_x_2 = k_x[0];
    const k_x_3 = k_x[1];
    const x_3 = x_2 + (h_1_2 * k_x_2 + h_1_2 * k_x_3);
    for (let i = 0; i < 2; i++) {
      q[i] = q[i] + (h_1_2 * k_q[i] + h_1_2 * k_q[i + 2]);
    }
    const k_spin_2 = k_spin[0];
    const k_spin_3 = k_spin[1];
    const spin_3 = spin_2 + (h_1_2 * k_spin_2 + h_1_2 * k_spin_3);
    const k_pair_0_2 = k_pair_0[0];
    const k_pair_0_3 = k_pair_0[1];
    const pair_0_3 = pair_0_2 + (h_1_2 * k_pair_0_2 + h_1_2 * k_pair_0_3);
    for (let i = 0; i < 2; i++) {
      pair_1[i] = pair_1[i] + (h_1_2 * k_pair_1[i] + h_1_2 * k_pair_1[i + 2]);
    }
    let total = x_3 + spin_3 + pair_0_3;
    for (let i = 0; i < 2; i++) {
      total += q[i];
    }
    for (let i = 0; i < 2; i++) {
      total += pair_1[i];
    }
    const sum = total;
    if (sum - sum !== 0) {
      report[0] = n;
      let total_2 = k_x_3 + k_spin_3 + k_pair_0_3;
      for (let i = 0; i < 2; i++) {
        total_2 += k_q[i + 2];
      }
      for (let i = 0; i < 2; i++) {
        total_2 += k_pair_1[i + 2];
      }
      const sum_2 = total_2;
      if (sum_2 - sum_2 !== 0) {
        failed_stage = 2;
      }
      let total_3 = k_x_2 + k_spin_2 + k_pair_0_2;
      for (let i = 0; i < 2; i++) {
        total_3 += k_q[i];
      }
      for (let i = 0; i < 2; i++) {
        total_3 += k_pair_1[i];
      }
      const sum_3 = total_3;
      if (sum_3 - sum_3 !== 0) {
        failed_stage = 1;
      }
      spoil_gradient();
      const failed_stage_2 = failed_stage;
      report[1] = failed_stage_2;
      value[0] = 0 / 0;
      if (failed_stage_2 > 0) {
        return 3;
      } else {
        return 4;
      }
    }
    x = x_3;
    spin = spin_3;
    pair_0 = pair_0_3;
  }
  // Observation.
  const x_2 = x;
  states[0] = x_2;
  for (let i = 0; i < 2; i++) {
    states[i + 1] = q[i];
  }
  const spin_2 = spin;
  states[3] = spin_2;
  const pair_0_2 = pair_0;
  states[4] = pair_0_2;
  for (let i = 0; i < 2; i++) {
    states[i + 5] = pair_1[i];
  }
  // Terminal loss.
  const q_2 = q[0];
  const pair_1_2 = pair_1[1];

  // ---- Reverse sweep -----------------------------------------------
  for (let i = 0; i < 2; i++) {
    lambda_q[i] = 0;
  }
  for (let i = 0; i < 2; i++) {
    lambda_pair_1[i] = 0;
  }
  // Terminal loss.
  lambda_pair_1[1] = pair_0_2;
  lambda_q[0] = spin_2;
  let lambda_x = x_2 + x_2;
  let lambda_spin = q_2;
  let lambda_pair_0 = pair_1_2;
  const result = x_2 * x_2 + q_2 * spin_2 + pair_0_2 * pair_1_2;
  for (let n = step_count[0] - 1; n >= 0; n--) {
    // Stages of this step, again.
    const stored_x_2 = stored_x[n];
    for (let i = 0; i < 2; i++) {
      q[i] = stored_q[i + 2 * n];
    }
    const stored_spin_2 = stored_spin[n];
    const stored_pair_0_2 = stored_pair_0[n];
    for (let i = 0; i < 2; i++) {
      pair_1[i] = stored_pair_1[i + 2 * n];
    }
    // Stage 1: c = 0.
    x_x[0] = stored_x_2;
    for (let i = 0; i < 2; i++) {
      x_q[i] = q[i];
    }
    x_spin[0] = stored_spin_2;
    x_pair_0[0] = stored_pair_0_2;
    for (let i = 0; i < 2; i++) {
      x_pair_1[i] = pair_1[i];
    }
    rhs_kernel(0);
    // Stage 2: c = 1, a = 1.
    x_x[1] = stored_x_2 + h * k_x[0];
    for (let i = 0; i < 2; i++) {
      x_q[i + 2] = q[i] + h * k_q[i];
    }
    x_spin[1] = stored_spin_2 + h * k_spin[0];
    x_pair_0[1] = stored_pair_0_2 + h * k_pair_0[0];
    for (let i = 0; i < 2; i++) {
      x_pair_1[i + 2] = pair_1[i] + h * k_pair_1[i];
    }
    // Adjoint of evaluation 2.
    const lambda_x_2 = lambda_x;
    const w_x_2 = h_1_2 * lambda_x_2;
    for (let i = 0; i < 2; i++) {
      w_q[i] = h_1_2 * lambda_q[i];
    }
    const lambda_spin_2 = lambda_spin;
    const w_spin_2 = h_1_2 * lambda_spin_2;
    const lambda_pair_0_2 = lambda_pair_0;
    const w_pair_0_2 = h_1_2 * lambda_pair_0_2;
    for (let i = 0; i < 2; i++) {
      w_pair_1[i] = h_1_2 * lambda_pair_1[i];
    }
    u_x[1] = 0;
    for (let i = 0; i < 2; i++) {
      u_q[i + 2] = 0;
    }
    u_spin[1] = 0;
    u_pair_0[1] = 0;
    for (let i = 0; i < 2; i++) {
      u_pair_1[i + 2] = 0;
    }
    w_x[0] = w_x_2;
    w_spin[0] = w_spin_2;
    w_pair_0[0] = w_pair_0_2;
    rhs_vjp_kernel(1);
    // Adjoint of evaluation 1.
    for (let i = 0; i < 2; i++) {
      w_q[i] = h_1_2 * lambda_q[i] + h * u_q[i + 2];
    }
    for (let i = 0; i < 2; i++) {
      w_pair_1[i] = h_1_2 * lambda_pair_1[i] + h * u_pair_1[i + 2];
    }
    const w_x_3 = w_x_2 + h * u_x[1];
    u_x[0] = 0;
    for (let i = 0; i < 2; i++) {
      u_q[i] = 0;
    }
    const w_spin_3 = w_spin_2 + h * u_spin[1];
    u_spin[0] = 0;
    const w_pair_0_3 = w_pair_0_2 + h * u_pair_0[1];
    u_pair_0[0] = 0;
    for (let i = 0; i < 2; i++) {
      u_pair_1[i] = 0;
    }
    w_x[0] = w_x_3;
    w_spin[0] = w_spin_3;
    w_pair_0[0] = w_pair_0_3;
    rhs_vjp_kernel(0);
    // λ of the step's start.
    for (let i = 0; i < 2; i++) {
      lambda_q[i] = lambda_q[i] + u_q[i + 2] + u_q[i];
    }
    for (let i = 0; i < 2; i++) {
      lambda_pair_1[i] = lambda_pair_1[i] + u_pair_1[i + 2] + u_pair_1[i];
    }
    lambda_x = lambda_x_2 + u_x[1] + u_x[0];
    lambda_spin = lambda_spin_2 + u_spin[1] + u_spin[0];
    lambda_pair_0 = lambda_pair_0_2 + u_pair_0[1] + u_pair_0[0];
  }
  for (let i = 0; i < 2; i++) {
    q_start_bar[i] = lambda_q[i];
  }
  for (let i = 0; i < 2; i++) {
    pair_1_start_bar[i] = lambda_pair_1[i];
  }
  report[1] = 0;
  value[0] = result;
  state0Bar[0] = lambda_x;
  state0Bar[3] = lambda_spin;
  state0Bar[4] = lambda_pair_0;
  return 0;
}
