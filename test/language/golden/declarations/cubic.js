/** Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss. */
export function gradient() {
  const capacity = capacity$;
  const report = report$;
  const k_x = k_x$;
  const lambda_x = lambda_x$;
  const paramsBar = paramsBar$;
  const push_at = push_at$;
  const push_bar = push_bar$;
  const push_curve_bar = push_curve_bar$;
  const seed = seed$;
  const step_count = step_count$;
  const control = control$;
  const stored_x = stored_x$;
  const terminal_loss = terminal_loss$;
  const u_x = u_x$;
  const value = value$;
  const w_x = w_x$;
  const x = x$;
  const state0 = state0$;
  const state0Bar = state0Bar$;
  const states = states$;
  const x_x = x_x$;
  paramsBar[0] = 0;
  for (let i = 0; i < 4; i++) {
    for (let j = 0; j < 2; j++) {
      push_bar[2 * i + j] = 0;
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
  const h_1_6 = h * 0.16666666666666666;
  const h_1_3 = h * 0.3333333333333333;
  spline_push_kernel();
  for (let i = 0; i < 4; i++) {
    for (let j = 0; j < 2; j++) {
      push_curve_bar[2 * i + j] = 0;
    }
  }

  // ---- Forward sweep -----------------------------------------------
  x[0] = state0[0];
  const t0 = control[0];
  const position = control[1] - t0;
  let failed_stage = 0;
  for (let n = 0; n < step_count[0]; n++) {
    const t_n = t0 + n * h;
    const x_2 = x[0];
    stored_x[n] = x_2;
    // Stage 1: c = 0.
    x_x[0] = x_2;
    const position_2 = (t_n - t0) / position * 3;
    push_at[0] = Math.max(Math.min(Math.floor(position_2), 2), 0);
    const push_weight = position_2 - push_at[0];
    rhs_of_knots_kernel(0, push_weight, push_at[0], push_at[0] + 1);
    // Stage 2: c = 1/2, a = 1/2.
    x_x[1] = x_2 + h_1_2 * k_x[0];
    const position_3 = (t_n + h_1_2 - t0) / position * 3;
    const push_at_2 = Math.max(Math.min(Math.floor(position_3), 2), 0);
    push_at[0] = push_at_2;
    rhs_of_knots_kernel(1, position_3 - push_at[0], push_at[0], push_at[0] + 1);
    // Stage 3: c = 1/2, a = 0, 1/2.
    x_x[2] = x_2 + h_1_2 * k_x[1];
    push_at[0] = push_at_2;
    rhs_of_knots_kernel(2, position_3 - push_at[0], push_at[0], push_at[0] + 1);
    // Stage 4: c = 1, a = 0, 0, 1.
    x_x[3] = x_2 + h * k_x[2];
    const position_4 = (t_n + h - t0) / position * 3;
    push_at[0] = Math.max(Math.min(Math.floor(position_4), 2), 0);
    rhs_of_knots_kernel(3, position_4 - push_at[0], push_at[0], push_at[0] + 1);
    // New state.
    const k_x_2 = k_x[0];
    const k_x_3 = k_x[1];
    const k_x_4 = k_x[2];
    const k_x_5 = k_x[3];
    const x_3 = x_2 + (h_1_6 * k_x_2 + h_1_3 * k_x_3 + h_1_3 * k_x_4 + h_1_6 * k_x_5);
    if (x_3 - x_3 !== 0) {
      report[0] = n;
      if (k_x_5 - k_x_5 !== 0) {
        failed_stage = 4;
      }
      if (k_x_4 - k_x_4 !== 0) {
        failed_stage = 3;
      }
      if (k_x_3 - k_x_3 !== 0) {
        failed_stage = 2;
      }
      if (k_x_2 - k_x_2 !== 0) {
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
  states[0] = x[0];
  // Terminal loss.
  const position_2 = position / position * 3;
  const push_at_2 = Math.max(Math.min(Math.floor(position_2), 2), 0);
  push_at[0] = push_at_2;
  terminal_of_knots_kernel(position_2 - push_at[0], push_at[0], push_at[0] + 1);

  // ---- Reverse sweep -----------------------------------------------
  // Terminal loss.
  push_at[0] = push_at_2;
  seed[0] = 1;
  lambda_x[0] = 0;
  const terminal_loss_2 = terminal_loss[0];
  terminal_of_knots_vjp_ke(position_2 - push_at[0], push_at[0], push_at[0] + 1);
  for (let n = step_count[0] - 1; n >= 0; n--) {
    const t_n = t0 + n * h;
    // Stages of this step, again.
    const stored_x_2 = stored_x[n];
    // Stage 1: c = 0.
    x_x[0] = stored_x_2;
    const position_3 = (t_n - t0) / position * 3;
    const push_at_3 = Math.max(Math.min(Math.floor(position_3), 2), 0);
    push_at[0] = push_at_3;
    rhs_of_knots_kernel(0, position_3 - push_at[0], push_at[0], push_at[0] + 1);
    // Stage 2: c = 1/2, a = 1/2.
    x_x[1] = stored_x_2 + h_1_2 * k_x[0];
    const position_4 = (t_n + h_1_2 - t0) / position * 3;
    const push_at_4 = Math.max(Math.min(Math.floor(position_4), 2), 0);
    push_at[0] = push_at_4;
    rhs_of_knots_kernel(1, position_4 - push_at[0], push_at[0], push_at[0] + 1);
    // Stage 3: c = 1/2, a = 0, 1/2.
    x_x[2] = stored_x_2 + h_1_2 * k_x[1];
    push_at[0] = push_at_4;
    rhs_of_knots_kernel(2, position_4 - push_at[0], push_at[0], push_at[0] + 1);
    // Stage 4: c = 1, a = 0, 0, 1.
    x_x[3] = stored_x_2 + h * k_x[2];
    // Adjoint of evaluation 4.
    const lambda_x_2 = lambda_x[0];
    const w_x_2 = h_1_6 * lambda_x_2;
    u_x[3] = 0;
    const position_5 = (t_n + h - t0) / position * 3;
    push_at[0] = Math.max(Math.min(Math.floor(position_5), 2), 0);
    w_x[0] = w_x_2;
    rhs_of_knots_vjp_kernel(3, position_5 - push_at[0], push_at[0], push_at[0] + 1);
    // Adjoint of evaluation 3.
    const w_x_3 = h_1_3 * lambda_x_2;
    const w_x_4 = w_x_3 + h * u_x[3];
    u_x[2] = 0;
    push_at[0] = push_at_4;
    w_x[0] = w_x_4;
    rhs_of_knots_vjp_kernel(2, position_4 - push_at[0], push_at[0], push_at[0] + 1);
    // Adjoint of evaluation 2.
    const w_x_5 = w_x_3 + h_1_2 * u_x[2];
    u_x[1] = 0;
    push_at[0] = push_at_4;
    w_x[0] = w_x_5;
    rhs_of_knots_vjp_kernel(1, position_4 - push_at[0], push_at[0], push_at[0] + 1);
    // Adjoint of evaluation 1.
    const w_x_6 = w_x_2 + h_1_2 * u_x[1];
    u_x[0] = 0;
    push_at[0] = push_at_3;
    w_x[0] = w_x_6;
    rhs_of_knots_vjp_kernel(0, position_3 - push_at[0], push_at[0], push_at[0] + 1);
    // λ of the step's start.
    lambda_x[0] = lambda_x_2 + u_x[3] + u_x[2] + u_x[1] + u_x[0];
  }
  spline_push_vjp_kernel();
  report[1] = 0;
  value[0] = terminal_loss_2;
  state0Bar[0] = lambda_x[0];
  return 0;
}
