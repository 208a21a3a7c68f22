/** Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss. */
export function gradient() {
  const b = b$;
  const b_bar = b_bar$;
  const capacity = capacity$;
  const report = report$;
  const params = params$;
  const paramsBar = paramsBar$;
  const push = push$;
  const push_bar = push_bar$;
  const step_count = step_count$;
  const control = control$;
  const stored_x = stored_x$;
  const value = value$;
  const w_2 = w_2$;
  const w_bar = w_bar$;
  const state0 = state0$;
  const state0Bar = state0Bar$;
  const states = states$;
  for (let i = 0; i < 2; i++) {
    push_bar[i] = 0;
  }
  for (let i = 0; i < 4; i++) {
    for (let j = 0; j < 2; j++) {
      w_bar[2 * i + j] = 0;
    }
  }
  for (let i = 0; i < 4; i++) {
    b_bar[i] = 0;
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
  const left_over = (n_steps % 2);
  report[0] = 0;
  if (whole_steps !== n_steps || !(h_spread < h_size) || left_over !== 0 || (n_steps % 4) !== 0) {
    spoil_gradient();
    value[0] = 0 / 0;
    report[1] = 0;
    return 8;
  }
  if (n_steps > capacity[0]) {
    spoil_gradient();
    value[0] = 0 / 0;
    report[1] = 0;
    return 1;
  }
  step_count[0] = n_steps;
  const h_1_2 = h * 0.5;

  // ---- Forward sweep -----------------------------------------------
  let value_ = 0;
  let x = state0[0];
  const params_k = params[0];
  let failed_stage = 0;
  for (let n = 0; n < step_count[0]; n++) {
    const x_2 = x;
    stored_x[n] = x_2;
    // Stage 1: c = 0.
    const push_2 = push[Math.floor(2 * n / step_count[0])];
    let quotient = Math.floor(4 * n / step_count[0]);
    const w = w_2[2 * quotient];
    const w_3 = w_2[2 * quotient + 1];
    const b_2 = b[quotient];
    const f_x = push_2 - params_k * x_2 + Math.tanh(w * x_2 + w_3 + b_2);
    const value_2 = h_1_2 * (push_2 * push_2);
    value_ += value_2;
    // Stage 2: c = 1, a = 1.
    const x_x = x_2 + h * f_x;
    const f_x_2 = push_2 - params_k * x_x + Math.tanh(w * x_x + w_3 + b_2);
    value_ += value_2;
    // New state.
    const x_3 = x_2 + (h_1_2 * f_x + h_1_2 * f_x_2);
    if (x_3 - x_3 !== 0) {
      report[0] = n;
      if (f_x_2 - f_x_2 !== 0) {
        failed_stage = 2;
      }
      if (f_x - f_x !== 0) {
        failed_stage = 1;
      }
      spoil_gradient();
      value[0] = 0 / 0;
      const failed_stage_2 = failed_stage;
      report[1] = failed_stage_2;
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
  value_ += x_2 * x_2;

  // ---- Reverse sweep -----------------------------------------------
  // Terminal loss.
  let params_k_bar = 0;
  let lambda_x = x_2 + x_2;
  for (let n = step_count[0] - 1; n >= 0; n--) {
    // Stages of this step, again.
    const stored_x_2 = stored_x[n];
    // Stage 1: c = 0.
    let quotient = Math.floor(2 * n / step_count[0]);
    const push_2 = push[quotient];
    let quotient_2 = Math.floor(4 * n / step_count[0]);
    const w = w_2[2 * quotient_2];
    const w_3 = w_2[2 * quotient_2 + 1];
    const b_2 = b[quotient_2];
    const f_x = Math.tanh(w * stored_x_2 + w_3 + b_2);
    // Stage 2: c = 1, a = 1.
    const x_x = stored_x_2 + h * (push_2 - params_k * stored_x_2 + f_x);
    // Adjoint of evaluation 2.
    const lambda_x_2 = lambda_x;
    const w_x = h_1_2 * lambda_x_2;
    const f_x_2 = Math.tanh(w * x_x + w_3 + b_2);
    const f_x_bar = w_x * (1 - f_x_2 * f_x_2);
    b_bar[quotient_2] += f_x_bar;
    w_bar[2 * quotient_2 + 1] += f_x_bar;
    w_bar[2 * quotient_2] += f_x_bar * x_x;
    const x_bar = f_x_bar * w - w_x * params_k;
    params_k_bar -= w_x * x_x;
    push_bar[quotient] += w_x;
    const push_bar_2 = h_1_2 * push_2;
    const push_bar_3 = push_bar_2 + push_bar_2;
    push_bar[quotient] += push_bar_3;
    // Adjoint of evaluation 1.
    const w_x_2 = w_x + h * x_bar;
    const f_x_bar_2 = w_x_2 * (1 - f_x * f_x);
    b_bar[quotient_2] += f_x_bar_2;
    w_bar[2 * quotient_2 + 1] += f_x_bar_2;
    w_bar[2 * quotient_2] += f_x_bar_2 * stored_x_2;
    params_k_bar -= w_x_2 * stored_x_2;
    push_bar[quotient] += w_x_2;
    push_bar[quotient] += push_bar_3;
    // λ of the step's start.
    lambda_x = lambda_x_2 + x_bar + (f_x_bar_2 * w - w_x_2 * params_k);
  }
  value[0] = value_;
  report[1] = 0;
  paramsBar[0] = params_k_bar;
  state0Bar[0] = lambda_x;
  return 0;
}
