/** Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss. */
export function gradient() {
  const capacity = capacity$;
  const report = report$;
  const params = params$;
  const paramsBar = paramsBar$;
  const push = push$;
  const push_at = push_at$;
  const push_bar = push_bar$;
  const step_count = step_count$;
  const control = control$;
  const stored_x = stored_x$;
  const value = value$;
  const state0 = state0$;
  const state0Bar = state0Bar$;
  const states = states$;
  for (let i = 0; i < 3; i++) {
    push_bar[i] = 0;
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

  // ---- Forward sweep -----------------------------------------------
  let x = state0[0];
  const t0 = control[0];
  const position = control[1] - t0;
  const params_k = params[0];
  let failed_stage = 0;
  for (let n = 0; n < step_count[0]; n++) {
    const t_n = t0 + n * h;
    const x_2 = x;
    stored_x[n] = x_2;
    // Stage 1: c = 0.
    const position_2 = (t_n - t0) / position * 2;
    push_at[0] = Math.max(Math.min(Math.floor(position_2), 1), 0);
    const push_weight = position_2 - push_at[0];
    const push_2 = (1 - push_weight) * push[push_at[0]] + push_weight * push[push_at[0] + 1];
    const f_x = Math.sin(push_2) - params_k * x_2 * push_2;
    // Stage 2: c = 1/2, a = 1/2.
    const position_3 = (t_n + h_1_2 - t0) / position * 2;
    const push_at_2 = Math.max(Math.min(Math.floor(position_3), 1), 0);
    push_at[0] = push_at_2;
    const push_weight_2 = position_3 - push_at[0];
    const push_3 = (1 - push_weight_2) * push[push_at[0]] + push_weight_2 * push[push_at[0] + 1];
    const f_x_2 = Math.sin(push_3) - params_k * (x_2 + h_1_2 * f_x) * push_3;
    // Stage 3: c = 1/2, a = 0, 1/2.
    push_at[0] = push_at_2;
    const push_weight_3 = position_3 - push_at[0];
    const push_4 = (1 - push_weight_3) * push[push_at[0]] + push_weight_3 * push[push_at[0] + 1];
    const f_x_3 = Math.sin(push_4) - params_k * (x_2 + h_1_2 * f_x_2) * push_4;
    // Stage 4: c = 1, a = 0, 0, 1.
    const position_4 = (t_n + h - t0) / position * 2;
    push_at[0] = Math.max(Math.min(Math.floor(position_4), 1), 0);
    const push_weight_4 = position_4 - push_at[0];
    const push_5 = (1 - push_weight_4) * push[push_at[0]] + push_weight_4 * push[push_at[0] + 1];
    const f_x_4 = Math.sin(push_5) - params_k * (x_2 + h * f_x_3) * push_5;
    // New state.
    const x_3 = x_2 + (h_1_6 * f_x + h_1_3 * f_x_2 + h_1_3 * f_x_3 + h_1_6 * f_x_4);
    if (x_3 - x_3 !== 0) {
      report[0] = n;
      if (f_x_4 - f_x_4 !== 0) {
        failed_stage = 4;
      }
      if (f_x_3 - f_x_3 !== 0) {
        failed_stage = 3;
      }
      if (f_x_2 - f_x_2 !== 0) {
        failed_stage = 2;
      }
      if (f_x - f_x !== 0) {
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
  }
  // Observation.
  const x_2 = x;
  states[0] = x_2;
  // Terminal loss.
  const push_at_2 = Math.max(Math.min(Math.floor(position / position * 2), 1), 0);
  push_at[0] = push_at_2;

  // ---- Reverse sweep -----------------------------------------------
  // Terminal loss.
  push_at[0] = push_at_2;
  let params_k_bar = 0;
  let lambda_x = x_2 + x_2;
  for (let n = step_count[0] - 1; n >= 0; n--) {
    const t_n = t0 + n * h;
    // Stages of this step, again.
    const stored_x_2 = stored_x[n];
    // Stage 1: c = 0.
    const position_2 = (t_n - t0) / position * 2;
    const push_at_3 = Math.max(Math.min(Math.floor(position_2), 1), 0);
    push_at[0] = push_at_3;
    const push_weight = position_2 - push_at[0];
    const push_2 = (1 - push_weight) * push[push_at[0]] + push_weight * push[push_at[0] + 1];
    const f_x = params_k * stored_x_2;
    // Stage 2: c = 1/2, a = 1/2.
    const x_x = stored_x_2 + h_1_2 * (Math.sin(push_2) - f_x * push_2);
    const position_3 = (t_n + h_1_2 - t0) / position * 2;
    const push_at_4 = Math.max(Math.min(Math.floor(position_3), 1), 0);
    push_at[0] = push_at_4;
    const push_weight_2 = position_3 - push_at[0];
    const push_3 = (1 - push_weight_2) * push[push_at[0]] + push_weight_2 * push[push_at[0] + 1];
    const f_x_2 = params_k * x_x;
    // Stage 3: c = 1/2, a = 0, 1/2.
    const x_x_2 = stored_x_2 + h_1_2 * (Math.sin(push_3) - f_x_2 * push_3);
    push_at[0] = push_at_4;
    const push_weight_3 = position_3 - push_at[0];
    const push_4 = (1 - push_weight_3) * push[push_at[0]] + push_weight_3 * push[push_at[0] + 1];
    const f_x_3 = params_k * x_x_2;
    // Stage 4: c = 1, a = 0, 0, 1.
    const x_x_3 = stored_x_2 + h * (Math.sin(push_4) - f_x_3 * push_4);
    // Adjoint of evaluation 4.
    const lambda_x_2 = lambda_x;
    const w_x = h_1_6 * lambda_x_2;
    const position_4 = (t_n + h - t0) / position * 2;
    push_at[0] = Math.max(Math.min(Math.floor(position_4), 1), 0);
    const push_weight_4 = position_4 - push_at[0];
    const push_5 = 1 - push_weight_4;
    const push_6 = push_5 * push[push_at[0]] + push_weight_4 * push[push_at[0] + 1];
    const x_bar = w_x * (params_k * push_6);
    params_k_bar -= w_x * (x_x_3 * push_6);
    const push_bar_2 = w_x * Math.cos(push_6) - w_x * (params_k * x_x_3);
    push_bar[push_at[0] + 1] += push_bar_2 * push_weight_4;
    push_bar[push_at[0]] += push_bar_2 * push_5;
    // Adjoint of evaluation 3.
    const w_x_2 = h_1_3 * lambda_x_2;
    const w_x_3 = w_x_2 - h * x_bar;
    push_at[0] = push_at_4;
    const push_weight_5 = position_3 - push_at[0];
    const push_7 = 1 - push_weight_5;
    const push_8 = push_7 * push[push_at[0]] + push_weight_5 * push[push_at[0] + 1];
    const x_bar_2 = w_x_3 * (params_k * push_8);
    params_k_bar -= w_x_3 * (x_x_2 * push_8);
    const push_bar_3 = w_x_3 * Math.cos(push_8) - w_x_3 * f_x_3;
    push_bar[push_at[0] + 1] += push_bar_3 * push_weight_5;
    push_bar[push_at[0]] += push_bar_3 * push_7;
    // Adjoint of evaluation 2.
    const w_x_4 = w_x_2 - h_1_2 * x_bar_2;
    push_at[0] = push_at_4;
    const push_weight_6 = position_3 - push_at[0];
    const push_9 = 1 - push_weight_6;
    const push_10 = push_9 * push[push_at[0]] + push_weight_6 * push[push_at[0] + 1];
    const x_bar_3 = w_x_4 * (params_k * push_10);
    params_k_bar -= w_x_4 * (x_x * push_10);
    const push_bar_4 = w_x_4 * Math.cos(push_10) - w_x_4 * f_x_2;
    push_bar[push_at[0] + 1] += push_bar_4 * push_weight_6;
    push_bar[push_at[0]] += push_bar_4 * push_9;
    // Adjoint of evaluation 1.
    const w_x_5 = w_x - h_1_2 * x_bar_3;
    push_at[0] = push_at_3;
    const push_weight_7 = position_2 - push_at[0];
    const push_11 = 1 - push_weight_7;
    const push_12 = push_11 * push[push_at[0]] + push_weight_7 * push[push_at[0] + 1];
    params_k_bar -= w_x_5 * (stored_x_2 * push_12);
    const push_bar_5 = w_x_5 * Math.cos(push_12) - w_x_5 * f_x;
    push_bar[push_at[0] + 1] += push_bar_5 * push_weight_7;
    push_bar[push_at[0]] += push_bar_5 * push_11;
    // λ of the step's start.
    lambda_x = lambda_x_2 - x_bar - x_bar_2 - x_bar_3 - w_x_5 * (params_k * push_12);
  }
  report[1] = 0;
  value[0] = x_2 * x_2;
  paramsBar[0] = params_k_bar;
  state0Bar[0] = lambda_x;
  return 0;
}
