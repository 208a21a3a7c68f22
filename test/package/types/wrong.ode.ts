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

// Neither of what says how the state moves, of which most models have the first.
export const still = ode({ state: { y: 1 } }); //! { state

// A leaf that is text, beside one that an interface types.
interface Place {
  x: number;
}
const place: Place = { x: 1 };
export const written = ode({
  state: { place, name: "hare" }, //! name
  rhs: () => ({ place, name: 1 }),
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

// An output that is neither a number nor an array of them.
export const said = ode({
  state: { y: 1 },
  rhs: ({ y }) => ({ y }),
  outputs: { text: ({ y }) => `${y}` }, //! `${y}`
});
export const asked = ode({
  state: { y: 1 },
  rhs: ({ y }) => ({ y }),
  outputs: { condition: ({ y }) => y > 0 }, //! y > 0
});

// Questions of what the model does not have, or computes itself.
const computed = ode({
  state: { y: 1 },
  initial: () => ({ y: 1 }),
  rhs: ({ y }) => ({ y }),
  loss: { terminal: ({ y }) => y },
});
computed.simulate({ params: { k: 1 } }); //! k: 1
computed.simulate({ inputs: { u: [1] } }); //! u: [
computed.simulate({ data: { seen: 1 } }); //! seen
computed.simulate({ state: { y: 1 } }); //! y: 1
computed.jvp({ state: { y: 1 } }); //! y: 1

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
