/** Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss. */
export function gradient() {
  const capacity = capacity$;
  const params = params$;
  const paramsBar = paramsBar$;
  const report = report$;
  const push = push$;
  const push_bar = push_bar$;
  const step_count = step_count$;
  const control = control$;
  const stored_v = stored_v$;
  const stored_x = stored_x$;
  const state0 = state0$;
  const state0Bar = state0Bar$;
  const states = states$;
  const value = value$;
  for (let i = 0; i < 2; i++) {
    push_bar[i] = 0;
  }
  state0Bar[0] = 0;
  state0Bar[1] = 0;
  paramsBar[1] = 0;
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
  if (whole_steps !== n_steps || !(h_spread < h_size) || left_over !== 0) {
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
  let x = state0[0];
  let v = state0[1];
  const params_k = params[0];
  const damping = params[1];
  let failed_stage = 0;
  for (let n = 0; n < step_count[0]; n++) {
    const x_2 = x;
    stored_x[n] = x_2;
    const v_2 = v;
    stored_v[n] = v_2;
    // Stage 1: c = 0.
    const push_2 = push[Math.floor(2 * n / step_count[0])];
    const f_v = -params_k * x_2 - damping * v_2 + push_2;
    // Stage 2: c = 1, a = 1.
    const x_v = v_2 + h * f_v;
    const f_v_2 = -params_k * (x_2 + h * v_2) - damping * x_v + push_2;
    // New state.
    const x_3 = x_2 + (h_1_2 * v_2 + h_1_2 * x_v);
    const v_3 = v_2 + (h_1_2 * f_v + h_1_2 * f_v_2);
    const sum = x_3 + v_3;
    if (sum - sum !== 0) {
      report[0] = n;
      const sum_2 = x_v + f_v_2;
      if (sum_2 - sum_2 !== 0) {
        failed_stage = 2;
      }
      const sum_3 = v_2 + f_v;
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
    v = v_3;
  }
  // Observation.
  const x_2 = x;
  states[0] = x_2;
  const v_2 = v;
  states[1] = v_2;
  // Terminal loss.

  // ---- Reverse sweep -----------------------------------------------
  // Terminal loss.
  let params_k_bar = 0;
  let lambda_x = x_2 + x_2;
  let lambda_v = 1;
  for (let n = step_count[0] - 1; n >= 0; n--) {
    // Stages of this step, again.
    const stored_x_2 = stored_x[n];
    // Stage 1: c = 0.
    // Stage 2: c = 1, a = 1.
    // Adjoint of evaluation 2.
    const lambda_x_2 = lambda_x;
    const w_x = h_1_2 * lambda_x_2;
    const lambda_v_2 = lambda_v;
    const w_v = h_1_2 * lambda_v_2;
    let quotient = Math.floor(2 * n / step_count[0]);
    push_bar[quotient] += w_v;
    const x_bar = w_v * params_k;
    params_k_bar -= w_v * (stored_x_2 + h * stored_v[n]);
    const v_bar = w_x - w_v * damping;
    // Adjoint of evaluation 1.
    const w_v_2 = w_v + h * v_bar;
    push_bar[quotient] += w_v_2;
    params_k_bar -= w_v_2 * stored_x_2;
    // λ of the step's start.
    lambda_x = lambda_x_2 - x_bar - w_v_2 * params_k;
    lambda_v = lambda_v_2 + v_bar + (w_x - h * x_bar - w_v_2 * damping);
  }
  report[1] = 0;
  value[0] = x_2 * x_2 + v_2;
  paramsBar[0] = params_k_bar;
  return 0;
}
