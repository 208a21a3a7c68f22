/** Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss. */
export function gradient() {
  const params = params$;
  const paramsBar = paramsBar$;
  const capacity = capacity$;
  const report = report$;
  const k_y = k_y$;
  const lambda_y = lambda_y$;
  const step_count = step_count$;
  const control = control$;
  const stored_y = stored_y$;
  const u_y = u_y$;
  const value = value$;
  const w_y = w_y$;
  const x_y = x_y$;
  const y_2 = y_2$;
  const y_start = y_start$;
  const y_start_bar = y_start_bar$;
  const states = states$;
  for (let i = 0; i < 2; i++) {
    y_start_bar[i] = 0;
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
    y_2[i] = y_start[i];
  }
  const t0 = control[0];
  let failed_stage = 0;
  for (let n = 0; n < step_count[0]; n++) {
    const t_n = t0 + n * h;
    for (let i = 0; i < 2; i++) {
      stored_y[i + 2 * n] = y_2[i];
    }
    // Stage 1: c = 0.
    for (let i = 0; i < 2; i++) {
      x_y[i] = y_2[i];
    }
    rhs_kernel(t_n, 0);
    // Stage 2: c = 1, a = 1.
    for (let i = 0; i < 2; i++) {
      x_y[i + 2] = y_2[i] + h * k_y[i];
    }
    rhs_kernel(t_n + h, 1);
    // New state.
    for (let i = 0; i < 2; i++) {
      y_2[i] = y_2[i] + (h_1_2 * k_y[i] + h_1_2 * k_y[i + 2]);
    }
    let total = 0;
    for (let i = 0; i < 2; i++) {
      total += y_2[i];
    }
    const sum = total;
    if (sum - sum !== 0) {
      report[0] = n;
      let total_2 = 0;
      for (let i = 0; i < 2; i++) {
        total_2 += k_y[i + 2];
      }
      const sum_2 = total_2;
      if (sum_2 - sum_2 !== 0) {
        failed_stage = 2;
      }
      let total_3 = 0;
      for (let i = 0; i < 2; i++) {
        total_3 += k_y[i];
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
  for (let i = 0; i < 2; i++) {
    states[i] = y_2[i];
  }
  // Terminal loss.
  const base = y_2[0];
  const params_k = params[0];
  const result = base * base;

  // ---- Reverse sweep -----------------------------------------------
  for (let i = 0; i < 2; i++) {
    lambda_y[i] = 0;
  }
  // Terminal loss.
  const base_bar = base * params_k;
  lambda_y[0] = base_bar + base_bar;
  let c_bar = 0;
  let params_k_bar = result;
  const result_2 = params_k * result;
  for (let n = step_count[0] - 1; n >= 0; n--) {
    // Stages of this step, again.
    for (let i = 0; i < 2; i++) {
      y_2[i] = stored_y[i + 2 * n];
    }
    // Stage 1: c = 0.
    for (let i = 0; i < 2; i++) {
      x_y[i] = y_2[i];
    }
    rhs_kernel(t0 + n * h, 0);
    // Stage 2: c = 1, a = 1.
    for (let i = 0; i < 2; i++) {
      x_y[i + 2] = y_2[i] + h * k_y[i];
    }
    // Adjoint of evaluation 2.
    for (let i = 0; i < 2; i++) {
      w_y[i] = h_1_2 * lambda_y[i];
    }
    for (let i = 0; i < 2; i++) {
      u_y[i + 2] = 0;
    }
    const params_k_2 = params[0];
    const c = params[1];
    const f_y_bar = w_y[1];
    c_bar -= f_y_bar * x_y[3];
    u_y[2] -= f_y_bar * params_k_2;
    params_k_bar -= f_y_bar * x_y[2];
    u_y[3] += w_y[0] - f_y_bar * c;
    // Adjoint of evaluation 1.
    for (let i = 0; i < 2; i++) {
      w_y[i] = h_1_2 * lambda_y[i] + h * u_y[i + 2];
    }
    for (let i = 0; i < 2; i++) {
      u_y[i] = 0;
    }
    const f_y_bar_2 = w_y[1];
    c_bar -= f_y_bar_2 * x_y[1];
    u_y[0] -= f_y_bar_2 * params_k_2;
    params_k_bar -= f_y_bar_2 * x_y[0];
    u_y[1] += w_y[0] - f_y_bar_2 * c;
    // λ of the step's start.
    for (let i = 0; i < 2; i++) {
      lambda_y[i] = lambda_y[i] + u_y[i + 2] + u_y[i];
    }
  }
  for (let i = 0; i < 2; i++) {
    y_start_bar[i] = lambda_y[i];
  }
  report[1] = 0;
  value[0] = result_2;
  paramsBar[0] = params_k_bar;
  paramsBar[1] = c_bar;
  return 0;
}
