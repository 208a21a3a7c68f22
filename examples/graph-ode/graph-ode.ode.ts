// A graph-convolutional neural ODE on Zachary's karate club: dH/dt = tanh(A H W + 1 bᵀ) − H, every member a node. Two members
// alone, the instructor and the officer, have a label; whom the others follow is read off where the flow takes them.
import { mat, matmul, normal, ode, vec } from "odegrad";
import karate from "./karate.json" with { type: "json" };

const nodes = 34;
const features = 4;
const labelled = [0, 33];
const decayRate = 0.001;

export const karateClub = ode({
  state: { H: mat(nodes, features) },
  params: {
    // Where each member starts.
    E: mat(nodes, features),
    // Begins near the identity: as diffusion along friendships.
    W: mat(features, features, (i, j) => (i === j ? 1 : 0.2 * Math.sin(3 * i + 5 * j))),
    b: vec(features),
    // Scores of the two sides.
    V: mat(features, 2, normal(3, 0, 0.5)),
  },
  constants: { A: mat(nodes, nodes, karate.normalised), faction: karate.faction },
  initial: ({ E }) => ({ H: E }),
  rhs: ({ H }, { W, b }, { constants: { A } }) => {
    const Z = matmul(matmul(A, H), W);
    const dH = mat(nodes, features);
    for (let i = 0; i < nodes; i++) {
      for (let c = 0; c < features; c++) dH[i]![c] = Math.tanh(Z[i]![c]! + b[c]!) - H[i]![c]!;
    }
    return { H: dH };
  },
  // Of every member: how much rather the officer's side. Above 0 is the officer's.
  outputs: {
    side: ({ H }, { V }) => {
      const S = matmul(H, V);
      const side = vec(nodes);
      for (let i = 0; i < nodes; i++) side[i] = S[i]![1]! - S[i]![0]!;
      return side;
    },
  },
  loss: {
    // Cross-entropy of the two labels, and a little decay of where members start.
    terminal: ({ H }, { E, V }, { constants: { faction } }) => {
      const S = matmul(H, V);
      let s = 0;
      for (const i of labelled) s += Math.log(1 + Math.exp((1 - 2 * faction[i]!) * (S[i]![1]! - S[i]![0]!)));
      let decay = 0;
      for (let i = 0; i < nodes; i++) for (let c = 0; c < features; c++) decay += E[i]![c]! ** 2;
      return s / 2 + decayRate * decay;
    },
  },
  solver: { method: "rk4", t1: 3, steps: 12, wrt: ["params"] },
});
