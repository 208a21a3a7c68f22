// What the types of the authoring entry refuse: every directive below must meet an error, or tsc reports it as unused.
import { custom, field, gradient, hold, kernel, laplacian, mat, ode, vec } from "odegrad";

const solver = { method: "rk4", t1: 1, steps: 10 } as const;

// A misspelt parameter, state, constant, input or data.
// @ts-expect-error
ode({ state: { y: 1 }, params: { alpha: 1 }, rhs: ({ y }, { alhpa }) => ({ y: y * alhpa }), solver });
// @ts-expect-error
ode({ state: { y: 1 }, params: { alpha: 1 }, rhs: ({ z }, { alpha }) => ({ y: alpha * z }), solver });
// @ts-expect-error
ode({ state: { y: 1 }, constants: { m: 1 }, rhs: (_s, _p, { constants: { n } }) => ({ y: n }), solver });
// @ts-expect-error
ode({ state: { y: 1 }, inputs: { u: hold(2) }, rhs: (_s, _p, { inputs: { v } }) => ({ y: v }), solver });
// @ts-expect-error
ode({ state: { y: 1 }, rhs: ({ y }) => ({ y }), loss: { at: (_s, _p, { data }) => data.seen }, solver });

// A missing or misspelt derivative.
// @ts-expect-error
ode({ state: { hare: 1, lynx: 1 }, rhs: ({ hare }) => ({ hare }), solver });
// @ts-expect-error
ode({ state: { hare: 1, lynx: 1 }, rhs: ({ hare }) => ({ hare, lnyx: hare }), solver });

// A derivative of another kind.
// @ts-expect-error
ode({ state: { x: vec(2) }, rhs: ({ x }) => ({ x: x[0]! }), solver });
// @ts-expect-error
ode({ state: { x: 1 }, rhs: ({ x }) => ({ x: [x] }), solver });
// @ts-expect-error
ode({ state: { W: mat(2, 2) }, rhs: ({ W }) => ({ W: W[0]! }), solver });
// @ts-expect-error
ode({ state: { pair: [1, vec(2)] }, rhs: ({ pair }) => ({ pair: [pair[1], pair[0]] }), solver });

// The index of the observation is known to `at` alone.
// @ts-expect-error
ode({ state: { y: 1 }, rhs: (_s, _p, { k }) => ({ y: k }), solver });
// @ts-expect-error
ode({ state: { y: 1 }, rhs: ({ y }) => ({ y }), outputs: { o: ({ y }, _p, env) => y * env.k }, solver });

// An initial state that lacks a leaf; a gradient by an initial state that is computed.
// @ts-expect-error
ode({ state: { x: 1, y: 1 }, initial: () => ({ x: 1 }), rhs: ({ x, y }) => ({ x, y }), solver });
// @ts-expect-error
ode({ state: { y: 1 }, initial: () => ({ y: 1 }), rhs: ({ y }) => ({ y }), solver }).gradient().state.y;

// Cotangents: too few, one alone for two arguments, one of another kind.
// @ts-expect-error
custom((x: number, k: number) => x * k, { vjp: (_x, k, bar) => [bar * k] });
// @ts-expect-error
custom((x: number, k: number) => x * k, { vjp: (_x, k, bar) => bar * k });
// @ts-expect-error
custom((x: number, k: number) => x * k, { vjp: (_x, k, bar) => [bar * k, [bar]] });

// Neither or both of rhs and hamiltonian; a loss that is no number; a method that does not exist.
// @ts-expect-error
ode({ state: { y: 1 }, solver });
// @ts-expect-error
ode({ state: { y: 1 }, rhs: ({ y }) => ({ y }), hamiltonian: ({ y }) => y, solver });
// @ts-expect-error
ode({ state: { y: 1 }, rhs: ({ y }) => ({ y }), loss: { terminal: ({ y }) => [y] }, solver });
// @ts-expect-error
ode({ state: { y: 1 }, rhs: ({ y }) => ({ y }), solver: { method: "rk5", t1: 1 } });
// @ts-expect-error
ode({ state: { name: "hare" }, rhs: () => ({ name: "lynx" }), solver });

// Options of a run.
const decay = ode({
  state: { y: 1 },
  params: { rate: 1 },
  rhs: ({ y }, { rate }) => ({ y: -rate * y }),
  solver,
});
// @ts-expect-error
decay.simulate({ params: { rat: 1 } });
// @ts-expect-error
decay.gradient().params.rat;

// Operators and fields.
const u = (x: Float64Array, p: { a: number }) => p.a * x[0]!;
// @ts-expect-error
laplacian(u)(vec(2));
// @ts-expect-error
laplacian(u)(vec(2), { b: 1 });
// @ts-expect-error
laplacian((x: number) => x ** 3)(vec(2));
// @ts-expect-error
laplacian((p: { x: number }) => p.x ** 3)({ x: 1 });
// @ts-expect-error
gradient((x: Float64Array) => x)(vec(2));
// @ts-expect-error
field({ point: vec(2), params: { a: 1 }, value: (x, { b }) => x[0]! * b });
// @ts-expect-error
field({ point: vec(2), value: (x) => x[0]!, operators: ["laplace"] });
// @ts-expect-error
kernel({ state: 2, params: ["k"], rhs: (_t, _y, _p) => "dy" }).gradient().params.c;
