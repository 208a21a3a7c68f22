// Which field is a paper of? A graph neural ODE on the Cora citation graph: words are encoded, features flow along
// citations, and a linear decoder reads the field off. 2,708 papers, 1,433 words, 7 fields; time has no unit.
import { adjacency, csr, mat, ode, uniform, vec } from "odegrad";
import cora from "./cora.json" with { type: "json" };

const papers = cora.nodes;
const words = cora.features;
const classes = cora.classes;
const hidden = 16;

/** How strongly weights are held: half of this times the squared distance from 0, of the field's from the identity. */
const decay = { encoder: 5e-3, field: 10, decoder: 5e-4 };

const A = adjacency(papers, cora.edges, { selfLoops: true, normalise: "symmetric" });

// The words of each paper as a vector of length 1.
const rowStart = vec(papers + 1);
for (let i = 0; i < papers; i++) rowStart[i + 1] = rowStart[i]! + cora.words[i]!.length;
const column = vec(rowStart[papers]!);
const value = vec(rowStart[papers]!);
for (let i = 0; i < papers; i++) {
  const list = cora.words[i]!;
  const start = rowStart[i]!;
  for (let k = 0; k < list.length; k++) {
    column[start + k] = list[k]!;
    value[start + k] = 1 / Math.sqrt(list.length);
  }
}
const X = csr(papers, words, rowStart, column, value);

interface Layer {
  W: Float64Array[];
  b: Float64Array;
}

/** b + h W */
function affine(h: Float64Array, { W, b }: Layer): Float64Array {
  const z = vec(b.length);
  for (let c = 0; c < b.length; c++) z[c] = b[c]!;
  for (let k = 0; k < h.length; k++) for (let c = 0; c < b.length; c++) z[c]! += h[k]! * W[k]![c]!;
  return z;
}

/** Σ (Wᵢⱼ − δ·[i = j])² */
function distance(W: Float64Array[], delta: number): number {
  let sum = 0;
  for (let i = 0; i < W.length; i++)
    for (let j = 0; j < W[0]!.length; j++) sum += (W[i]![j]! - (i === j ? delta : 0)) ** 2;
  return sum;
}

export const gcde = ode({
  state: { H: mat(papers, hidden) },
  params: {
    encoder: mat(words, hidden, uniform(1, -0.06, 0.06)),
    field: { W: mat(hidden, hidden, (i, j) => (i === j ? 1 : 0)), b: vec(hidden) },
    decoder: { W: mat(hidden, classes, uniform(2, -0.5, 0.5)), b: vec(classes) },
  },
  // tanh(X V): as much work as there are words in the papers.
  initial: (params) => {
    const H = mat(papers, hidden);
    for (let i = 0; i < papers; i++) {
      const z = vec(hidden);
      for (let e = X.rowStart[i]!; e < X.rowStart[i + 1]!; e++)
        for (let c = 0; c < hidden; c++) z[c]! += X.value[e]! * params.encoder[X.column[e]!]![c]!;
      for (let c = 0; c < hidden; c++) H[i]![c] = Math.tanh(z[c]!);
    }
    return { H };
  },
  // tanh(A H W + b) − H: as much work as there are citations.
  rhs: ({ H }, { field }) => {
    const dH = mat(papers, hidden);
    for (let i = 0; i < papers; i++) {
      const h = vec(hidden);
      for (let e = A.rowStart[i]!; e < A.rowStart[i + 1]!; e++)
        for (let c = 0; c < hidden; c++) h[c]! += A.value[e]! * H[A.column[e]!]![c]!;
      const z = affine(h, field);
      for (let c = 0; c < hidden; c++) dH[i]![c] = Math.tanh(z[c]!) - H[i]![c]!;
    }
    return { H: dH };
  },
  outputs: {
    scores: ({ H }, { decoder }) => {
      const all = mat(papers, classes);
      for (let i = 0; i < papers; i++) {
        const z = affine(H[i]!, decoder);
        for (let c = 0; c < classes; c++) all[i]![c] = z[c]!;
      }
      return all;
    },
  },
  loss: {
    // Mean cross-entropy of the training papers, and what holds the weights.
    terminal: ({ H }, { encoder, field, decoder }) => {
      let sum = 0;
      for (const i of cora.train) {
        const z = affine(H[i]!, decoder);
        let most = z[0]!;
        for (let c = 1; c < classes; c++) most = Math.max(most, z[c]!);
        let total = 0;
        for (let c = 0; c < classes; c++) total += Math.exp(z[c]! - most);
        sum += most + Math.log(total) - z[cora.label[i]!]!;
      }
      let bias = 0;
      for (let c = 0; c < hidden; c++) bias += field.b[c]! ** 2;
      const held =
        decay.encoder * distance(encoder, 0) +
        decay.field * (distance(field.W, 1) + bias) +
        decay.decoder * distance(decoder.W, 0);
      return sum / cora.train.length + held / 2;
    },
  },
  solver: { method: "midpoint", t1: 4, steps: 4, adjoint: "store-all", wrt: ["params"] },
});
