/**
 * The comfortable layer of a generated module: `reserve`, `simulate` and `valueAndGradient` with named records over the
 * flat arrays. The same text for every model, but for types; it allocates and throws, unlike everything else in the
 * module. A question's values stand in for those in `io` for one call and leave `io` as it was.
 */

export interface Checkpoints {
  /** Words for each step, and how many steps more than there are an array has room for. */
  readonly arrays: readonly { readonly name: string; readonly words: number; readonly more: number }[];
  /** The constant that says how many steps there is room for. */
  readonly capacity: string | undefined;
}

/** Functions of the layer, which stand beside those of the program. */
export const layerNames: readonly string[] =
  "leavesOf nested sizeOf tree pieces inputLeaves countOf isRecord write overwrite fill fillEach samples fillInputs ask pose".split(
    " ",
  );

/** What a module answers in named records: what calls a function that is not emitted is left out with it. */
export interface Answers {
  readonly solves: boolean;
  readonly differentiates: boolean;
}

/** What a module has, or has not. */
export interface Features extends Answers {
  /** The initial state is computed from parameters, so nobody gives it and it has no gradient. */
  readonly isComputed: boolean;
  /** Gradients have the density of inputs beside them. */
  readonly hasDensity: boolean;
  /** How many samples are solved together, each with a state and data of its own. */
  readonly batch: number | undefined;
  /** Matrices are on a crossbar, where they may have been trained. */
  readonly hasArrays: boolean;
}

/**
 * `types`: aliases of the model's records in the TypeScript dialect, undefined in JavaScript. `controls`: names of the
 * words of `io.control`.
 */
export function comfortableLayer(
  types: string | undefined,
  checkpoints: Checkpoints,
  controls: readonly string[],
  features: Features,
): string {
  const isTyped = types !== undefined;
  return [
    "",
    reserve(isTyped, checkpoints, features.batch),
    "",
    ...(isTyped ? [types, ""] : []),
    [
      readingText(isTyped),
      signalsText(isTyped, features.differentiates),
      writingText(isTyped),
      questionsText(isTyped, features, controls),
    ].join("\n\n"),
  ].join("\n");
}

/** The layer of a field: `evaluate` and `valueAndGradient` with named records. `points`: its leaf of the data. */
export function fieldLayer(
  types: string | undefined,
  count: number,
  points: string,
  hasArrays: boolean,
  answers: Answers,
): string {
  const isTyped = types !== undefined;
  return [
    "",
    ...(isTyped ? [types, ""] : []),
    [
      readingText(isTyped),
      writingText(isTyped),
      pointsText(isTyped, count, points, hasArrays),
      ...(answers.solves ? [evaluationText(isTyped, count)] : []),
      ...(answers.differentiates ? [pointGradientText(isTyped)] : []),
    ].join("\n\n"),
  ].join("\n");
}

function pointsText(isTyped: boolean, count: number, points: string, hasArrays: boolean): string {
  const t = (text: string): string => (isTyped ? text : "");
  return `${askText(isTyped, "params$, data$", hasArrays)}

function pose(question${t(": Question")})${t(": void")} {
  const known = ["points", "params", "data"];
  if (!isRecord(question)) throw new TypeError("a record is expected, of " + known.join(", "));
  for (const key of Object.keys(question)) {
    if (!known.includes(key)) throw new TypeError("no option of the name " + key + "; there is " + known.join(", "));
  }
  if (question.params !== undefined) fill(question.params, params$, meta.params, "parameter");
  if (question.data !== undefined) fill(question.data, data$, meta.data, "data");
  if (question.points === undefined) return;
  if (!isRecord(question.points) || question.points.length !== ${count}) throw new TypeError("points are a list of ${count}");
  const leaves = leavesOf(meta.data).filter(({ path }) => path[0] === ${JSON.stringify(points)});
  for (let k = 0; k < ${count}; k++) {
    overwrite(question.points[k], leaves, 1, "coordinate", (inner, { path, offset, shape: [, ...shape] }) => {
      write(inner, data$, offset + k * sizeOf(shape), shape, path.join("."));
    });
  }
}`;
}

function evaluationText(isTyped: boolean, count: number): string {
  const t = (text: string): string => (isTyped ? text : "");
  return `/** The value and the operators at each point: { status, outputs: lists, one entry per point; value: the mean loss }. */
export function simulate(question${t(": Question")} = {})${t(": Evaluation")} {
  return ask(question, () => {
    const code = evaluate();
    const outputs = tree(leavesOf(meta.outputs), 0, ({ offset, shape }) =>
      Array.from({ length: ${count} }, (_, k) => nested(outputs$, k * meta.outputs.size + offset, shape)));
    return { status: code, outputs, value: value$[0]${t("!")} };
  });
}`;
}

function pointGradientText(isTyped: boolean): string {
  const t = (text: string): string => (isTyped ? text : "");
  return `/** The mean of the loss over the points, and its gradient: { status, value, gradient: { params } }. */
export function valueAndGradient(question${t(": Question")} = {})${t(": ValueAndGradient")} {
  return ask(question, () => {
    const code = gradient();
    const params = tree(leavesOf(meta.params), 0, ({ offset, shape }) => nested(paramsBar$, offset, shape));
    return { status: code, value: value$[0]${t("!")}, gradient: { params } };
  });
}`;
}

/** What answers a question: other values stand in the records for one call. What was trained in arrays is set aside as well. */
function askText(isTyped: boolean, records: string, hasArrays: boolean): string {
  const t = (text: string): string => (isTyped ? text : "");
  const trained = (text: string): string => (hasArrays ? `\n    ${text}` : "");
  return `/** Answers a question with its values in the place of those in \`io\`, which are put back afterwards${hasArrays ? ", as is what was trained in arrays" : ""}. */
function ask${t("<Answer>")}(question${t(": Question")}, answer${t(": () => Answer")})${t(": Answer")} {
  const io$ = [${records}];
  const kept = io$.map((flat) => flat.slice());${hasArrays ? "\n  let aside = [];" : ""}
  try {
    pose(question);${trained("aside = setAside();")}
    return answer();
  } finally {
    io$.forEach((flat, i) => flat.set(kept[i]${t("!")}));${trained("putBack(aside);")}
  }
}`;
}

/** The function that makes room for more steps. */
export function reserve(
  isTyped: boolean,
  { arrays, capacity }: Checkpoints,
  batch: number | undefined,
): string {
  const t = (text: string): string => (isTyped ? text : "");
  const grow = arrays.map(({ name, words, more }) => {
    const rows = more === 0 ? "maxSteps" : `(maxSteps + ${more})`;
    const size = words === 1 ? rows : `${rows} * ${words}`;
    return `    ${name} = new Float64Array(${size});`;
  });
  const growth =
    capacity === undefined
      ? []
      : [`  if (maxSteps > ${capacity}[0]${t("!")}) {`, ...grow, `    ${capacity}[0] = maxSteps;`, "  }"];
  return [
    "/** Makes room for gradients of up to maxSteps steps; once, before use. */",
    `export function reserve({ maxSteps = 0, batch = ${batch ?? 1} }${t(": { maxSteps?: number; batch?: number }")} = {})${t(": void")} {`,
    batch === undefined
      ? '  if (batch !== 1) throw new RangeError("this module holds one problem at a time: batch is 1");'
      : `  if (batch !== ${batch}) throw new RangeError("this module was made for a batch of ${batch}");`,
    '  if (!(Number.isInteger(maxSteps) && maxSteps >= 0)) throw new RangeError("maxSteps is a whole number");',
    ...growth,
    "}",
  ].join("\n");
}

/** Reading: flat words to records. */
function readingText(isTyped: boolean): string {
  const t = (text: string): string => (isTyped ? text : "");
  return `${t("type Rows = { path: string[]; offset: number; shape: number[] }[];\n\n")}/** Leaves by the path of their names. */
function leavesOf(layout${t(": Layout")})${t(": Rows")} {
  return layout.leaves.map(({ name, offset, shape }) => ({ path: name.split("."), offset, shape }));
}

/** Entries of a leaf as a number, a row, rows of rows. */
function nested(flat${t(": Float64Array")}, offset${t(": number")}, shape${t(": readonly number[]")})${t(": any")} {
  if (shape.length === 0) return flat[offset];
  const [extent, ...rest] = shape${t(" as [number, ...number[]]")};
  const words = sizeOf(rest);
  return Array.from({ length: extent }, (_, i) => nested(flat, offset + i * words, rest));
}

function sizeOf(shape${t(": readonly number[]")})${t(": number")} {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** A record in the shape of the model, each leaf made by \`make\`; a tuple is an array. */
function tree(leaves${t(": Rows")}, depth${t(": number")}, make${t(": (leaf: Rows[number]) => unknown")})${t(": any")} {
  const groups = new Map${t("<string, Rows>")}();
  for (const leaf of leaves) {
    const word = leaf.path[depth];
    if (word === undefined) return make(leaf);
    groups.set(word, [...(groups.get(word) ?? []), leaf]);
  }
  const entries = [...groups].map(([word, inner]) => [word, tree(inner, depth + 1, make)]${t(" as [string, unknown]")});
  const isTuple = entries.length > 0 && entries.every(([word], i) => word === String(i));
  return isTuple ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}`;
}

/** Signals by their leaves; gradients have them as lists. */
function signalsText(isTyped: boolean, differentiates: boolean): string {
  const t = (text: string): string => (isTyped ? text : "");
  const lists = `/** Inputs as lists: one entry per piece or knot, in the shape of its leaf or record. */
function pieces(flat${t(": Float64Array")})${t(": any")} {
  const inputs = inputLeaves();
  return Object.fromEntries([...inputs].map(([name, leaves]) => [name, Array.from({ length: countOf(leaves) }, (_, k) =>
    tree(leaves, 1, ({ offset, shape: [, ...shape] }) => nested(flat, offset + k * sizeOf(shape), shape)))]));
}

`;
  return `${differentiates ? lists : ""}function inputLeaves()${t(": Map<string, Rows>")} {
  const inputs = new Map${t("<string, Rows>")}();
  for (const leaf of leavesOf(meta.inputs)) {
    const name = leaf.path[0]${t("!")};
    inputs.set(name, [...(inputs.get(name) ?? []), leaf]);
  }
  return inputs;
}

function countOf(leaves${t(": Rows")})${t(": number")} {
  return leaves[0]${t("!")}.shape[0]${t("!")};
}`;
}

/** Writing: records to flat words. */
function writingText(isTyped: boolean): string {
  const t = (text: string): string => (isTyped ? text : "");
  return `function isRecord(value${t(": unknown")})${t(": boolean")} {
  return value !== null && typeof value === "object";
}

/** Writes a nested value into its words; returns the next free word. */
function write(value${t(": any")}, flat${t(": Float64Array")}, offset${t(": number")}, shape${t(": readonly number[]")}, name${t(": string")})${t(": number")} {
  if (shape.length === 0) {
    if (typeof value !== "number") throw new TypeError(name + " is a number");
    flat[offset] = value;
    return offset + 1;
  }
  const [extent, ...rest] = shape${t(" as [number, ...number[]]")};
  if (!isRecord(value) || value.length !== extent) throw new TypeError(name + " has the shape " + shape.join(" × "));
  for (let i = 0; i < extent; i++) offset = write(value[i], flat, offset, rest, name);
  return offset;
}

/** Writes a record, or part of one, over flat storage; \`put\` writes one leaf. */
function overwrite(value${t(": any")}, leaves${t(": Rows")}, depth${t(": number")}, what${t(": string")}, put${t(": (value: unknown, leaf: Rows[number]) => void")})${t(": void")} {
  const [first] = leaves;
  if (first !== undefined && first.path.length === depth) {
    put(value, first);
    return;
  }
  const known = leaves.map(({ path }) => path.join(".")).join(", ");
  if (!isRecord(value)) throw new TypeError("a record is expected, of " + known);
  for (const [key, inner] of Object.entries(value)) {
    const members = leaves.filter(({ path }) => path[depth] === key);
    if (members.length === 0) {
      const name = [...(first?.path.slice(0, depth) ?? []), key].join(".");
      throw new TypeError("no " + what + " of the name " + name + "; there is " + known);
    }
    overwrite(inner, members, depth + 1, what, put);
  }
}

function fill(value${t(": unknown")}, flat${t(": Float64Array")}, layout${t(": Layout")}, what${t(": string")})${t(": void")} {
  overwrite(value, leavesOf(layout), 0, what, (inner, { path, offset, shape }) => {
    write(inner, flat, offset, shape, path.join("."));
  });
}`;
}

/** Questions in named records, and their answers. */
function questionsText(
  isTyped: boolean,
  { solves, differentiates, isComputed, hasDensity, batch, hasArrays }: Features,
  controls: readonly string[],
): string {
  const t = (text: string): string => (isTyped ? text : "");
  const fill = batch === undefined ? "fill" : "fillEach";
  const each =
    batch === undefined
      ? ""
      : `/** Fills every sample, from a list of one record each or from one record for all. */
function fillEach(value${t(": unknown")}, flat${t(": Float64Array")}, layout${t(": Layout")}, what${t(": string")})${t(": void")} {
  const list = Array.isArray(value) ? value : new Array(${batch}).fill(value);
  if (list.length !== ${batch}) throw new TypeError(what + " is a list of ${batch} records, one per sample");
  list.forEach((one, b) => fill(one, flat.subarray(b * layout.size, (b + 1) * layout.size), layout, what));
}

/** The words of each sample, made into what it is. */
function samples(flat${t(": Float64Array")}, make${t(": (words: Float64Array) => unknown")})${t(": any")} {
  const words = flat.length / ${batch};
  return Array.from({ length: ${batch} }, (_, b) => make(flat.subarray(b * words, (b + 1) * words)));
}

`;
  const wrap = (inner: string, flat: string): string =>
    batch === undefined
      ? inner.replace("$words", flat)
      : `samples(${flat}, (words) => ${inner.replace("$words", "words")})`;
  const questions = `${each}function fillInputs(values${t(": any")})${t(": void")} {
  const inputs = inputLeaves();
  const known = [...inputs.keys()].join(", ");
  if (!isRecord(values)) throw new TypeError("a record is expected, of " + known);
  for (const [name, list] of Object.entries(values)${t(" as [string, any][]")}) {
    const leaves = inputs.get(name);
    if (leaves === undefined) throw new TypeError("no input of the name " + name + "; there is " + known);
    const count = countOf(leaves);
    if (!isRecord(list) || list.length !== count) {
      throw new TypeError(name + " has " + count + " entries, one per piece or knot");
    }
    for (let k = 0; k < count; k++) {
      overwrite(list[k], leaves, 1, "input", (inner, { path, offset, shape: [, ...shape] }) => {
        write(inner, inputs$, offset + k * sizeOf(shape), shape, path.join("."));
      });
    }
  }
}

${askText(isTyped, "control$, state0$, params$, inputs$, data$, times$", hasArrays)}

function pose(question${t(": Question")})${t(": void")} {
  const known = [${isComputed ? "" : '"state", '}"params", "inputs", "data", "times", ${controls.map((name) => `"${name}"`).join(", ")}];
  if (!isRecord(question)) throw new TypeError("a record is expected, of " + known.join(", "));
  for (const key of Object.keys(question)) {
    if (!known.includes(key)) throw new TypeError("no option of the name " + key + "; there is " + known.join(", "));
  }
${isComputed ? "" : `  if (question.state !== undefined) ${fill}(question.state, state0$, meta.state, "state");\n`}  if (question.params !== undefined) fill(question.params, params$, meta.params, "parameter");
  if (question.inputs !== undefined) fillInputs(question.inputs);
  if (question.data !== undefined) ${fill}(question.data, data$, meta.data, "data");
  for (const name of [${controls.map((name) => `"${name}"`).join(", ")}]${t(" as const")}) {
    if (question[name] !== undefined) write(question[name], control$, meta.control[name], [], name);
  }
  if (!meta.timesAreGiven) {
    if (question.times !== undefined) throw new TypeError("the model has no times: it is observed at t1");
    times$[0] = control$[meta.control.t1]${t("!")};
  } else if (question.times !== undefined) {
    write(question.times, times$, 0, [times$.length], "times");
  }
}`;
  const solution = `/** Solves with the given values in the place of those in \`io\`: { status, t, state, outputs, value }. */
export function simulate(question${t(": Question")} = {})${t(": Simulation")} {
  return ask(question, () => {
    const code = solve();
    const t = Array.from(times$);
    const series = (layout${t(": Layout")}, flat${t(": Float64Array")})${t(": any")} => tree(leavesOf(layout), 0, ({ offset, shape }) =>
      t.map((_, k) => nested(flat, k * layout.size + offset, shape)));
    const state = ${wrap("series(meta.state, $words)", "states$")};
    const outputs = ${wrap("series(meta.outputs, $words)", "outputs$")};
    return { status: code, t, state, outputs, value: value$[0]${t("!")} };
  });
}`;
  const derivative = `/** Value and gradient of the loss as named records: { status, value, gradient: { params, state, inputs } }. */
export function valueAndGradient(question${t(": Question")} = {})${t(": ValueAndGradient")} {
  return ask(question, () => {
    const code = gradient();
    const record = (layout${t(": Layout")}, flat${t(": Float64Array")})${t(": any")} =>
      tree(leavesOf(layout), 0, ({ offset, shape }) => nested(flat, offset, shape));
    return {
      status: code,
      value: value$[0]${t("!")},
      gradient: {
        params: record(meta.params, paramsBar$),
${isComputed ? "" : `        state: ${wrap("record(meta.state, $words)", "state0Bar$")},\n`}        inputs: pieces(inputsBar$),
      },${hasDensity ? "\n      density: { inputs: pieces(inputsDensity$) }," : ""}
    };
  });
}`;
  return [questions, ...(solves ? [solution] : []), ...(differentiates ? [derivative] : [])].join("\n\n");
}
