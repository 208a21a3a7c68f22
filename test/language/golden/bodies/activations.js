export function field(t, y, p, dy) {
  const p_2 = p_2$;
  let largest = y[1];
  for (let i = 1; i < 4; i++) {
    largest = Math.max(largest, y[i + 1]);
  }
  let sum = 0;
  const largest_2 = largest;
  for (let i = 0; i < 4; i++) {
    const p_3 = Math.exp(y[i + 1] - largest_2);
    p_2[i] = p_3;
    sum += p_3;
  }
  const sum_2 = sum;
  for (let i = 0; i < 4; i++) {
    p_2[i] = p_2[i] / sum_2;
  }
  const params_k = p[0];
  const x = y[0];
  let sigmoid = 0;
  if (x >= 0) {
    const sigmoid_2 = 1 / (1 + Math.exp(-x));
    sigmoid = sigmoid_2;
  } else {
    const e = Math.exp(x);
    sigmoid = e / (1 + e);
  }
  let softplus = 0;
  if (params_k > 0) {
    softplus = params_k + Math.log1p(Math.exp(-params_k));
  } else {
    softplus = Math.log1p(Math.exp(params_k));
  }
  const x_2 = (-40) * params_k;
  let sigmoid_2 = 0;
  if (x_2 >= 0) {
    sigmoid_2 = 1 / (1 + Math.exp(-x_2));
  } else {
    const e = Math.exp(x_2);
    sigmoid_2 = e / (1 + e);
  }
  let softplus_2 = 0;
  if (-x > 0) {
    softplus_2 = Math.log1p(Math.exp(x)) - x;
  } else {
    softplus_2 = Math.log1p(Math.exp(-x));
  }
  let y_2 = 0;
  if (x > 0) {
    y_2 = x;
  } else {
    y_2 = 0;
  }
  let y_3 = 0;
  if (-params_k > 0) {
    y_3 = -params_k;
  } else {
    y_3 = 0;
  }
  dy[0] = y_2 + y_3 + sigmoid * softplus + p_2[1] * sigmoid_2 + softplus_2 - x;
  for (let i = 0; i < 4; i++) {
    const each = y[i + 1];
    dy[i + 1] = 0.1 * p[i + 1] * params_k * x - each;
  }
}

/** Cotangent of rhs: adds its transposed Jacobian times the vector of the *_bar seeds. */
export function fieldVjp(t, y, p, w, yBar, pBar) {
  const largest_tape = largest_tape$;
  const p_3 = p_3$;
  const p_bar = p_bar$;
  const p_tape = p_tape$;
  let largest = y[1];
  for (let i = 1; i < 4; i++) {
    const largest_2 = largest;
    largest_tape[i - 1] = largest_2;
    largest = Math.max(largest_2, y[i + 1]);
  }
  let sum = 0;
  const largest_2 = largest;
  for (let i = 0; i < 4; i++) {
    const p_2 = Math.exp(y[i + 1] - largest_2);
    p_tape[i] = p_2;
    p_3[i] = p_2;
    sum += p_2;
  }
  const sum_2 = sum;
  for (let i = 0; i < 4; i++) {
    p_3[i] = p_3[i] / sum_2;
  }
  const params_k = p[0];
  const x = y[0];
  let sigmoid_tape = 0;
  let sigmoid = 0;
  let e_tape = 0;
  if (x >= 0) {
    const sigmoid_2 = Math.exp(-x);
    const sigmoid_3 = 1 / (1 + sigmoid_2);
    sigmoid_tape = sigmoid_2;
    sigmoid = sigmoid_3;
  } else {
    const e = Math.exp(x);
    e_tape = e;
    sigmoid = e / (1 + e);
  }
  let softplus_tape = 0;
  let softplus = 0;
  let softplus_tape_2 = 0;
  if (params_k > 0) {
    const softplus_2 = Math.exp(-params_k);
    softplus_tape = softplus_2;
    softplus = params_k + Math.log1p(softplus_2);
  } else {
    const softplus_2 = Math.exp(params_k);
    softplus_tape_2 = softplus_2;
    softplus = Math.log1p(softplus_2);
  }
  const x_2 = (-40) * params_k;
  let sigmoid_tape_2 = 0;
  let sigmoid_2 = 0;
  let e_tape_2 = 0;
  if (x_2 >= 0) {
    const sigmoid_3 = Math.exp(-x_2);
    sigmoid_tape_2 = sigmoid_3;
    sigmoid_2 = 1 / (1 + sigmoid_3);
  } else {
    const e = Math.exp(x_2);
    e_tape_2 = e;
    sigmoid_2 = e / (1 + e);
  }
  const sigmoid_3 = sigmoid;
  const sigmoid_4 = sigmoid_2;
  for (let i = 0; i < 4; i++) {
    p_bar[i] = 0;
  }
  let x_bar = 0;
  let params_k_bar = 0;
  for (let i = 0; i < 4; i++) {
    const d_u_bar = w[i + 1];
    const d_u_bar_2 = d_u_bar * x;
    const d_u = 0.1 * p[i + 1];
    x_bar += d_u_bar * (d_u * params_k);
    params_k_bar += d_u_bar_2 * d_u;
    pBar[i + 1] += d_u_bar_2 * params_k * 0.1;
    yBar[i + 1] -= d_u_bar;
  }
  const f_x_bar = w[0];
  const sigmoid_bar = f_x_bar * p_3[1];
  p_bar[1] = f_x_bar * sigmoid_4;
  const sigmoid_bar_2 = f_x_bar * softplus;
  const softplus_bar = f_x_bar * sigmoid_3;
  if (-params_k > 0) {
    params_k_bar -= f_x_bar;
  }
  if (x > 0) {
    x_bar += f_x_bar;
  }
  if (-x > 0) {
    x_bar -= f_x_bar;
    const softplus_2 = Math.exp(x);
    const softplus_bar_2 = 1 / (1 + softplus_2);
    const softplus_bar_3 = f_x_bar * softplus_bar_2;
    const softplus_bar_4 = softplus_bar_3 === softplus_bar_3 ||
        (f_x_bar !== 0 && softplus_bar_2 !== 0) ?
        softplus_bar_3 : 0;
    const x_bar_2 = softplus_bar_4 * softplus_2;
    x_bar += x_bar_2 === x_bar_2 || (softplus_bar_4 !== 0 && softplus_2 !== 0) ? x_bar_2 : 0;
  } else {
    const softplus_2 = Math.exp(-x);
    const softplus_bar_2 = 1 / (1 + softplus_2);
    const softplus_bar_3 = f_x_bar * softplus_bar_2;
    const softplus_bar_4 = softplus_bar_3 === softplus_bar_3 ||
        (f_x_bar !== 0 && softplus_bar_2 !== 0) ?
        softplus_bar_3 : 0;
    const softplus_bar_5 = softplus_bar_4 * softplus_2;
    x_bar -= softplus_bar_5 === softplus_bar_5 || (softplus_bar_4 !== 0 && softplus_2 !== 0) ?
        softplus_bar_5 : 0;
  }
  let x_bar_2 = 0;
  if (x_2 >= 0) {
    const sigmoid_5 = sigmoid_tape_2;
    const sigmoid_6 = 1 + sigmoid_5;
    const sigmoid_bar_3 = 1 / sigmoid_6 / sigmoid_6;
    const sigmoid_bar_4 = -sigmoid_bar * sigmoid_bar_3;
    const sigmoid_bar_5 = sigmoid_bar_4 === sigmoid_bar_4 ||
        (sigmoid_bar !== 0 && sigmoid_bar_3 !== 0) ?
        sigmoid_bar_4 : 0;
    const sigmoid_bar_6 = sigmoid_bar_5 * sigmoid_5;
    x_bar_2 = -(sigmoid_bar_6 === sigmoid_bar_6 || (sigmoid_bar_5 !== 0 && sigmoid_5 !== 0) ?
        sigmoid_bar_6 : 0);
  } else {
    const e = e_tape_2;
    const sigmoid_5 = 1 + e;
    const e_bar = 1 / sigmoid_5;
    const e_bar_2 = sigmoid_bar * e_bar;
    const e_bar_3 = e_bar_2 === e_bar_2 || (sigmoid_bar !== 0 && e_bar !== 0) ? e_bar_2 : 0;
    const sigmoid_bar_3 = sigmoid_4 / sigmoid_5;
    const sigmoid_bar_4 = -sigmoid_bar * sigmoid_bar_3;
    const e_bar_4 = e_bar_3 +
        (sigmoid_bar_4 === sigmoid_bar_4 || (sigmoid_bar !== 0 && sigmoid_bar_3 !== 0) ?
        sigmoid_bar_4 : 0);
    const x_bar_3 = e_bar_4 * e;
    x_bar_2 = x_bar_3 === x_bar_3 || (e_bar_4 !== 0 && e !== 0) ? x_bar_3 : 0;
  }
  if (params_k > 0) {
    params_k_bar += softplus_bar;
    const softplus_2 = softplus_tape;
    const softplus_bar_2 = 1 / (1 + softplus_2);
    const softplus_bar_3 = softplus_bar * softplus_bar_2;
    const softplus_bar_4 = softplus_bar_3 === softplus_bar_3 ||
        (softplus_bar !== 0 && softplus_bar_2 !== 0) ?
        softplus_bar_3 : 0;
    const softplus_bar_5 = softplus_bar_4 * softplus_2;
    params_k_bar -= softplus_bar_5 === softplus_bar_5 ||
        (softplus_bar_4 !== 0 && softplus_2 !== 0) ?
        softplus_bar_5 : 0;
  } else {
    const softplus_2 = softplus_tape_2;
    const softplus_bar_2 = 1 / (1 + softplus_2);
    const softplus_bar_3 = softplus_bar * softplus_bar_2;
    const softplus_bar_4 = softplus_bar_3 === softplus_bar_3 ||
        (softplus_bar !== 0 && softplus_bar_2 !== 0) ?
        softplus_bar_3 : 0;
    const params_k_bar_2 = softplus_bar_4 * softplus_2;
    params_k_bar += params_k_bar_2 === params_k_bar_2 ||
        (softplus_bar_4 !== 0 && softplus_2 !== 0) ?
        params_k_bar_2 : 0;
  }
  if (x >= 0) {
    const sigmoid_5 = sigmoid_tape;
    const sigmoid_6 = 1 + sigmoid_5;
    const sigmoid_bar_3 = 1 / sigmoid_6 / sigmoid_6;
    const sigmoid_bar_4 = -sigmoid_bar_2 * sigmoid_bar_3;
    const sigmoid_bar_5 = sigmoid_bar_4 === sigmoid_bar_4 ||
        (sigmoid_bar_2 !== 0 && sigmoid_bar_3 !== 0) ?
        sigmoid_bar_4 : 0;
    const sigmoid_bar_6 = sigmoid_bar_5 * sigmoid_5;
    x_bar -= sigmoid_bar_6 === sigmoid_bar_6 || (sigmoid_bar_5 !== 0 && sigmoid_5 !== 0) ?
        sigmoid_bar_6 : 0;
  } else {
    const e = e_tape;
    const sigmoid_5 = 1 + e;
    const e_bar = 1 / sigmoid_5;
    const e_bar_2 = sigmoid_bar_2 * e_bar;
    const sigmoid_bar_3 = sigmoid_3 / sigmoid_5;
    const sigmoid_bar_4 = -sigmoid_bar_2 * sigmoid_bar_3;
    const e_bar_3 = (e_bar_2 === e_bar_2 || (sigmoid_bar_2 !== 0 && e_bar !== 0) ? e_bar_2 : 0) +
        (sigmoid_bar_4 === sigmoid_bar_4 || (sigmoid_bar_2 !== 0 && sigmoid_bar_3 !== 0) ?
        sigmoid_bar_4 : 0);
    const x_bar_3 = e_bar_3 * e;
    x_bar += x_bar_3 === x_bar_3 || (e_bar_3 !== 0 && e !== 0) ? x_bar_3 : 0;
  }
  yBar[0] += x_bar - f_x_bar;
  pBar[0] += params_k_bar + x_bar_2 * (-40);
  let sum_bar = 0;
  const p_bar_2 = 1 / sum_2;
  for (let i = 0; i < 4; i++) {
    const p_bar_3 = p_bar[i];
    p_bar[i] = 0;
    const p_bar_4 = p_bar_3 * p_bar_2;
    const sum_bar_2 = p_3[i] / sum_2;
    const sum_bar_3 = -p_bar_3 * sum_bar_2;
    sum_bar += sum_bar_3 === sum_bar_3 || (p_bar_3 !== 0 && sum_bar_2 !== 0) ? sum_bar_3 : 0;
    p_bar[i] += p_bar_4 === p_bar_4 || (p_bar_3 !== 0 && p_bar_2 !== 0) ? p_bar_4 : 0;
  }
  let largest_bar = 0;
  const sum_bar_2 = sum_bar;
  for (let i = 0; i < 4; i++) {
    const p_bar_3 = sum_bar_2 + p_bar[i];
    const p_2 = p_tape[i];
    const p_bar_4 = p_bar_3 * p_2;
    const p_bar_5 = p_bar_4 === p_bar_4 || (p_bar_3 !== 0 && p_2 !== 0) ? p_bar_4 : 0;
    largest_bar -= p_bar_5;
    yBar[i + 1] += p_bar_5;
  }
  let largest_bar_2 = largest_bar;
  for (let i = 3; i >= 1; i--) {
    const largest_bar_3 = largest_bar_2;
    const largest_3 = largest_tape[i - 1];
    const u = y[i + 1];
    yBar[i + 1] += largest_3 >= u ? 0 : largest_bar_3;
    largest_bar_2 = largest_3 >= u ? largest_bar_3 : 0;
  }
  yBar[1] += largest_bar_2;
}
