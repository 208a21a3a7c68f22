/**
 * Diagnostics of fields and their differential operators (3xxx): one function for each code, the only place with their
 * wording.
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

const did = (close: string | undefined, otherwise: string): string =>
  close === undefined ? otherwise : `did you mean \`${close}\`?`;

export const kinkInOperator = (span: Span, operator: string, what: string, call: Span): Diagnostic =>
  error(
    "ODE3001",
    span,
    `\`${operator}\` needs second derivatives, and \`${what}\` has none where it bends`,
    "use a smooth function here, `Math.tanh` or `softplus` say, or write the two sides as an `if`",
    [{ message: `\`${operator}\` is asked for here`, span: call }],
  );

export const noHigherRule = (span: Span, operator: string, call: Span): Diagnostic =>
  error(
    "ODE3002",
    span,
    `\`${operator}\` needs second derivatives, and the rule of this function says only the first`,
    "call the function itself here, without `custom`",
    [{ message: `\`${operator}\` is asked for here`, span: call }],
  );

export const operatorOfShape = (span: Span, operator: string, needs: string, found: string): Diagnostic =>
  error(
    "ODE3003",
    span,
    `\`${operator}\` is of ${needs}, and this function returns ${found}`,
    operator === "gradient"
      ? "write `jacobian`, which is of vectors too"
      : operator === "divergence"
        ? "let the function return one component for each coordinate of the point, or take the `jacobian`"
        : "let the function return one number",
  );

export const badPoint = (span: Span, operator: string, found: string): Diagnostic =>
  error(
    "ODE3004",
    span,
    `\`${operator}\` differentiates with respect to the first argument, which is ${found}`,
    "make the first argument a number or an array of numbers",
  );

export const badOrder = (span: Span, what: string): Diagnostic =>
  error("ODE3005", span, what, "derivatives are computed up to order 6; give a whole number from 1 to 6");

export const badCoefficients = (span: Span, operator: string, what: string, instead: string): Diagnostic =>
  error("ODE3006", span, `\`${operator}\`: ${what}`, instead);

export const operatorTwice = (span: Span, name: string): Diagnostic =>
  error(
    "ODE3007",
    span,
    `there are two operators of the name \`${name}\``,
    "name them in a record: `operators: { first: …, second: … }`",
  );

export const operatorNamedValue = (span: Span, operator: string): Diagnostic =>
  error(
    "ODE3012",
    span,
    "the name `value` is taken: it is that of the field itself among its outputs",
    `give the operator another name: \`operators: { ${operator}: … }\``,
  );

/** `form`: how an operator is called that is given something first, where the name is of one. */
export const unknownOperator = (
  span: Span,
  name: string,
  known: readonly string[],
  close: string | undefined,
  form: string | undefined,
): Diagnostic =>
  error(
    "ODE3011",
    span,
    form === undefined
      ? `there is no operator \`${name}\``
      : `the name \`${name}\` alone is no operator: it is given something first`,
    form !== undefined
      ? `import \`${name}\` from "odegrad" and call it, e.g. \`${form}\``
      : did(close, `use one of ${known.map((each) => `\`${each}\``).join(", ")}`),
  );

export const localFunction = (span: Span, operator: string): Diagnostic =>
  error(
    "ODE3008",
    span,
    `\`${operator}\` gets a function that uses values of the function it is written in`,
    "declare the function at module level, and hand over what it needs as further arguments",
  );

export const biasedEstimator = (span: Span, operator: string, distribution: string): Diagnostic =>
  error(
    "ODE3009",
    span,
    `directions drawn from \`${distribution}\` estimate another operator than \`${operator}\``,
    'draw them from `"normal"`',
  );

export const operatorAtModuleLevel = (span: Span, operator: string): Diagnostic =>
  error(
    "ODE3010",
    span,
    `\`${operator}\` is evaluated while the module loads, where nothing is differentiated`,
    "call it in a function of the model",
  );
