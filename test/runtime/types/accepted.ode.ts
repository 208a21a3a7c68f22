// What the types of the authoring entry accept, beside the reference models. Checked by tsc, never run.
import {
  cubic,
  custom,
  directional,
  divergence,
  field,
  gradient,
  hessian,
  hold,
  jvp,
  kernel,
  laplacian,
  linear,
  linearOperator,
  type Mat,
  mat,
  matvec,
  normal,
  ode,
  relu,
  stochastic,
  stopGradient,
  tensor,
  uniform,
  type Vec,
  vec,
  weightedLaplacian,
} from "odegrad";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_equal: Equal<A, B>) => {};

const linearStep = custom((x: number) => x, { jvp: (_x, xDot) => xDot, vjp: (_x, bar) => bar });
const listed = custom((x: number) => x, { vjp: (_x, bar) => [bar] });
const product = custom((x: number, k: number) => x * k, { vjp: (x, k, bar) => [bar * k, bar * x] });
const scaled = custom((x: Vec, k: number) => x[0]! * k, { vjp: (x, k, bar) => [[bar * k, 0], bar * x[0]!] });

export const everything = ode({
  state: { x: vec(2, [1, 2]), W: mat(2, 2), s: 1, pair: [0.5, vec(3)], nested: { deep: { z: 2 } } },
  params: {
    layers: [
      { W: mat(2, 2, normal(1, 0, 0.5)), b: vec(2, uniform(2, -1, 1)) },
      { W: mat(2, 2), b: vec(2) },
    ],
    rate: 0.3,
  },
  constants: {
    table: [
      [1, 2],
      [3, 4],
    ],
    size: 2,
    T: tensor([2, 3, 4]),
  },
  inputs: {
    torque: hold(20),
    wind: linear(5, vec(2)),
    load: cubic(4, { a: 1, b: vec(2) }, (k) => ({ a: k, b: vec(2, k) })),
  },
  data: { observed: mat(3, 2) },
  initial: ({ rate }, { data, constants }) => ({
    x: [data.observed[0]![0]! * rate, constants.size],
    W: [
      [1, 0],
      [0, 1],
    ],
    s: 1,
    pair: [1, [1, 2, 3]],
    nested: { deep: { z: rate } },
  }),
  rhs: ({ x, W, s, pair, nested }, { layers, rate }, { t, inputs: { torque, wind, load }, constants }) => {
    same<typeof torque, number>(true);
    same<typeof wind, Vec>(true);
    same<typeof load, { a: number; b: Vec }>(true);
    same<typeof rate, number>(true);
    same<typeof pair, [number, Vec]>(true);
    same<typeof constants.T, Mat[]>(true);
    const y = matvec(layers[0].W, x);
    return {
      x: [relu(y[0]!) + constants.table[0]![1]!, -x[0]!],
      W,
      s: torque + t + load.a + linearStep(s) + stopGradient(s) + listed(product(s, scaled(x, t))),
      pair: [pair[0] + wind[0]!, pair[1]],
      nested: { deep: { z: nested.deep.z + constants.T[0]![1]![2]! } },
    };
  },
  outputs: { speed: ({ x }) => x[0]!, all: ({ x }, { rate }, { t }) => [x[0]! * rate, t] },
  times: [0.5, 1],
  loss: { at: ({ x }, _params, { k, data }) => (x[0]! - data.observed[k]![0]!) ** 2 },
  events: { when: ({ s }) => s, direction: -1, then: (state) => ({ ...state, s: 0 }) },
  solver: { method: "dopri5", t1: 1, steps: 20, adjoint: "revolve", checkpoints: 5, wrt: ["params.rate"] },
});

const run = everything.simulate({ params: { rate: 1 }, steps: 40 });
same<typeof run.state.s, readonly number[]>(true);
same<typeof run.outputs.speed, readonly number[]>(true);
same<typeof run.outputs.all, readonly Vec[]>(true);
const slope: Float64Array = everything.gradient().params.layers[1].b;
const torques: readonly number[] = everything.valueAndGradient().gradient.inputs.torque;
const along: number = everything.jvp({ params: { rate: 1 } });
same<ReturnType<typeof everything.gradient>["state"], undefined>(true);

export { along, slope, torques };

const u = (x: Vec, p: { a: number }) => p.a * x[0]! * x[1]!;
const v = (x: Vec, p: { a: number }): Vec => vec(2, [p.a * x[0]!, x[1]!]);

const w = (x: number, k: number) => k * x ** 3;
const m = (x: Vec[], k: number) => k * x[0]![1]! ** 3;
const nested: number[] = [
  gradient(divergence(v))([1, 2], { a: 1 })[0]!,
  gradient(laplacian(u))(vec(2), { a: 1 })[0]!,
  hessian(laplacian(u))([1, 2], { a: 1 })[0]![1]!,
  jvp(laplacian(u))([1, 2], { a: 1 }, [1, 0]),
];
const scalar: number[] = [gradient(w)(0.3, 2), laplacian(w)(0.3, 2), hessian(laplacian(w))(0.3, 2)];
const ofMatrix: number[] = [gradient(m)(mat(2, 2), 2)[0]![1]!, laplacian(m)(mat(2, 2), 2)];

// Coefficients are functions of the point: of a vector where nothing says what it is.
const coefficients: number[] = [
  weightedLaplacian(
    (x) => [[x[0]!], [1]],
    (x) => [x[1]!, 0],
  )(u)(vec(2), { a: 1 }),
  weightedLaplacian((x: number) => [[x]], [1])(w)(0.3, 2),
  weightedLaplacian((x: Vec[]) => [[x[0]![0]!], [1], [0], [0]])(m)(mat(2, 2), 2),
  linearOperator([{ c: (x) => x[0]!, alpha: [2, 0] }])(u)(vec(2), { a: 1 }),
  linearOperator([{ c: (x: number) => x, alpha: [2] }])(w)(0.3, 2),
];

export const net = field({
  point: vec(2),
  params: { a: 1 },
  constants: { limit: 2 },
  data: { targets: vec(3) },
  value: (x, p, { constants }) =>
    laplacian(laplacian(u))(x, p) +
    divergence(v)(x, p) +
    gradient(u)(x, p)[0]! * constants.limit +
    jvp(u)(x, p, x) +
    hessian(u)(x, p)[0]![1]!,
  operators: {
    lap: "laplacian",
    third: directional(3),
    estimate: stochastic("laplacian", { samples: 8, distribution: "rademacher" }),
  },
  loss: { at: (value, _x, _p, { k, data }) => (value - data.targets[k]!) ** 2 },
});
const fieldValue: number = net.value(vec(2, [1, 2]), { params: { a: 2 } });

export const vectorField = field({
  point: vec(2),
  params: { a: 1 },
  value: (x, p) => v(x, p),
  operators: ["jacobian", "divergence"],
});
const components: Vec = vectorField.value();

export const onALine = field({ point: 0.5, value: (x) => x ** 2 });
const squared: number = onALine.value(3);

export const bare = kernel({
  state: 2,
  params: ["k", "c"],
  rhs: (_t, y, p) => [y[1]!, -p[0]! * y[0]! - p[1]! * y[1]!],
});
export const inPlace = kernel({
  state: 1,
  params: ["k"],
  rhs: (_t, y, p, dy) => {
    dy[0] = -p[0]! * y[0]!;
  },
});
const stiffness: number = bare.gradient().params.k;

for (const solver of [
  { method: "taylor", order: 6 },
  { method: "reversible-heun" },
  { method: "alf" },
] as const)
  ode({ state: { y: 1 }, rhs: ({ y }) => ({ y }), solver });

export { coefficients, components, fieldValue, nested, ofMatrix, scalar, squared, stiffness };
