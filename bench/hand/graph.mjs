/**
 * The gradient of a graph neural ODE H' = tanh(A H W + b) by classical Runge-Kutta, derived and tuned by hand: A by rows,
 * A H and tanh of every stage kept, the adjoint P = Λ ∘ (1 − tanh²), Aᵀ P Wᵀ and (A H)ᵀ P row by row, four rows of W at a
 * time. Sizes come with the address of the module (`?N=1000&C=16&steps=5`), so that each size is code of its own. Loss:
 * the sum of squares of the final state.
 */

const sizes = new URL(import.meta.url).searchParams;
const [N, C, steps] = ["N", "C", "steps"].map((name) => Number(sizes.get(name)));
const words = N * C;

const W$ = new Float64Array(C * C);
const b$ = new Float64Array(C);
const start$ = new Float64Array(words);
const Wbar$ = new Float64Array(C * C);
const bbar$ = new Float64Array(C);
const lambda$ = new Float64Array(words);

const H$ = new Float64Array(words);
const k$ = new Float64Array(4 * words);
const u$ = new Float64Array(4 * words);
const w$ = new Float64Array(words);
const row$ = new Float64Array(C);
const stage$ = new Float64Array(4 * words);
/** Of each step and stage A H and the tangents hyperbolic. */
const summed$ = new Float64Array(steps * 4 * words);
const tanh$ = new Float64Array(steps * 4 * words);

let rowStart$ = new Int32Array(N + 1);
let column$ = new Int32Array(0);
let value$ = new Float64Array(0);

export const io = { W: W$, b: b$, start: start$, Wbar: Wbar$, bbar: bbar$, startBar: lambda$ };

/** The matrix of the graph by rows. */
export function setGraph({ rowStart, column, value }) {
  rowStart$ = Int32Array.from(rowStart);
  column$ = Int32Array.from(column);
  value$ = Float64Array.from(value);
}

/** k_s = f(stage s), keeping A H and tanh at `at`. */
function field(s, at) {
  const rowStart = rowStart$;
  const column = column$;
  const value = value$;
  const stage = stage$;
  const summed = summed$;
  const tanh = tanh$;
  const k = k$;
  const W = W$;
  const b = b$;
  const z = row$;
  const so = s * words;
  for (let i = 0; i < N; i++) {
    const to = at + i * C;
    for (let c = 0; c < C; c++) summed[to + c] = 0;
    for (let e = rowStart[i]; e < rowStart[i + 1]; e++) {
      const v = value[e];
      const from = so + column[e] * C;
      for (let c = 0; c < C; c++) summed[to + c] += v * stage[from + c];
    }
    for (let c = 0; c < C; c++) z[c] = b[c];
    for (let j = 0; j < C; j += 4) {
      const h0 = summed[to + j];
      const h1 = summed[to + j + 1];
      const h2 = summed[to + j + 2];
      const h3 = summed[to + j + 3];
      let p = j * C;
      for (let c = 0; c < C; c++, p++)
        z[c] = z[c] + h0 * W[p] + h1 * W[p + C] + h2 * W[p + 2 * C] + h3 * W[p + 3 * C];
    }
    for (let c = 0; c < C; c++) {
      const t = Math.tanh(z[c]);
      tanh[to + c] = t;
      k[so + i * C + c] = t;
    }
  }
}

/** u_s = Jᵀ w, adding to the cotangents of W and b. */
function fieldBack(s, at) {
  const rowStart = rowStart$;
  const column = column$;
  const value = value$;
  const summed = summed$;
  const tanh = tanh$;
  const u = u$;
  const w = w$;
  const W = W$;
  const Wbar = Wbar$;
  const bbar = bbar$;
  const p = row$;
  const so = s * words;
  for (let i = 0; i < words; i++) u[so + i] = 0;
  for (let i = 0; i < N; i++) {
    const from = at + i * C;
    for (let c = 0; c < C; c++) {
      const t = tanh[from + c];
      const each = w[i * C + c] * (1 - t * t);
      p[c] = each;
      bbar[c] += each;
    }
    for (let j = 0; j < C; j += 4) {
      const h0 = summed[from + j];
      const h1 = summed[from + j + 1];
      const h2 = summed[from + j + 2];
      const h3 = summed[from + j + 3];
      let g0 = 0;
      let g1 = 0;
      let g2 = 0;
      let g3 = 0;
      let q = j * C;
      for (let c = 0; c < C; c++, q++) {
        const each = p[c];
        g0 += each * W[q];
        g1 += each * W[q + C];
        g2 += each * W[q + 2 * C];
        g3 += each * W[q + 3 * C];
        Wbar[q] += h0 * each;
        Wbar[q + C] += h1 * each;
        Wbar[q + 2 * C] += h2 * each;
        Wbar[q + 3 * C] += h3 * each;
      }
      for (let e = rowStart[i]; e < rowStart[i + 1]; e++) {
        const v = value[e];
        const to = so + column[e] * C + j;
        u[to] += v * g0;
        u[to + 1] += v * g1;
        u[to + 2] += v * g2;
        u[to + 3] += v * g3;
      }
    }
  }
}

export function solve(t1 = 1) {
  const h = t1 / steps;
  const H = H$;
  const k = k$;
  const stage = stage$;
  H.set(start$);
  for (let n = 0; n < steps; n++) {
    const at = n * 4 * words;
    for (let i = 0; i < words; i++) stage[i] = H[i];
    field(0, at);
    for (let i = 0; i < words; i++) stage[words + i] = H[i] + (h / 2) * k[i];
    field(1, at + words);
    for (let i = 0; i < words; i++) stage[2 * words + i] = H[i] + (h / 2) * k[words + i];
    field(2, at + 2 * words);
    for (let i = 0; i < words; i++) stage[3 * words + i] = H[i] + h * k[2 * words + i];
    field(3, at + 3 * words);
    for (let i = 0; i < words; i++)
      H[i] +=
        (h / 6) * k[i] + (h / 3) * k[words + i] + (h / 3) * k[2 * words + i] + (h / 6) * k[3 * words + i];
  }
  let loss = 0;
  for (let i = 0; i < words; i++) loss += H[i] * H[i];
  return loss;
}

export function gradient(t1 = 1) {
  const loss = solve(t1);
  const h = t1 / steps;
  const lambda = lambda$;
  const u = u$;
  const w = w$;
  Wbar$.fill(0);
  bbar$.fill(0);
  for (let i = 0; i < words; i++) lambda[i] = 2 * H$[i];
  for (let n = steps - 1; n >= 0; n--) {
    const at = n * 4 * words;
    for (let i = 0; i < words; i++) w[i] = (h / 6) * lambda[i];
    fieldBack(3, at + 3 * words);
    for (let i = 0; i < words; i++) w[i] = (h / 3) * lambda[i] + h * u[3 * words + i];
    fieldBack(2, at + 2 * words);
    for (let i = 0; i < words; i++) w[i] = (h / 3) * lambda[i] + (h / 2) * u[2 * words + i];
    fieldBack(1, at + words);
    for (let i = 0; i < words; i++) w[i] = (h / 6) * lambda[i] + (h / 2) * u[words + i];
    fieldBack(0, at);
    for (let i = 0; i < words; i++) lambda[i] += u[3 * words + i] + u[2 * words + i] + u[words + i] + u[i];
  }
  return loss;
}
