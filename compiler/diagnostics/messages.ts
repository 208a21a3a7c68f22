/**
 * Diagnostics of a model's text: syntax and subset (1xxx), names, shapes and declarations (2xxx). One function for each
 * code, the only place with their wording. Those of options and files are in `command-messages.ts`.
 */

import type { Diagnostic, Note } from "./diagnostic.ts";
import type { Span } from "./span.ts";

const error = (
  code: string,
  span: Span,
  message: string,
  suggestion: string,
  notes: readonly Note[] = [],
): Diagnostic => ({ code, severity: "error", message, span, notes, suggestion });

const list = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(", ");
const did = (close: string | undefined, otherwise: string): string =>
  close === undefined ? otherwise : `did you mean \`${close}\`?`;

// 1xxx: what a function body may contain.

export const syntaxError = (span: Span, text: string): Diagnostic =>
  error(
    "ODE1001",
    span,
    `the text is not valid TypeScript: ${text}`,
    "mend the text here; the compiler reads nothing beyond it",
  );

export const unsupported = (span: Span, what: string, instead: string): Diagnostic =>
  error("ODE1002", span, `${what} cannot be compiled`, instead);

export const whileLoop = (span: Span): Diagnostic =>
  error(
    "ODE1003",
    span,
    "a `while` loop has no number of trips that is known when the model is compiled",
    "write a `for` loop with a fixed cap, e.g. `for (let n = 0; n < 50; n++)`, and keep the last value in a variable",
  );

export const notYet = (span: Span, what: string, instead: string): Diagnostic =>
  error("ODE1004", span, `${what} is part of the language but not compiled by this version yet`, instead);

export const impure = (span: Span, what: string): Diagnostic =>
  error(
    "ODE1005",
    span,
    `\`${what}\` gives another value each time, so it has no derivative`,
    "hand the value in as `data`, or use `uniform(seed, low, high)` for initial values",
  );

export const noSource = (span: Span, name: string): Diagnostic =>
  error(
    "ODE1006",
    span,
    `\`${name}\` has no source the compiler can read`,
    "write the function in this file or in a local module and import it from there",
  );

export const recursion = (span: Span, name: string): Diagnostic =>
  error("ODE1007", span, `\`${name}\` calls itself`, "write it as a loop with a fixed number of trips");

export const capturedAssignment = (span: Span, name: string): Diagnostic =>
  error(
    "ODE1008",
    span,
    `\`${name}\` lives outside this function and cannot be changed in it`,
    "declare the variable inside the function, or pass the value in and return it",
  );

export const loopForm = (span: Span, what: string): Diagnostic =>
  error(
    "ODE1009",
    span,
    what,
    "write `for (let i = 0; i < n; i++)` with bounds made of constants, sizes and outer loop indices",
  );

export const tooDeep = (span: Span): Diagnostic =>
  error("ODE1010", span, "the text is nested too deeply", "give parts of the expression names of their own");

// 2xxx: names, shapes, declarations.

/** `isOurs`: the library has something of this name. */
export const unknownName = (
  span: Span,
  name: string,
  close: string | undefined,
  isOurs = false,
): Diagnostic =>
  error(
    "ODE2001",
    span,
    `there is nothing of the name \`${name}\` here`,
    isOurs
      ? `import it: \`import { ${name} } from "odegrad"\``
      : did(close, "declare it, or take it from the parameters of the function"),
  );

export const unknownKey = (
  span: Span,
  key: string,
  where: string,
  known: readonly string[],
  close: string | undefined,
  otherwise = `the keys are ${list(known)}`,
): Diagnostic => error("ODE2002", span, `\`${key}\` is no key of ${where}`, did(close, otherwise));

export const missingDerivative = (
  span: Span,
  state: string,
  declared: Span,
  maker: "rhs" | "initial" = "rhs",
): Diagnostic =>
  error(
    "ODE2003",
    span,
    maker === "rhs"
      ? `\`rhs\` returns no derivative for the state \`${state}\``
      : `\`initial\` returns no value for the state \`${state}\``,
    maker === "rhs"
      ? `add \`${state}: …\` to the returned record; write \`${state}: 0\` if it does not change`
      : `add \`${state}: …\` to the returned record`,
    [{ message: `\`${state}\` is declared here`, span: declared }],
  );

export const extraDerivative = (
  span: Span,
  name: string,
  known: readonly string[],
  close: string | undefined,
): Diagnostic =>
  error(
    "ODE2004",
    span,
    `\`${name}\` is no state, so it has no derivative`,
    did(close, `the states are ${list(known)}`),
  );

export const wrongShape = (
  span: Span,
  what: string,
  expected: string,
  found: string,
  declared?: Span,
  instead = `give ${expected}`,
): Diagnostic =>
  error(
    "ODE2005",
    span,
    `${what} is ${found}, but ${expected} is needed`,
    instead,
    declared === undefined ? [] : [{ message: "the shape comes from here", span: declared }],
  );

/** `table`: the array of the function that the subscript is an entry of. */
export const badSubscript = (span: Span, table?: string): Diagnostic =>
  error(
    "ODE2006",
    span,
    "this subscript is not known to be a whole number",
    table === undefined
      ? "build subscripts from loop indices, constants, `%`, `Math.floor(a / b)` and entries of constant integer arrays"
      : `declare \`${table}\` at module level if its entries are known: what comes into a function, or is made in it, is not`,
  );

export const outOfRange = (span: Span, low: number, high: number, extent: number): Diagnostic =>
  error(
    "ODE2007",
    span,
    low === high
      ? `the subscript is ${low}, but there are only ${extent} entries (0 to ${extent - 1})`
      : `the subscript runs from ${low} to ${high}, but there are only ${extent} entries (0 to ${extent - 1})`,
    "change the bounds of the loop, or the subscript, so that it stays inside",
  );

export const unknownMath = (span: Span, name: string, close: string | undefined): Diagnostic =>
  error(
    "ODE2008",
    span,
    `\`Math.${name}\` has no derivative rule`,
    did(close, "`odegrad list functions` names the functions that have one"),
  );

export const wrongKind = (span: Span, expected: string, found: string): Diagnostic =>
  error("ODE2009", span, `this is ${found}, but ${expected} is needed here`, `use ${expected}`);

export const unknownMember = (
  span: Span,
  name: string,
  known: readonly string[],
  close: string | undefined,
  where = "this record",
): Diagnostic =>
  error(
    "ODE2010",
    span,
    `there is no \`${name}\` in ${where}`,
    did(close, known.length === 0 ? `${where} is empty` : `it holds ${list(known)}`),
  );

export const badSignal = (span: Span, what: string, instead: string): Diagnostic =>
  error("ODE2022", span, what, instead);

export const badName = (span: Span, name: string): Diagnostic =>
  error(
    "ODE2024",
    span,
    `\`${name}\` is no name that a variable could have`,
    "make a name of letters, digits and `_`, such as `rate_2`; it becomes a name of generated code",
  );

export const badLeaf = (span: Span, what: string): Diagnostic =>
  error(
    "ODE2011",
    span,
    what,
    "a leaf is a number, `vec(n, init?)`, `mat(m, n, init?)`, `tensor([…], init?)` or a record of leaves",
  );

export const missingKey = (span: Span, key: string, what: string): Diagnostic =>
  error("ODE2012", span, `the model has no \`${key}\``, what);

export const fieldTwice = (span: Span, other: Span): Diagnostic => ({
  ...error(
    "ODE2030",
    span,
    "the model has both `rhs` and `hamiltonian`",
    "keep one: `hamiltonian` says what `rhs` would say",
  ),
  notes: [{ message: "here is `rhs`", span: other }],
});

export const notCanonical = (span: Span, place: Span): Diagnostic => ({
  ...error(
    "ODE2031",
    span,
    "the state of a `hamiltonian` is not made of positions `q` and momenta `p` of the same shape",
    "write `state: { q: …, p: … }`, with a momentum for every position",
  ),
  notes: [{ message: "the field of this energy is q' = ∂H/∂p, p' = −∂H/∂q", span: place }],
});

/** `broken`: what the file is not, and where it ceases to be, for one that is there. */
export const cannotImport = (
  span: Span,
  path: string,
  broken?: { readonly as: string; readonly at: Span | undefined },
): Diagnostic =>
  error(
    "ODE2013",
    span,
    broken === undefined ? `the module "${path}" cannot be read` : `the file "${path}" is no ${broken.as}`,
    broken === undefined
      ? "check the path; local modules and JSON files can be imported, packages cannot"
      : "mend the file; JSON has names in double quotes, no comments, and no comma behind the last entry",
    broken?.at === undefined ? [] : [{ message: `it is no ${broken.as} from here on`, span: broken.at }],
  );

export const badSolverValue = (span: Span, key: string, expected: string): Diagnostic =>
  error("ODE2014", span, `\`${key}\` of the solver must be ${expected}`, `write ${expected}`);

export const readOnly = (span: Span, name: string): Diagnostic =>
  error(
    "ODE2015",
    span,
    `\`${name}\` comes into the function and cannot be changed`,
    "make an array of your own, `const v = vec(n)`, and copy the entries into it",
  );

/** `offered`: what the solve gives a function of the model; `found`: how many parameters it has. */
export const tooManyParameters = (span: Span, name: string, offered: string, found: number): Diagnostic =>
  error(
    "ODE2018",
    span,
    `\`${name}\` is given ${offered}, but it has ${found} parameters`,
    "leave out the parameters behind them",
  );

export const wrongArity = (span: Span, name: string, expected: string, found: number): Diagnostic =>
  error(
    "ODE2016",
    span,
    `\`${name}\` takes ${expected}, but it is given ${found}`,
    `call it with ${expected}`,
  );

export const wrongCount = (span: Span, expected: number, found: number): Diagnostic =>
  error(
    "ODE2020",
    span,
    `${expected} initial values are needed here, but there are ${found}`,
    "give one value for each entry, row by row, or a single number that fills all",
  );

export const badSparse = (span: Span, what: string): Diagnostic =>
  error(
    "ODE2021",
    span,
    what,
    "row i holds the entries from `rowStart[i]` up to, but not including, `rowStart[i + 1]` of `column` and `value`",
  );

export const badGraph = (span: Span, what: string): Diagnostic =>
  error(
    "ODE2023",
    span,
    what,
    "list every edge once, as `[from, to]` or `[from, to, weight]` with nodes from 0; a graph whose edges lead one way is `{ directed: true }`",
  );

export const notConstant = (span: Span, what: string): Diagnostic =>
  error(
    "ODE2017",
    span,
    `${what} must be known when the model is compiled`,
    "use literals, constants of the module and expressions of them",
  );

export const unusedParameter = (span: Span, name: string): Diagnostic => ({
  code: "ODE2019",
  severity: "warning",
  message: `nothing depends on the parameter \`${name}\`, so its gradient is 0`,
  span,
  notes: [],
  suggestion: "use it in `rhs` or `loss`, or delete it",
});
