/** Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss. */
export function gradient() {
  const capacity = capacity$;
  const report = report$;
  const params = params$;
  const paramsBar = paramsBar$;
  const step_count = step_count$;
  const control = control$;
  const stored_x = stored_x$;
  const value = value$;
  const state0 = state0$;
  const state0Bar = state0Bar$;
  const states = states$;
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
  const params_k = params[0];
  let failed_stage = 0;
  for (let n = 0; n < step_count[0]; n++) {
    const t_n = t0 + n * h;
    const x_2 = x;
    stored_x[n] = x_2;
    // Stage 1: c = 0.
    const f_x = params_k * x_2 * t_n;
    // Stage 2: c = 1/2, a = 1/2.
    const t = t_n + h_1_2;
    const f_x_2 = params_k * (x_2 - h_1_2 * f_x) * t;
    // Stage 3: c = 1/2, a = 0, 1/2.
    const f_x_3 = params_k * (x_2 - h_1_2 * f_x_2) * t;
    // Stage 4: c = 1, a = 0, 0, 1.
    const f_x_4 = params_k * (x_2 - h * f_x_3) * (t_n + h);
    // New state.
    const x_3 = x_2 + (-h_1_6 * f_x - h_1_3 * f_x_2 - h_1_3 * f_x_3 - h_1_6 * f_x_4);
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

  // ---- Reverse sweep -----------------------------------------------
  // Terminal loss.
  let params_k_bar = 0;
  let lambda_x = x_2 + x_2;
  for (let n = step_count[0] - 1; n >= 0; n--) {
    const t_n = t0 + n * h;
    // Stages of this step, again.
    const stored_x_2 = stored_x[n];
    // Stage 1: c = 0.
    // Stage 2: c = 1/2, a = 1/2.
    const x_x = stored_x_2 - h_1_2 * (params_k * stored_x_2 * t_n);
    const t = t_n + h_1_2;
    // Stage 3: c = 1/2, a = 0, 1/2.
    const x_x_2 = stored_x_2 - h_1_2 * (params_k * x_x * t);
    // Stage 4: c = 1, a = 0, 0, 1.
    // Adjoint of evaluation 4.
    const lambda_x_2 = lambda_x;
    const w_x = h_1_6 * lambda_x_2;
    const t_2 = t_n + h;
    const x_bar = w_x * (params_k * t_2);
    params_k_bar -= w_x * ((stored_x_2 - h * (params_k * x_x_2 * t)) * t_2);
    // Adjoint of evaluation 3.
    const w_x_2 = h_1_3 * lambda_x_2;
    const w_x_3 = w_x_2 - h * x_bar;
    const x_bar_2 = params_k * t;
    const x_bar_3 = w_x_3 * x_bar_2;
    params_k_bar -= w_x_3 * (x_x_2 * t);
    // Adjoint of evaluation 2.
    const w_x_4 = w_x_2 - h_1_2 * x_bar_3;
    const x_bar_4 = w_x_4 * x_bar_2;
    params_k_bar -= w_x_4 * (x_x * t);
    // Adjoint of evaluation 1.
    const w_x_5 = w_x - h_1_2 * x_bar_4;
    params_k_bar -= w_x_5 * (stored_x_2 * t_n);
    // λ of the step's start.
    lambda_x = lambda_x_2 - x_bar - x_bar_3 - x_bar_4 - w_x_5 * (params_k * t_n);
  }
  report[1] = 0;
  value[0] = x_2 * x_2;
  paramsBar[0] = params_k_bar;
  state0Bar[0] = lambda_x;
  return 0;
}
