/** Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss. */
export function gradient() {
  const W_bar = W_bar$;
  const b_bar = b_bar$;
  const c_bar = c_bar$;
  const capacity = capacity$;
  const report = report$;
  const k_u = k_u$;
  const lambda_u = lambda_u$;
  const step_count = step_count$;
  const control = control$;
  const stored_u = stored_u$;
  const u = u$;
  const u_start = u_start$;
  const u_start_bar = u_start_bar$;
  const states = states$;
  const u_u = u_u$;
  const value = value$;
  const w_u = w_u$;
  const x_u = x_u$;
  for (let i = 0; i < 3; i++) {
    u_start_bar[i] = 0;
  }
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      W_bar[3 * i + j] = 0;
    }
  }
  for (let i = 0; i < 3; i++) {
    b_bar[i] = 0;
  }
  for (let i = 0; i < 3; i++) {
    c_bar[i] = 0;
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
  for (let i = 0; i < 3; i++) {
    u[i] = u_start[i];
  }
  let failed_stage = 0;
  for (let n = 0; n < step_count[0]; n++) {
    for (let i = 0; i < 3; i++) {
      stored_u[i + 3 * n] = u[i];
    }
    // Stage 1: c = 0.
    for (let i = 0; i < 3; i++) {
      x_u[i] = u[i];
    }
    rhs_kernel(0);
    // Stage 2: c = 1/2, a = 1/2.
    for (let i = 0; i < 3; i++) {
      x_u[i + 3] = u[i] + h_1_2 * k_u[i];
    }
    rhs_kernel(1);
    // New state.
    for (let i = 0; i < 3; i++) {
      u[i] = u[i] + h * k_u[i + 3];
    }
    let total = 0;
    for (let i = 0; i < 3; i++) {
      total += u[i];
    }
    const sum = total;
    if (sum - sum !== 0) {
      report[0] = n;
      let total_2 = 0;
      for (let i = 0; i < 3; i++) {
        total_2 += k_u[i + 3];
      }
      const sum_2 = total_2;
      if (sum_2 - sum_2 !== 0) {
        failed_stage = 2;
      }
      let total_3 = 0;
      for (let i = 0; i < 3; i++) {
        total_3 += k_u[i];
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
  }
  // Observation.
  for (let i = 0; i < 3; i++) {
    states[i] = u[i];
  }
  // Terminal loss.
  const u_2 = u[0];
  const u_3 = u[1];

  // ---- Reverse sweep -----------------------------------------------
  for (let i = 0; i < 3; i++) {
    lambda_u[i] = 0;
  }
  // Terminal loss.
  lambda_u[2] = -1;
  lambda_u[1] = u_2;
  lambda_u[0] = u_3;
  const result = u_2 * u_3 - u[2];
  for (let n = step_count[0] - 1; n >= 0; n--) {
    // Stages of this step, again.
    for (let i = 0; i < 3; i++) {
      u[i] = stored_u[i + 3 * n];
    }
    // Stage 1: c = 0.
    for (let i = 0; i < 3; i++) {
      x_u[i] = u[i];
    }
    rhs_kernel(0);
    // Stage 2: c = 1/2, a = 1/2.
    for (let i = 0; i < 3; i++) {
      x_u[i + 3] = u[i] + h_1_2 * k_u[i];
    }
    // Adjoint of evaluation 2.
    for (let i = 0; i < 3; i++) {
      w_u[i] = h * lambda_u[i];
    }
    for (let i = 0; i < 3; i++) {
      u_u[i + 3] = 0;
    }
    rhs_vjp_kernel(1);
    // Adjoint of evaluation 1.
    for (let i = 0; i < 3; i++) {
      w_u[i] = h_1_2 * u_u[i + 3];
    }
    for (let i = 0; i < 3; i++) {
      u_u[i] = 0;
    }
    rhs_vjp_kernel(0);
    // λ of the step's start.
    for (let i = 0; i < 3; i++) {
      lambda_u[i] = lambda_u[i] + u_u[i + 3] + u_u[i];
    }
  }
  for (let i = 0; i < 3; i++) {
    u_start_bar[i] = lambda_u[i];
  }
  report[1] = 0;
  value[0] = result;
  return 0;
}
