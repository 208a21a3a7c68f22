/** Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss. */
export function gradient() {
  const capacity = capacity$;
  const report = report$;
  const height_bar = height_bar$;
  const k_u = k_u$;
  const lambda_u = lambda_u$;
  const lambda_x = lambda_x$;
  const params = params$;
  const paramsBar = paramsBar$;
  const step_count = step_count$;
  const control = control$;
  const stored_u = stored_u$;
  const stored_x = stored_x$;
  const u = u$;
  const u_start_bar = u_start_bar$;
  const states = states$;
  const u_u = u_u$;
  const value = value$;
  const w_u = w_u$;
  const x = x$;
  const state0Bar = state0Bar$;
  const x_u = x_u$;
  paramsBar[0] = 0;
  for (let i = 0; i < 2; i++) {
    height_bar[i] = 0;
  }
  state0Bar[0] = 0;
  for (let i = 0; i < 2; i++) {
    u_start_bar[i] = 0;
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
  initial_kernel();
  const params_k = params[0];
  let failed_stage = 0;
  for (let n = 0; n < step_count[0]; n++) {
    const x_2 = x[0];
    stored_x[n] = x_2;
    for (let i = 0; i < 2; i++) {
      stored_u[i + 2 * n] = u[i];
    }
    // Stage 1: c = 0.
    for (let i = 0; i < 2; i++) {
      x_u[i] = u[i];
    }
    const u_2 = x_u[0];
    const f_x = params_k * x_2 * u_2;
    k_u[0] = x_u[1];
    k_u[1] = -u_2;
    // Stage 2: c = 1, a = 1.
    for (let i = 0; i < 2; i++) {
      x_u[i + 2] = u[i] + h * k_u[i];
    }
    const u_3 = x_u[2];
    const f_x_2 = params_k * (x_2 - h * f_x) * u_3;
    k_u[2] = x_u[3];
    k_u[3] = -u_3;
    // New state.
    const x_3 = x_2 + (-h_1_2 * f_x - h_1_2 * f_x_2);
    for (let i = 0; i < 2; i++) {
      u[i] = u[i] + (h_1_2 * k_u[i] + h_1_2 * k_u[i + 2]);
    }
    let total = x_3;
    for (let i = 0; i < 2; i++) {
      total += u[i];
    }
    const sum = total;
    if (sum - sum !== 0) {
      report[0] = n;
      let total_2 = -f_x_2;
      for (let i = 0; i < 2; i++) {
        total_2 += k_u[i + 2];
      }
      const sum_2 = total_2;
      if (sum_2 - sum_2 !== 0) {
        failed_stage = 2;
      }
      let total_3 = -f_x;
      for (let i = 0; i < 2; i++) {
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
    x[0] = x_3;
  }
  // Observation.
  const x_2 = x[0];
  states[0] = x_2;
  for (let i = 0; i < 2; i++) {
    states[i + 1] = u[i];
  }
  // Terminal loss.
  const u_2 = u[0];
  const u_3 = u[1];

  // ---- Reverse sweep -----------------------------------------------
  for (let i = 0; i < 2; i++) {
    lambda_u[i] = 0;
  }
  // Terminal loss.
  lambda_u[1] = u_2;
  lambda_u[0] = u_3;
  lambda_x[0] = x_2 + x_2;
  for (let n = step_count[0] - 1; n >= 0; n--) {
    // Stages of this step, again.
    const stored_x_2 = stored_x[n];
    for (let i = 0; i < 2; i++) {
      u[i] = stored_u[i + 2 * n];
    }
    // Stage 1: c = 0.
    for (let i = 0; i < 2; i++) {
      x_u[i] = u[i];
    }
    const f_x = params_k * stored_x_2;
    const u_4 = x_u[0];
    k_u[0] = x_u[1];
    k_u[1] = -u_4;
    // Stage 2: c = 1, a = 1.
    const x_x = stored_x_2 - h * (f_x * u_4);
    for (let i = 0; i < 2; i++) {
      x_u[i + 2] = u[i] + h * k_u[i];
    }
    // Adjoint of evaluation 2.
    const lambda_x_2 = lambda_x[0];
    const w_x = h_1_2 * lambda_x_2;
    for (let i = 0; i < 2; i++) {
      w_u[i] = h_1_2 * lambda_u[i];
    }
    for (let i = 0; i < 2; i++) {
      u_u[i + 2] = 0;
    }
    const u_5 = x_u[2];
    u_u[3] += w_u[0];
    const x_bar = w_x * (params_k * u_5);
    u_u[2] += -w_u[1] - w_x * (params_k * x_x);
    paramsBar[0] -= w_x * (x_x * u_5);
    // Adjoint of evaluation 1.
    const w_x_2 = w_x - h * x_bar;
    for (let i = 0; i < 2; i++) {
      w_u[i] = h_1_2 * lambda_u[i] + h * u_u[i + 2];
    }
    for (let i = 0; i < 2; i++) {
      u_u[i] = 0;
    }
    const u_6 = x_u[0];
    u_u[1] += w_u[0];
    u_u[0] += -w_u[1] - w_x_2 * f_x;
    paramsBar[0] -= w_x_2 * (stored_x_2 * u_6);
    // λ of the step's start.
    for (let i = 0; i < 2; i++) {
      lambda_u[i] = lambda_u[i] + u_u[i + 2] + u_u[i];
    }
    lambda_x[0] = lambda_x_2 - x_bar - w_x_2 * (params_k * u_6);
  }
  // Initial state.
  const result = x_2 * x_2 + u_2 * u_3;
  initial_vjp_kernel();
  report[1] = 0;
  value[0] = result;
  return 0;
}
