import { field, hold, mat, ode, vec } from "odegrad";

const decay = ode({
  state: { y: 1, v: vec(2) },
  params: { rate: 0.5, W: mat(2, 2) },
  inputs: { u: hold(2) },
  rhs: ({ y, v }, { rate }) => ({ y: -rate * y, v }),
  loss: { terminal: ({ y }) => y },
});

// A misspelt parameter.
export const misspelt = ode({
  state: { y: 1 },
  params: { rate: 0.5 },
  rhs: ({ y }, { rat }) => ({ y: -rat * y }), //! rat })
});

// A missing derivative.
export const missing = ode({
  state: { y: 1, z: 2 },
  rhs: ({ y }) => ({ y: -y }), //! rhs
});

// A number for a vector.
export const shape = ode({
  state: { v: vec(2) },
  rhs: ({ v }) => ({ v: v[0]! }), //! rhs
});

// A vector for a number.
export const scalar = ode({
  state: { y: 1 },
  rhs: ({ y }) => ({ y: [y, y] }), //! rhs
});

// A method that there is not.
export const method = ode({
  state: { y: 1 },
  rhs: ({ y }) => ({ y }),
  solver: { method: "rk5" }, //! method
});

// A loss that is no number.
export const loss = ode({
  state: { y: vec(2) },
  rhs: ({ y }) => ({ y }),
  loss: { terminal: ({ y }) => y }, //! terminal
});

// An initial state that lacks a leaf.
export const started = ode({
  state: { y: 1, z: 2 },
  initial: () => ({ y: 1 }), //! initial
  rhs: ({ y, z }) => ({ y, z }),
});

// An output does not know the number of the observation.
export const output = ode({
  state: { y: 1 },
  rhs: ({ y }) => ({ y }),
  outputs: { o: ({ y }, _, { k }) => y * k }, //! k })
});

// Questions.
decay.gradient({ params: { rait: 1 } }); //! rait
decay.gradient({ params: { W: 1 } }); //! W: 1
decay.simulate({ state: { y: [1] } }); //! y: [
decay.simulate({ inputs: { u: 1 } }); //! u: 1
decay.jvp({ param: { rate: 1 } }); //! param:
const text: string = decay.gradient().params.rate; //! text
const column: number = decay.hvp({}).params.W[0]!; //! column
decay.plan.stages; //! stages

// Fields.
export const potential = field({ point: vec(2), params: { k: 1 }, value: (x, { q }) => q * x[0]! }); //! q })
potential.value([1, 2]); //! [1, 2]
const plain = (f: () => number) => f();
export const applied = field({ point: 1, value: (x) => x, operators: [plain] }); //! plain

export const unused = [text, column];
