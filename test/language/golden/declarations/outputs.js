/** Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss. */
export function gradient() {
  const capacity = capacity$;
  const report = report$;
  const k_u = k_u$;
  const lambda_u = lambda_u$;
  const observe_at = observe_at$;
  const params = params$;
  const paramsBar = paramsBar$;
  const control = control$;
  const stored_u = stored_u$;
  const times = times$;
  const u = u$;
  const u_start = u_start$;
  const u_start_bar = u_start_bar$;
  const states = states$;
  const u_u = u_u$;
  const value = value$;
  const w_u = w_u$;
  const x_u = x_u$;
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
  // Steps after which the observations are made.
  observe_at[0] = 0;
  observe_at[3] = n_steps;
  let step_before = 0;
  let misplaced = 0;
  const t0 = control[0];
  for (let k = 0; k < 2; k++) {
    const q = (times[k] - t0) / h;
    const m = Math.round(q);
    const off_step = (n_steps + Math.abs(q - m) * 0.015625 - n_steps) * 64;
    const last_step = step_before;
    if (off_step <= 0.000001 && m >= last_step && m <= n_steps) {
      observe_at[k + 1] = m;
      step_before = m;
    } else {
      misplaced = 1;
    }
  }
  if (misplaced !== 0) {
    spoil_gradient();
    report[1] = 0;
    value[0] = 0 / 0;
    return 8;
  }
  const h_1_2 = h * 0.5;
  const h_1_6 = h * 0.16666666666666666;
  const h_1_3 = h * 0.3333333333333333;

  // ---- Forward sweep -----------------------------------------------
  for (let i = 0; i < 2; i++) {
    u[i] = u_start[i];
  }
  const params_k = params[0];
  let failed_stage = 0;
  for (let segment = 0; segment < 3; segment++) {
    for (let n = observe_at[segment]; n < observe_at[segment + 1]; n++) {
      for (let i = 0; i < 2; i++) {
        stored_u[i + 2 * n] = u[i];
      }
      // Stage 1: c = 0.
      for (let i = 0; i < 2; i++) {
        x_u[i] = u[i];
      }
      k_u[0] = x_u[1];
      k_u[1] = -params_k * x_u[0];
      // Stage 2: c = 1/2, a = 1/2.
      for (let i = 0; i < 2; i++) {
        x_u[i + 2] = u[i] + h_1_2 * k_u[i];
      }
      k_u[2] = x_u[3];
      k_u[3] = -params_k * x_u[2];
      // Stage 3: c = 1/2, a = 0, 1/2.
      for (let i = 0; i < 2; i++) {
        x_u[i + 4] = u[i] + h_1_2 * k_u[i + 2];
      }
      k_u[4] = x_u[5];
      k_u[5] = -params_k * x_u[4];
      // Stage 4: c = 1, a = 0, 0, 1.
      for (let i = 0; i < 2; i++) {
        x_u[i + 6] = u[i] + h * k_u[i + 4];
      }
      k_u[6] = x_u[7];
      k_u[7] = -params_k * x_u[6];
      // New state.
      for (let i = 0; i < 2; i++) {
        u[i] = u[i] +
            (h_1_6 * k_u[i] + h_1_3 * k_u[i + 2] + h_1_3 * k_u[i + 4] + h_1_6 * k_u[i + 6]);
      }
      let total = 0;
      for (let i = 0; i < 2; i++) {
        total += u[i];
      }
      const sum = total;
      if (sum - sum !== 0) {
        report[0] = n;
        let total_2 = 0;
        for (let i = 0; i < 2; i++) {
          total_2 += k_u[i + 6];
        }
        const sum_2 = total_2;
        if (sum_2 - sum_2 !== 0) {
          failed_stage = 4;
        }
        let total_3 = 0;
        for (let i = 0; i < 2; i++) {
          total_3 += k_u[i + 4];
        }
        const sum_3 = total_3;
        if (sum_3 - sum_3 !== 0) {
          failed_stage = 3;
        }
        let total_4 = 0;
        for (let i = 0; i < 2; i++) {
          total_4 += k_u[i + 2];
        }
        const sum_4 = total_4;
        if (sum_4 - sum_4 !== 0) {
          failed_stage = 2;
        }
        let total_5 = 0;
        for (let i = 0; i < 2; i++) {
          total_5 += k_u[i];
        }
        const sum_5 = total_5;
        if (sum_5 - sum_5 !== 0) {
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
    if (segment < 2) {
      // Observation.
      for (let i = 0; i < 2; i++) {
        states[i + 2 * segment] = u[i];
      }
    }
  }
  // Terminal loss.

  // ---- Reverse sweep -----------------------------------------------
  for (let i = 0; i < 2; i++) {
    lambda_u[i] = 0;
  }
  // Terminal loss.
  lambda_u[0] = 1;
  let params_k_bar = 0;
  const u_2 = u[0];
  for (let segment = 2; segment >= 0; segment--) {
    for (let n = observe_at[segment + 1] - 1; n >= observe_at[segment]; n--) {
      // Stages of this step, again.
      for (let i = 0; i < 2; i++) {
        u[i] = stored_u[i + 2 * n];
      }
      // Stage 1: c = 0.
      for (let i = 0; i < 2; i++) {
        x_u[i] = u[i];
      }
      k_u[0] = x_u[1];
      k_u[1] = -params_k * x_u[0];
      // Stage 2: c = 1/2, a = 1/2.
      for (let i = 0; i < 2; i++) {
        x_u[i + 2] = u[i] + h_1_2 * k_u[i];
      }
      k_u[2] = x_u[3];
      k_u[3] = -params_k * x_u[2];
      // Stage 3: c = 1/2, a = 0, 1/2.
      for (let i = 0; i < 2; i++) {
        x_u[i + 4] = u[i] + h_1_2 * k_u[i + 2];
      }
      k_u[4] = x_u[5];
      k_u[5] = -params_k * x_u[4];
      // Stage 4: c = 1, a = 0, 0, 1.
      for (let i = 0; i < 2; i++) {
        x_u[i + 6] = u[i] + h * k_u[i + 4];
      }
      // Adjoint of evaluation 4.
      for (let i = 0; i < 2; i++) {
        w_u[i] = h_1_6 * lambda_u[i];
      }
      for (let i = 0; i < 2; i++) {
        u_u[i + 6] = 0;
      }
      const f_u_bar = w_u[1];
      u_u[6] -= f_u_bar * params_k;
      params_k_bar -= f_u_bar * x_u[6];
      u_u[7] += w_u[0];
      // Adjoint of evaluation 3.
      for (let i = 0; i < 2; i++) {
        w_u[i] = h_1_3 * lambda_u[i] + h * u_u[i + 6];
      }
      for (let i = 0; i < 2; i++) {
        u_u[i + 4] = 0;
      }
      const f_u_bar_2 = w_u[1];
      u_u[4] -= f_u_bar_2 * params_k;
      params_k_bar -= f_u_bar_2 * x_u[4];
      u_u[5] += w_u[0];
      // Adjoint of evaluation 2.
      for (let i = 0; i < 2; i++) {
        w_u[i] = h_1_3 * lambda_u[i] + h_1_2 * u_u[i + 4];
      }
      for (let i = 0; i < 2; i++) {
        u_u[i + 2] = 0;
      }
      const f_u_bar_3 = w_u[1];
      u_u[2] -= f_u_bar_3 * params_k;
      params_k_bar -= f_u_bar_3 * x_u[2];
      u_u[3] += w_u[0];
      // Adjoint of evaluation 1.
      for (let i = 0; i < 2; i++) {
        w_u[i] = h_1_6 * lambda_u[i] + h_1_2 * u_u[i + 2];
      }
      for (let i = 0; i < 2; i++) {
        u_u[i] = 0;
      }
      const f_u_bar_4 = w_u[1];
      u_u[0] -= f_u_bar_4 * params_k;
      params_k_bar -= f_u_bar_4 * x_u[0];
      u_u[1] += w_u[0];
      // λ of the step's start.
      for (let i = 0; i < 2; i++) {
        lambda_u[i] = lambda_u[i] + u_u[i + 6] + u_u[i + 4] + u_u[i + 2] + u_u[i];
      }
    }
  }
  for (let i = 0; i < 2; i++) {
    u_start_bar[i] = lambda_u[i];
  }
  report[1] = 0;
  value[0] = u_2;
  paramsBar[0] = params_k_bar;
  return 0;
}
