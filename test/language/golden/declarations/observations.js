/** Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss. */
export function gradient() {
  const capacity = capacity$;
  const report = report$;
  const observe_at = observe_at$;
  const params = params$;
  const paramsBar = paramsBar$;
  const seen = seen$;
  const control = control$;
  const stored_v = stored_v$;
  const stored_x = stored_x$;
  const times = times$;
  const state0 = state0$;
  const state0Bar = state0Bar$;
  const states = states$;
  const value = value$;
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
  observe_at[4] = n_steps;
  let step_before = 0;
  let misplaced = 0;
  const t0 = control[0];
  for (let k = 0; k < 3; k++) {
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

  // ---- Forward sweep -----------------------------------------------
  let x = state0[0];
  let v = state0[1];
  let value_ = 0;
  const params_k = params[0];
  let failed_stage = 0;
  for (let segment = 0; segment < 4; segment++) {
    for (let n = observe_at[segment]; n < observe_at[segment + 1]; n++) {
      const x_2 = x;
      stored_x[n] = x_2;
      const v_2 = v;
      stored_v[n] = v_2;
      // Stage 1: c = 0.
      const f_v = params_k * x_2;
      // Stage 2: c = 1, a = 1.
      const x_v = v_2 - h * f_v;
      const f_v_2 = params_k * (x_2 + h * v_2);
      // New state.
      const x_3 = x_2 + (h_1_2 * v_2 + h_1_2 * x_v);
      const v_3 = v_2 + (-h_1_2 * f_v - h_1_2 * f_v_2);
      const sum = x_3 + v_3;
      if (sum - sum !== 0) {
        report[0] = n;
        const sum_2 = x_v - f_v_2;
        if (sum_2 - sum_2 !== 0) {
          failed_stage = 2;
        }
        const sum_3 = v_2 - f_v;
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
    if (segment < 3) {
      // Observation.
      const x_2 = x;
      states[2 * segment] = x_2;
      const v_2 = v;
      states[2 * segment + 1] = v_2;
      const base = x_2 - seen[2 * segment];
      const base_2 = v_2 - seen[2 * segment + 1];
      value_ += base * base + times[segment] * (base_2 * base_2);
    }
  }

  // ---- Reverse sweep -----------------------------------------------
  let lambda_v = 0;
  let lambda_x = 0;
  let params_k_bar = 0;
  for (let segment = 3; segment >= 0; segment--) {
    if (segment < 3) {
      // Observation.
      const base = states[2 * segment] - seen[2 * segment];
      const base_bar = (states[2 * segment + 1] - seen[2 * segment + 1]) * times[segment];
      lambda_v += base_bar + base_bar;
      lambda_x += base + base;
    }
    for (let n = observe_at[segment + 1] - 1; n >= observe_at[segment]; n--) {
      // Stages of this step, again.
      const stored_x_2 = stored_x[n];
      // Stage 1: c = 0.
      // Stage 2: c = 1, a = 1.
      // Adjoint of evaluation 2.
      const lambda_x_2 = lambda_x;
      const w_x = h_1_2 * lambda_x_2;
      const lambda_v_2 = lambda_v;
      const w_v = h_1_2 * lambda_v_2;
      const x_bar = w_v * params_k;
      params_k_bar -= w_v * (stored_x_2 + h * stored_v[n]);
      // Adjoint of evaluation 1.
      const w_v_2 = w_v + h * w_x;
      params_k_bar -= w_v_2 * stored_x_2;
      // λ of the step's start.
      lambda_x = lambda_x_2 - x_bar - w_v_2 * params_k;
      lambda_v = lambda_v_2 + w_x + (w_x - h * x_bar);
    }
  }
  report[1] = 0;
  value[0] = value_;
  paramsBar[0] = params_k_bar;
  state0Bar[0] = lambda_x;
  state0Bar[1] = lambda_v;
  return 0;
}
