/**
 * The gradient of a neural ODE y' = W2 tanh(W1 y + b1) + b2 by classical Runge-Kutta, derived and tuned by hand: every
 * stage is stored, products go four rows and two columns at a time, and the four outer products of a step are one
 * update. Sizes come with the address of the module (`?D=16&H=64&steps=100`), so that each size is code of its own.
 * Loss: the sum of squares of the final state.
 */

const sizes = new URL(import.meta.url).searchParams;
const [D, H, steps] = ["D", "H", "steps"].map((name) => Number(sizes.get(name)));

/** tanh at multiples of 1/32, and between them by the addition formula. */
const table$ = Float64Array.from({ length: 640 }, (_, k) => Math.tanh(k / 32));
function tableTanh(x) {
  const size = Math.abs(x);
  if (!(size < 19.9)) return x > 0 ? 1 : x < 0 ? -1 : x;
  const k = (size * 32 + 0.5) | 0;
  const d = size - k * 0.03125;
  const u = d * d;
  const t = d + d * u * (-1 / 3 + u * (2 / 15 + u * (-17 / 315 + u * (62 / 2835))));
  const near = table$[k];
  const value = near + ((1 - near * near) * t) / (1 + near * t);
  return x < 0 ? -value : value;
}
const tanh = sizes.get("math") === "portable" ? tableTanh : Math.tanh;

const W1$ = new Float64Array(H * D);
const b1$ = new Float64Array(H);
const W2$ = new Float64Array(D * H);
const b2$ = new Float64Array(D);
const start$ = new Float64Array(D);
const W1bar$ = new Float64Array(H * D);
const b1bar$ = new Float64Array(H);
const W2bar$ = new Float64Array(D * H);
const b2bar$ = new Float64Array(D);
const lambda$ = new Float64Array(D);

const y$ = new Float64Array(D);
const k$ = new Float64Array(4 * D);
const u$ = new Float64Array(4 * D);
const w$ = new Float64Array(4 * D);
const zbar$ = new Float64Array(4 * H);
const abar$ = new Float64Array(H);
const stage$ = new Float64Array(steps * 4 * D);
const hidden$ = new Float64Array(steps * 4 * H);

export const io = {
  params: [W1$, b1$, W2$, b2$],
  start: start$,
  paramsBar: [W1bar$, b1bar$, W2bar$, b2bar$],
  startBar: lambda$,
};

/** k_s = f(stage), keeping the hidden values. `yo`, `ho`: where the stage stands. */
function field(s, yo, ho) {
  const W1 = W1$;
  const W2 = W2$;
  const b1 = b1$;
  const b2 = b2$;
  const stage = stage$;
  const hidden = hidden$;
  const k = k$;
  for (let i = 0; i < H; i += 4) {
    let s0 = b1[i];
    let s1 = b1[i + 1];
    let s2 = b1[i + 2];
    let s3 = b1[i + 3];
    let p = i * D;
    for (let j = 0; j < D; j += 2, p += 2) {
      const y0 = stage[yo + j];
      const y1 = stage[yo + j + 1];
      s0 = s0 + W1[p] * y0 + W1[p + 1] * y1;
      s1 = s1 + W1[p + D] * y0 + W1[p + D + 1] * y1;
      s2 = s2 + W1[p + 2 * D] * y0 + W1[p + 2 * D + 1] * y1;
      s3 = s3 + W1[p + 3 * D] * y0 + W1[p + 3 * D + 1] * y1;
    }
    hidden[ho + i] = tanh(s0);
    hidden[ho + i + 1] = tanh(s1);
    hidden[ho + i + 2] = tanh(s2);
    hidden[ho + i + 3] = tanh(s3);
  }
  for (let i = 0; i < D; i += 4) {
    let s0 = b2[i];
    let s1 = b2[i + 1];
    let s2 = b2[i + 2];
    let s3 = b2[i + 3];
    let p = i * H;
    for (let j = 0; j < H; j += 2, p += 2) {
      const a0 = hidden[ho + j];
      const a1 = hidden[ho + j + 1];
      s0 = s0 + W2[p] * a0 + W2[p + 1] * a1;
      s1 = s1 + W2[p + H] * a0 + W2[p + H + 1] * a1;
      s2 = s2 + W2[p + 2 * H] * a0 + W2[p + 2 * H + 1] * a1;
      s3 = s3 + W2[p + 3 * H] * a0 + W2[p + 3 * H + 1] * a1;
    }
    k[s * D + i] = s0;
    k[s * D + i + 1] = s1;
    k[s * D + i + 2] = s2;
    k[s * D + i + 3] = s3;
  }
}

/** u_s = Jᵀ w_s; the cotangents of the hidden sums stay in zbar for the update. */
function fieldBack(s, ho) {
  const W1 = W1$;
  const W2 = W2$;
  const hidden = hidden$;
  const w = w$;
  const u = u$;
  const zbar = zbar$;
  const abar = abar$;
  for (let j = 0; j < H; j++) abar[j] = 0;
  for (let i = 0; i < D; i += 4) {
    const w0 = w[s * D + i];
    const w1 = w[s * D + i + 1];
    const w2 = w[s * D + i + 2];
    const w3 = w[s * D + i + 3];
    let p = i * H;
    for (let j = 0; j < H; j++, p++) {
      abar[j] = abar[j] + W2[p] * w0 + W2[p + H] * w1 + W2[p + 2 * H] * w2 + W2[p + 3 * H] * w3;
    }
  }
  for (let j = 0; j < H; j++) {
    const a = hidden[ho + j];
    zbar[s * H + j] = abar[j] * (1 - a * a);
  }
  const uo = s * D;
  for (let j = 0; j < D; j++) u[uo + j] = 0;
  for (let i = 0; i < H; i += 4) {
    const z0 = zbar[s * H + i];
    const z1 = zbar[s * H + i + 1];
    const z2 = zbar[s * H + i + 2];
    const z3 = zbar[s * H + i + 3];
    let p = i * D;
    for (let j = 0; j < D; j++, p++) {
      u[uo + j] = u[uo + j] + W1[p] * z0 + W1[p + D] * z1 + W1[p + 2 * D] * z2 + W1[p + 3 * D] * z3;
    }
  }
}

/** The four outer products of a step in one pass over the weights, four rows at a time. */
function update(bar, rows, columns, left, right, ro) {
  for (let i = 0; i < rows; i++) {
    const l0 = left[i];
    const l1 = left[rows + i];
    const l2 = left[2 * rows + i];
    const l3 = left[3 * rows + i];
    let p = i * columns;
    for (let j = 0; j < columns; j++, p++) {
      const q = ro + j;
      bar[p] =
        bar[p] +
        l3 * right[q + 3 * columns] +
        l2 * right[q + 2 * columns] +
        l1 * right[q + columns] +
        l0 * right[q];
    }
  }
}
const updateFirst = new Function(`return ${update}`)();
const updateSecond = new Function(`return ${update}`)();

function sums(bar, count, left) {
  for (let i = 0; i < count; i++) {
    bar[i] = bar[i] + left[3 * count + i] + left[2 * count + i] + left[count + i] + left[i];
  }
}

export function solve(t1 = 1) {
  const h = t1 / steps;
  const y = y$;
  const k = k$;
  const stage = stage$;
  y.set(start$);
  for (let n = 0; n < steps; n++) {
    const yo = n * 4 * D;
    const ho = n * 4 * H;
    for (let i = 0; i < D; i++) stage[yo + i] = y[i];
    field(0, yo, ho);
    for (let i = 0; i < D; i++) stage[yo + D + i] = y[i] + (h / 2) * k[i];
    field(1, yo + D, ho + H);
    for (let i = 0; i < D; i++) stage[yo + 2 * D + i] = y[i] + (h / 2) * k[D + i];
    field(2, yo + 2 * D, ho + 2 * H);
    for (let i = 0; i < D; i++) stage[yo + 3 * D + i] = y[i] + h * k[2 * D + i];
    field(3, yo + 3 * D, ho + 3 * H);
    for (let i = 0; i < D; i++) {
      y[i] += (h / 6) * k[i] + (h / 3) * k[D + i] + (h / 3) * k[2 * D + i] + (h / 6) * k[3 * D + i];
    }
  }
  let loss = 0;
  for (let i = 0; i < D; i++) loss += y[i] * y[i];
  return loss;
}

export function gradient(t1 = 1) {
  const loss = solve(t1);
  const h = t1 / steps;
  const lambda = lambda$;
  const u = u$;
  const w = w$;
  for (const bar of io.paramsBar) bar.fill(0);
  for (let i = 0; i < D; i++) lambda[i] = 2 * y$[i];
  for (let n = steps - 1; n >= 0; n--) {
    const yo = n * 4 * D;
    const ho = n * 4 * H;
    for (let i = 0; i < D; i++) w[3 * D + i] = (h / 6) * lambda[i];
    fieldBack(3, ho + 3 * H);
    for (let i = 0; i < D; i++) w[2 * D + i] = (h / 3) * lambda[i] + h * u[3 * D + i];
    fieldBack(2, ho + 2 * H);
    for (let i = 0; i < D; i++) w[D + i] = (h / 3) * lambda[i] + (h / 2) * u[2 * D + i];
    fieldBack(1, ho + H);
    for (let i = 0; i < D; i++) w[i] = (h / 6) * lambda[i] + (h / 2) * u[D + i];
    fieldBack(0, ho);
    updateSecond(W2bar$, D, H, w, hidden$, ho);
    updateFirst(W1bar$, H, D, zbar$, stage$, yo);
    sums(b2bar$, D, w);
    sums(b1bar$, H, zbar$);
    for (let i = 0; i < D; i++) lambda[i] += u[3 * D + i] + u[2 * D + i] + u[D + i] + u[i];
  }
  return loss;
}
