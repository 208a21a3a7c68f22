/**
 * The comfortable layer of a generated module: `reserve`, `simulate` and `valueAndGradient` with named records over the
 * flat arrays. The same text for every model; it allocates, unlike everything else in the module.
 */

export function comfortableLayer(
  isTyped: boolean,
  checkpoints: {
    readonly arrays: readonly { readonly name: string; readonly words: number }[];
    readonly capacity: string | undefined;
  },
): string {
  const t = (text: string): string => (isTyped ? text : "");
  const { arrays, capacity } = checkpoints;
  const grow =
    capacity === undefined
      ? []
      : [
          `  if (maxSteps > ${capacity}[0]${t("!")}) {`,
          ...arrays.map(({ name, words }) =>
            words === 1
              ? `    ${name} = new Float64Array(maxSteps);`
              : `    ${name} = new Float64Array(maxSteps * ${words});`,
          ),
          `    ${capacity}[0] = maxSteps;`,
          "  }",
        ];
  const types = isTyped
    ? `
type Nested = number | ArrayLike<Nested> | { readonly [name: string]: Nested };
export type Question = {
  state?: Nested; params?: Nested; inputs?: Nested; data?: Nested;
  times?: ArrayLike<number>; t0?: number; t1?: number; steps?: number;
};
`
    : "";
  return `
/** Makes room for gradients of up to maxSteps steps; once, before use. */
export function reserve({ maxSteps = 0, batch = 1 }${t(": { maxSteps?: number; batch?: number }")} = {})${t(": void")} {
  if (batch !== 1) throw new RangeError("this module holds one problem at a time: batch is 1");
  if (!(Number.isInteger(maxSteps) && maxSteps >= 0)) throw new RangeError("maxSteps is a whole number");
${grow.join("\n")}
}
${types}
/** Entries of a leaf as numbers, rows, rows of rows. */
function nested(flat${t(": Float64Array")}, offset${t(": number")}, shape${t(": readonly number[]")})${t(": any")} {
  if (shape.length === 0) return flat[offset];
  const [extent, ...rest] = shape${t(" as [number, ...number[]]")};
  const words = rest.reduce((product, one) => product * one, 1);
  return Array.from({ length: extent }, (_, i) => nested(flat, offset + i * words, rest));
}

/** Puts a value into a record tree at a dotted name. */
function put(tree${t(": any")}, name${t(": string")}, value${t(": unknown")})${t(": void")} {
  const path = name.split(".");
  const last = path.pop()${t("!")};
  let at = tree;
  for (const word of path) {
    if (!Object.hasOwn(at, word)) at[word] = Object.create(null);
    at = at[word];
  }
  at[last] = value;
}

function record(flat${t(": Float64Array")}, layout${t(": Layout")}, offset = 0)${t(": any")} {
  const tree = Object.create(null);
  for (const leaf of layout.leaves) put(tree, leaf.name, nested(flat, offset + leaf.offset, leaf.shape));
  return tree;
}

/** Inputs as lists: one entry per piece or knot, in the shape of its leaf. */
function pieces(flat${t(": Float64Array")})${t(": any")} {
  const tree = Object.create(null);
  for (const leaf of meta.inputs.leaves) {
    const [head, ...rest] = leaf.name.split(".")${t(" as [string, ...string[]]")};
    const [count, ...shape] = leaf.shape${t(" as [number, ...number[]]")};
    const words = shape.reduce((product, one) => product * one, 1);
    tree[head] ??= Array.from({ length: count }, () => (rest.length === 0 ? 0 : Object.create(null)));
    for (let k = 0; k < count; k++) {
      const value = nested(flat, leaf.offset + k * words, shape);
      if (rest.length === 0) tree[head][k] = value;
      else put(tree[head][k], rest.join("."), value);
    }
  }
  return tree;
}

/** Writes a nested value into its words; returns the next free word. */
function write(value${t(": any")}, flat${t(": Float64Array")}, offset${t(": number")}, shape${t(": readonly number[]")}, name${t(": string")})${t(": number")} {
  if (shape.length === 0) {
    if (typeof value !== "number") throw new TypeError(name + " is a number");
    flat[offset] = value;
    return offset + 1;
  }
  const [extent, ...rest] = shape${t(" as [number, ...number[]]")};
  if (value === null || typeof value !== "object" || value.length !== extent) {
    throw new TypeError(name + " has the shape " + shape.join(" × "));
  }
  for (let i = 0; i < extent; i++) offset = write(value[i], flat, offset, rest, name);
  return offset;
}

function fill(values${t(": any")}, flat${t(": Float64Array")}, layout${t(": Layout")}, what${t(": string")})${t(": void")} {
  const known = layout.leaves.map((leaf) => leaf.name);
  const visit = (value${t(": any")}, name${t(": string")})${t(": void")} => {
    const leaf = layout.leaves.find((one) => one.name === name);
    if (leaf !== undefined) {
      write(value, flat, leaf.offset, leaf.shape, name);
      return;
    }
    const isRecord = value !== null && typeof value === "object";
    if (!isRecord || (name !== "" && !known.some((one) => one.startsWith(name + ".")))) {
      throw new TypeError("no " + what + " of the name " + name + "; there is " + known.join(", "));
    }
    for (const key of Object.keys(value)) visit(value[key], name === "" ? key : name + "." + key);
  };
  visit(values, "");
}

function fillInputs(values${t(": any")})${t(": void")} {
  const heads = new Set(meta.inputs.leaves.map((leaf) => leaf.name.split(".")[0]));
  for (const head of Object.keys(values)) {
    if (!heads.has(head)) throw new TypeError("no input of the name " + head + "; there is " + [...heads].join(", "));
  }
  for (const leaf of meta.inputs.leaves) {
    const [head, ...rest] = leaf.name.split(".")${t(" as [string, ...string[]]")};
    if (!Object.hasOwn(values, head)) continue;
    const [count, ...shape] = leaf.shape${t(" as [number, ...number[]]")};
    if (values[head].length !== count) throw new TypeError(head + " has " + count + " entries, one per piece or knot");
    let offset = leaf.offset;
    for (let k = 0; k < count; k++) {
      const value = rest.reduce((at${t(": any")}, word) => at?.[word], values[head][k]);
      offset = write(value, inputs$, offset, shape, leaf.name);
    }
  }
}

function pose(question${t(": Question")})${t(": void")} {
  const known = ["state", "params", "inputs", "data", "times", "t0", "t1", "steps"];
  for (const key of Object.keys(question)) {
    if (!known.includes(key)) throw new TypeError("no option of the name " + key + "; there is " + known.join(", "));
  }
  if (question.state !== undefined) fill(question.state, state0$, meta.state, "state");
  if (question.params !== undefined) fill(question.params, params$, meta.params, "parameter");
  if (question.inputs !== undefined) fillInputs(question.inputs);
  if (question.data !== undefined) fill(question.data, data$, meta.data, "data");
  if (question.times !== undefined) {
    if (question.times.length !== times$.length) throw new TypeError("times has " + times$.length + " entries");
    times$.set(question.times);
  }
  if (question.t0 !== undefined) control$[meta.control.t0] = question.t0;
  if (question.t1 !== undefined) control$[meta.control.t1] = question.t1;
  if (question.steps !== undefined) control$[meta.control.steps] = question.steps;
  if (!meta.timesAreGiven) times$[0] = control$[meta.control.t1]${t("!")};
}

/** Solves with the given values in the place of those in \`io\`: { status, t, state, outputs, value }. */
export function simulate(question${t(": Question")} = {}) {
  pose(question);
  const code = solve();
  const state = Object.create(null);
  const outputs = Object.create(null);
  const t = Array.from(times$);
  for (const [into, layout, flat] of ${t("(")}[[state, meta.state, states$], [outputs, meta.outputs, outputs$]]${t(" as [any, Layout, Float64Array][])")}) {
    for (const leaf of layout.leaves) {
      put(into, leaf.name, t.map((_, k) => nested(flat, k * layout.size + leaf.offset, leaf.shape)));
    }
  }
  return { status: code, t, state, outputs, value: value$[0]${t("!")} };
}

/** Value and gradient of the loss as named records: { status, value, gradient: { params, state, inputs } }. */
export function valueAndGradient(question${t(": Question")} = {}) {
  pose(question);
  const code = gradient();
  return {
    status: code,
    value: value$[0]${t("!")},
    gradient: {
      params: record(paramsBar$, meta.params),
      state: record(state0Bar$, meta.state),
      inputs: pieces(inputsBar$),
    },
  };
}`;
}
