/**
 * Diagnostics of what the input language leaves out (1020 to 1079): one function for each code, the only place with
 * their wording. Names, shapes and declarations are in `messages.ts`.
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

const warning = (code: string, span: Span, message: string, suggestion: string): Diagnostic => ({
  code,
  severity: "warning",
  message,
  span,
  notes: [],
  suggestion,
});

export const asyncCode = (span: Span): Diagnostic =>
  error(
    "ODE1020",
    span,
    "`async` and `await` have no place in a model: its functions return numbers at once",
    "load what you wait for before the solve and hand it in as `data` or `params`",
  );

export const generator = (span: Span): Diagnostic =>
  error(
    "ODE1021",
    span,
    "generators and `yield` cannot be compiled to loops",
    "write a `for` loop that stores the values in an array: `const x = vec(n)`",
  );

export const classCode = (span: Span): Diagnostic =>
  error(
    "ODE1022",
    span,
    "classes and decorators cannot be compiled",
    "write plain functions, and put values together in a record: `{ a, b }`",
  );

export const thisValue = (span: Span): Diagnostic =>
  error(
    "ODE1023",
    span,
    "`this` has no meaning in a model",
    "take the value from the arguments of the function: state, params, env",
  );

export const exceptions = (span: Span): Diagnostic =>
  error(
    "ODE1024",
    span,
    "a model cannot throw or catch exceptions",
    "return a value in every case; a solve that leaves the numbers ends with a status of its own",
  );

export const forIn = (span: Span): Diagnostic =>
  error(
    "ODE1025",
    span,
    "`for … in` goes over names, which are text",
    "write `for (let i = 0; i < x.length; i++)`",
  );

export const label = (span: Span): Diagnostic =>
  error(
    "ODE1026",
    span,
    "labels cannot be compiled",
    "put the inner loop into a helper function that returns its result",
  );

export const switchStatement = (span: Span): Diagnostic =>
  error("ODE1027", span, "`switch` cannot be compiled", "write `if … else if … else`");

export const spreadOrRest = (span: Span): Diagnostic =>
  error(
    "ODE1028",
    span,
    "`...` makes lists whose length the text does not say",
    "write the entries out one by one, or take the array itself",
  );

export const defaultValue = (span: Span): Diagnostic =>
  error(
    "ODE1029",
    span,
    "defaults of parameters and of destructured names cannot be compiled",
    "hand the value over at every call",
  );

export const computedName = (span: Span): Diagnostic =>
  error(
    "ODE1030",
    span,
    "the name of a member has to be written out",
    "write `record.name`; for entries that are chosen by a number use a vector: `vec(n)`",
  );

export const newObject = (span: Span, name: string): Diagnostic =>
  error(
    "ODE1031",
    span,
    `\`new ${name}\` cannot be compiled`,
    "arrays are made with `vec(n)`, `mat(m, n)` or `new Float64Array(n)`, records with `{ a, b }`",
  );

export const textValue = (span: Span): Diagnostic =>
  error(
    "ODE1032",
    span,
    "text is no value of a model: it computes with numbers",
    "use numbers, e.g. `0` and `1` for two cases",
  );

export const bigInteger = (span: Span): Diagnostic =>
  error("ODE1033", span, "big integers cannot be compiled", "leave out the `n`: write a plain number");

export const bitwise = (span: Span, operator: string): Diagnostic =>
  error(
    "ODE1034",
    span,
    `\`${operator}\` works on bits and has no derivative`,
    "use `Math.floor(a / b)` and `a % b` on indices; `&&`, `||` and `!` on conditions",
  );

export const objectOperator = (span: Span, operator: string): Diagnostic =>
  error(
    "ODE1035",
    span,
    `\`${operator}\` asks about objects, and a model computes with numbers`,
    "the members of records are known from the text: leave the operator out",
  );

export const optionalValue = (span: Span): Diagnostic =>
  error(
    "ODE1036",
    span,
    "`?.` and `??` are for values that may be missing; every value of a model is there",
    "write `.` for `?.`, and leave out `??` with what follows",
  );

export const looseEquality = (span: Span, operator: string): Diagnostic =>
  error("ODE1037", span, `\`${operator}\` converts its operands`, `write \`${operator}=\``);

export const commaOperator = (span: Span): Diagnostic =>
  error("ODE1038", span, "the comma operator hides what is evaluated", "write two statements");

export const assignmentInside = (span: Span): Diagnostic =>
  error(
    "ODE1039",
    span,
    "an assignment inside an expression hides the order of evaluation",
    "make the assignment a statement of its own, in the line before",
  );

export const incrementInside = (span: Span): Diagnostic =>
  error(
    "ODE1040",
    span,
    "`++` and `--` inside an expression hide the order of evaluation",
    "use `i + 1` here and change `i` in a statement of its own",
  );

export const arrayGrowth = (span: Span, method: string): Diagnostic =>
  error(
    "ODE1041",
    span,
    `\`.${method}\` changes the length of an array, and memory is planned when the model is compiled`,
    "make the array in its full length, `const x = vec(n)`, and assign `x[i] = …`",
  );

export const hole = (span: Span): Diagnostic =>
  error(
    "ODE1042",
    span,
    "an array with holes cannot be compiled",
    "write every entry, `0` where it is empty",
  );

export const otherArray = (span: Span, name: string): Diagnostic =>
  error(
    "ODE1043",
    span,
    `\`${name}\` has other numbers, or other memory, than the solve computes with`,
    "use `Float64Array`, `vec(n)` or `mat(m, n)`",
  );

export const enumeration = (span: Span): Diagnostic =>
  error("ODE1044", span, "`enum` cannot be compiled", "write constants: `const first = 0`");

export const declarationSpace = (span: Span): Diagnostic =>
  error(
    "ODE1045",
    span,
    "namespaces and `declare` have no value the compiler could read",
    "write `const` and `function` at module level",
  );

export const noBody = (span: Span): Diagnostic =>
  error(
    "ODE1046",
    span,
    "a function without a body, as in overloads, cannot be compiled",
    "write one function with a body; it may be called with arguments of different shapes",
  );

export const accessor = (span: Span): Diagnostic =>
  error(
    "ODE1047",
    span,
    "getters and setters cannot be compiled",
    "write a plain value, or a function that is called",
  );

export const argumentsObject = (span: Span): Diagnostic =>
  error("ODE1048", span, "`arguments` cannot be compiled", "name the parameters");

export const looseType = (span: Span, type: string): Diagnostic =>
  error(
    "ODE1049",
    span,
    `\`${type}\` says nothing the compiler can hold the value to`,
    "write `number`, `Vec` or `Mat`, or leave the annotation out",
  );

export const moduleEffect = (span: Span): Diagnostic =>
  error(
    "ODE1050",
    span,
    "this statement of the module neither declares nor computes a constant",
    "move it to another file, which imports the model from this one",
  );

export const dynamicImport = (span: Span): Diagnostic =>
  error("ODE1051", span, "`import()` cannot be compiled", 'import at the top: `import { f } from "./file"`');

export const environment = (span: Span, name: string): Diagnostic =>
  error(
    "ODE1052",
    span,
    `\`${name}\` reaches outside of the model`,
    "leave it out; report what you want to see as one of the `outputs`",
  );

export const dynamicCode = (span: Span, name: string): Diagnostic =>
  error(
    "ODE1053",
    span,
    `\`${name}\` makes code while the program runs, which cannot be compiled`,
    "write the function out",
  );

export const functionValue = (
  span: Span,
  instead = "call it by its own name; for two cases write a branch with a call in each",
): Diagnostic => error("ODE1054", span, "a function is used as a value here", instead);

export const unknownMethod = (span: Span, method: string, instead: string): Diagnostic =>
  error("ODE1055", span, `the method \`.${method}\` cannot be compiled`, instead);

export const mathChanged = (span: Span): Diagnostic =>
  error(
    "ODE1056",
    span,
    "`Math` has to be JavaScript's own: its functions have derivative rules",
    "choose another name, and do not assign to `Math`",
  );

export const notBoolean = (span: Span): Diagnostic =>
  error("ODE1057", span, "a condition has to be a comparison", "compare with a number: `x > 0`");

export const missingReturn = (span: Span, name: string): Diagnostic =>
  error(
    "ODE1058",
    span,
    `\`${name}\` can come to its end without returning a value`,
    "let the last statement be `return …`",
  );

/** `where`: whether the values are those of several `return`, or the two sides of `test ? a : b`. */
export const returnsDiffer = (span: Span, first: Span, where: "returns" | "sides"): Diagnostic =>
  error(
    "ODE1059",
    span,
    where === "returns"
      ? "the function returns another shape here than elsewhere"
      : "the two sides of this choice have different shapes",
    where === "returns" ? "return the same shape in every case" : "give both sides the same shape",
    [{ message: `the other ${where === "returns" ? "`return`" : "side"} is here`, span: first }],
  );

export const wholeArray = (span: Span, name: string): Diagnostic =>
  error(
    "ODE1060",
    span,
    `the array \`${name}\` cannot come to stand for another array here`,
    "assign entry by entry: `for (let i = 0; i < n; i++) x[i] = …`, or use `x.fill(0)`",
  );

export const sharedRows = (span: Span, name: string): Diagnostic =>
  error(
    "ODE1083",
    span,
    `\`${name}\` has numbers in common with another array: one of the two was taken out of the other, not copied`,
    "copy what is taken, entry by entry: `row.map((x) => x)` for a row, `A.map((row) => row.map((x) => x))` for a matrix",
  );

export const indexAssigned = (span: Span, name: string): Diagnostic =>
  error(
    "ODE1061",
    span,
    `\`${name}\` counts a loop and cannot be changed inside it`,
    "say it in the head of the loop (`i += 2`), or use a variable of your own",
  );

export const constantAssigned = (span: Span, name: string): Diagnostic =>
  error(
    "ODE1062",
    span,
    `\`${name}\` is a constant and cannot be changed`,
    `declare it with \`let ${name} = …\``,
  );

export const usedBefore = (span: Span, name: string): Diagnostic =>
  error(
    "ODE1063",
    span,
    `\`${name}\` is used before it has a value`,
    "give it a value in its declaration, above this line",
  );

export const numberTooLarge = (span: Span): Diagnostic =>
  error(
    "ODE1064",
    span,
    "this number is larger than a double can hold",
    "write a number below 1.8e308, or `Infinity` if you mean it",
  );

export const tooManySteps = (span: Span): Diagnostic =>
  error(
    "ODE1065",
    span,
    "the constants of the module take too long to compute when compiling",
    "compute them once, outside, and import the result as JSON",
  );

export const tooLarge = (span: Span, limit: number): Diagnostic =>
  error(
    "ODE1066",
    span,
    `with everything it calls the function has more than ${limit} statements`,
    "write loops instead of repeated text, and call a helper in fewer places",
  );

export const duplicate = (span: Span, name: string): Diagnostic =>
  error("ODE1067", span, `\`${name}\` is declared twice`, "give one of the two another name");

export const bidirectional = (span: Span): Diagnostic =>
  error(
    "ODE1068",
    span,
    "an invisible character changes the direction of the text, so it is not what it seems",
    "delete the character",
  );

export const unreachable = (span: Span): Diagnostic =>
  warning("ODE1069", span, "this is never reached", "delete it, or move it in front of what leaves here");

export const notExported = (span: Span, name: string | undefined): Diagnostic =>
  warning(
    "ODE1082",
    span,
    `${name === undefined ? "this model" : `the model \`${name}\``} is not exported, so nothing compiles it`,
    name === undefined
      ? "export it under a name of its own: `export const name = ode({ … })`"
      : `export it: \`export { ${name} }\``,
  );

export const equalityBranch = (span: Span): Diagnostic =>
  warning(
    "ODE1070",
    span,
    "a branch on the equality of computed numbers: the derivative is that of the branch taken, at that one point",
    "compare with `<` or `>`, or with a small distance: `Math.abs(a - b) < 1e-9`",
  );

export const notInLanguage = (span: Span, what: string): Diagnostic =>
  error(
    "ODE1071",
    span,
    `${what} is no part of the input language`,
    "say it with arithmetic, loops, branches and helper functions",
  );

export const unprovenSubscript = (span: Span, low: number, high: number, extent: number): Diagnostic =>
  error(
    "ODE1072",
    span,
    `this subscript cannot be shown to stay from 0 to ${extent - 1}; what is known is ${low === -Infinity ? "nothing below" : `at least ${low}`} and ${high === Infinity ? "nothing above" : `at most ${high}`}`,
    "tighten the bounds of the loop, take the remainder (`i % n`), or read from a constant array",
  );

export const collection = (span: Span, name: string): Diagnostic =>
  error(
    "ODE1073",
    span,
    `\`${name}\` has no form as loops over numbers`,
    "use vectors and matrices with numbers as subscripts",
  );

export const circular = (span: Span, name: string): Diagnostic =>
  error(
    "ODE1074",
    span,
    `the value of \`${name}\` depends on itself`,
    "compute one of the constants without the other",
  );

export const mutableCapture = (span: Span, name: string, declared: Span | undefined): Diagnostic =>
  error(
    "ODE1075",
    span,
    `\`${name}\` is a variable of the function around this one`,
    "hand its value over as an argument, or make it a `const`",
    declared === undefined ? [] : [{ message: `\`${name}\` is declared here`, span: declared }],
  );

export const numberFromText = (span: Span, name: string): Diagnostic => {
  const instead = finiteness.get(name.replace(/^Number\./, ""));
  return instead === undefined
    ? error("ODE1076", span, `\`${name}\` converts other values to numbers`, "write the number itself")
    : comparisonInstead(span, name, instead);
};

/** What asks about a number, as a comparison. */
const finiteness: ReadonlyMap<string, string> = new Map([
  ["isFinite", "`Math.abs(x) < Infinity`"],
  ["isNaN", "`!(Math.abs(x) <= Infinity)`"],
]);

const comparisonInstead = (span: Span, name: string, instead: string): Diagnostic =>
  error(
    "ODE1084",
    span,
    `\`${name}\` is no function of the input language`,
    `compare the number: ${instead}`,
  );

export const callsTooDeep = (span: Span, limit: number): Diagnostic =>
  error(
    "ODE1078",
    span,
    `functions call one another more than ${limit} deep`,
    "call what is needed directly, or write the repetition as a loop",
  );

export const neverAssigned = (span: Span, entry: string): Diagnostic =>
  error(
    "ODE1079",
    span,
    `\`${entry}\` is never assigned, so one derivative is missing`,
    `assign every entry: \`${entry} = …\``,
  );

export const customShape = (span: Span, rule: "jvp" | "vjp", expected: number, found: number): Diagnostic =>
  error(
    "ODE1080",
    span,
    `the \`${rule}\` of this function gives ${found} ${found === 1 ? "number" : "numbers"} where ${expected} are needed`,
    rule === "jvp"
      ? "give the tangent of the result, in the shape of the result: `jvp: (x, y, xDot, yDot) => …`"
      : "give one cotangent for each argument, in its shape: `vjp: (x, y, bar) => [xBar, yBar]`",
  );

export const customTooLarge = (span: Span, name: string, limit: number): Diagnostic =>
  error(
    "ODE1081",
    span,
    `\`${name}\` has a rule of its own, and more than ${limit} numbers among its arguments and results`,
    "give the rule to the part of the function that needs it, entry by entry",
  );

export const unknownSize = (span: Span): Diagnostic =>
  error(
    "ODE1077",
    span,
    "the size of an array has to be known when the model is compiled",
    "use a number, a constant of the module, or the `.length` of another array",
  );
