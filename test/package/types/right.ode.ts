import {
  biharmonic,
  custom,
  directional,
  divergence,
  field,
  hessian,
  hold,
  hvp,
  jacobian,
  jvp,
  kernel,
  laplacian,
  type Mat,
  mat,
  gradient as nabla,
  normal,
  ode,
  type Vec,
  vec,
  vjp,
} from "odegrad";

export const network = ode({
  state: { y: vec(2, [2, 0]), energy: 0 },
  params: { W: mat(2, 2, normal(1, 0, 0.1)), b: vec(2), decay: 0.5 },
  inputs: { torque: hold(4), push: hold(2, { x: 0, y: vec(3) }) },
  data: { seen: mat(3, 2) },
  rhs: ({ y, energy }, { W, b, decay }, { inputs: { torque, push }, t }) => ({
    y: [Math.tanh(W[0]![0]! * y[0]! + b[0]!) + torque * t, -decay * y[1]! + push.y[2]!],
    energy: -energy + push.x,
  }),
  outputs: { size: ({ y }) => y[0]! ** 2 },
  times: [1, 2, 3],
  loss: { at: ({ y }, _, { k, data }) => (y[0]! - data.seen[k]![0]!) ** 2 },
  solver: { method: "tsit5", rtol: 1e-6, t1: 3 },
});

const { value, gradient } = network.valueAndGradient({
  params: { decay: 0.25 },
  data: {
    seen: [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  },
});
const numbers: number[] = [
  value,
  gradient.params.decay,
  gradient.params.W[1]![0]!,
  gradient.inputs.torque[3]!,
];
const vectors: Vec[] = [gradient.params.b, gradient.inputs.push[1]!.y, network.simulate().state.y[2]!];
const sizes: readonly number[] = network.outputs().size;
const along: number = network.jvp({ params: { b: [1, 0] }, inputs: { torque: [1, 0, 0, 0] } });
const start: number = gradient.state.y[0]! + network.hvp({}).state.energy;
const curvature: Vec = network.hvp({ state: { energy: 1 } }).params.b;
const words: string[] = [network.plan.method, network.meta.params.leaves[0]!.name];

export const potential = field({
  point: vec(3),
  params: { k: 2 },
  value: (x, { k }) => k * (x[0]! ** 2 + x[2]!),
  operators: ["laplacian"],
  loss: { at: (v, x) => v - x[0]! },
});

/** Operators without coefficients as their functions, by themselves or under names. */
const cubed = (x: Vec): number => x[0]! ** 3 * x[1]!;
export const listed = field({
  point: vec(2),
  value: cubed,
  operators: [nabla, hessian, laplacian, biharmonic],
});
export const along3 = field({
  point: vec(2),
  value: cubed,
  operators: { l: laplacian, j: jvp, v: vjp, h: hvp, d: directional(3) },
});
export const flow = field({
  point: vec(2),
  value: (x) => vec(2, (i) => x[i]! ** 2),
  operators: [jacobian, divergence],
});
const slope: number = potential.gradient({ points: [Float64Array.of(1, 2, 3)] }).params.k;

const product = custom((x: number, k: number) => x * k, { vjp: (x, k, bar) => [bar * k, bar * x] });
const velocity = (x: Vec, A: Vec[]): Vec => vec(2, (i) => A[i]![0]! * x[0]!);
const ofLine = (x: number, k: number): number => k * x ** 3;
const nested = (x: Vec, A: Vec[]): number =>
  nabla(divergence(velocity))(x, A)[0]! + laplacian(ofLine)(0.3, 2) + product(1, 2);

export const oscillator = kernel({
  state: 2,
  params: ["k", "c"],
  rhs: (_t, y, p) => [y[1]!, -p[0]! * y[0]! - p[1]! * y[1]!],
  loss: { terminal: ({ y }, { k }) => k * y[0]! ** 2 },
  solver: { method: "rk4", t1: 1, steps: 10 },
});
const stiffness: number = oscillator.gradient({ params: { k: 4 } }).params.k;

// Of what functions give, arrays of numbers are vectors.
export const told = ode({
  state: { y: 1 },
  rhs: ({ y }) => ({ y: -y }),
  outputs: { pair: ({ y }) => [y, 1], table: ({ y }) => [[y], [2]], three: () => 3 },
});
const { pair, table, three } = told.outputs();
const lists: [readonly Vec[], readonly Mat[], readonly number[]] = [pair, table, three];
const components = field({ point: vec(2), value: (x) => [x[0]!, 1], operators: ["jacobian"] });
const rows: [Vec, Mat] = [components.value(), components.operator("jacobian") as Mat];

const bare = kernel({
  state: 1,
  params: ["k"],
  rhs: (_t, y) => [y[0]!],
  outputs: { energy: ({ y }, { k }) => k * y[0]! ** 2, twice: ({ y }, _, { t }) => [y[0]!, t] },
});
const ofBare: [readonly number[], readonly Vec[]] = [bare.simulate().outputs.energy, bare.outputs().twice];

// Interfaces have no index signature.
interface Place {
  x: number;
  y: number;
}
interface Layer {
  W: Mat;
  b: Vec;
}
const at: Place = { x: 1, y: 2 };
const layer: Layer = { W: mat(2, 2), b: vec(2) };
export const interfaces = ode({
  state: at,
  params: { layers: [layer, layer], place: at },
  rhs: ({ x, y }: Place, { layers, place }): Place => ({ x: x + place.y, y: y + layers[1].b[0]! }),
  loss: { terminal: ({ x }) => x },
});
const ofLayer: Vec = interfaces.gradient({ state: { x: 1 } }).params.layers[0].b;

export const used = [
  lists,
  rows,
  ofBare,
  ofLayer,
  nested,
  start,
  numbers,
  vectors,
  sizes,
  along,
  curvature,
  words,
  slope,
  stiffness,
];
