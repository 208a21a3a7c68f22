/** `odegrad list`: what there is, with what works and what is planned told apart. */

import { nearest } from "../../runtime/nearest.ts";
import { badUsage } from "../diagnostics/command-messages.ts";
import { explanations } from "../diagnostics/explanations.ts";
import { type MethodRow, methods } from "../integrate/methods.ts";
import type { Primitive } from "../ir/primitive.ts";
import { primitives } from "../ir/primitives.ts";
import { type CommandOptions, targets, targetsLater } from "../options.ts";
import { adjoints } from "../resolve.ts";
import { type ExitCode, exitCode } from "./exit.ts";
import { formatJson } from "./number.ts";
import { type Context, Failure } from "./streams.ts";

interface Item {
  readonly name: string;
  readonly about: string;
  readonly available: boolean;
}

const later = (names: readonly string[]): Item[] =>
  names.map((name) => ({ name, about: "planned", available: false }));

const targetWords: Readonly<Record<(typeof targets)[number], string>> = {
  js: "JavaScript: an ES module of plain loops, with a source map",
  ts: "TypeScript: the same with types, erasable syntax only",
  c: "C99: header, source, self-test and description; no heap, re-entrant",
  crossbar: "a program for memristor crossbars: JSON, and its digital part as JavaScript",
  ir: "the optimised loop IR as text",
};

const adjointWords: Readonly<Record<(typeof adjoints)[number], string>> = {
  symplectic: "stores one state a step and rebuilds the stages",
  step: "stores one state a step and runs the step again, keeping its tapes",
  revolve: "stores --checkpoints states, placed so that the fewest steps are made again",
  "store-all": "stores the stages and tapes of every step",
};

/** What the compiler uses among themselves and no model can write. */
const internal: ReadonlySet<string> = new Set(["gate", "radius", "adjacent", "opposite", "cosquare"]);

const spellings: Readonly<Record<string, string>> = {
  ...{ add: "+", sub: "-", mul: "*", div: "/", mod: "%", neg: "-x", pow: "**" },
  // Functions of the library, which `Math` does not have.
  ...{ softsign: "softsign", stop: "stopGradient" },
};

const kindWords: Readonly<Record<Primitive["kind"], string>> = {
  zero: "derivative 0",
  linear: "linear",
  bilinear: "bilinear",
  smooth: "smooth",
  kinked: "with kinks",
};

const familyWords: Readonly<Record<MethodRow["family"], string>> = {
  explicit: "stage",
  implicit: "stage",
  partitioned: "stage",
  multistep: "evaluation",
};

const lists: Readonly<Record<string, () => Item[]>> = {
  methods: () => [
    ...methods.map(({ name, title, order, family, evaluations, source }) => ({
      name,
      about: `${title}, order ${order}, ${evaluations} ${familyWords[family]}${evaluations === 1 ? "" : "s"} (${source})`,
      available: true,
    })),
  ],
  adjoints: () => [
    ...adjoints.map((name) => ({
      name,
      about: `exact gradient of the discrete solve; ${adjointWords[name]}`,
      available: true,
    })),
    {
      name: "auto",
      about: "the fastest exact plan whose working memory fits into --ram BYTES",
      available: true,
    },
    {
      name: "reversible",
      about:
        "stores no states and recovers them; exact to rounding for methods that can be undone, approximate for explicit Runge-Kutta methods",
      available: true,
    },
    {
      name: "continuous",
      about: "stores no states; discretises the adjoint equation: not the exact gradient, for comparison",
      available: true,
    },
  ],
  targets: () => [
    ...targets.map((name) => ({ name, about: targetWords[name], available: true })),
    ...later(targetsLater),
  ],
  functions: () =>
    Object.entries(primitives)
      .filter(([op]) => !internal.has(op))
      .map(([op, { kind, convention }]) => ({
        name: spellings[op] ?? `Math.${op}`,
        about: convention ?? kindWords[kind],
        available: true,
      })),
  operators: () => [...operators],
  codes: () =>
    Object.entries(explanations).map(([name, { title }]) => ({ name, about: title, available: true })),
};

/** Differential operators, of functions in models and of fields. */
const operators: readonly Item[] = (
  [
    ["gradient", "first derivatives of a scalar function, in the shape of the point"],
    ["jacobian", "first derivatives of a vector function"],
    ["hessian", "second derivatives of a scalar function"],
    ["divergence", "the trace of the Jacobian"],
    ["laplacian", "the sum of the unmixed second derivatives"],
    ["biharmonic", "the Laplacian of the Laplacian"],
    [
      "weightedLaplacian",
      "weightedLaplacian(sigma, drift?): second derivatives weighted by sigma sigma^T, and a drift",
    ],
    ["linearOperator", "linearOperator([{ c, alpha }, …]): mixed derivatives up to order 6"],
    ["directional", "directional(order): along a direction, up to order 6"],
    ["jvp", "the derivative along a direction"],
    ["vjp", "the transposed Jacobian times a covector"],
    ["hvp", "the Hessian times a direction"],
    ["stochastic", "stochastic(operator, { samples, distribution, seed? }): a randomised estimate"],
  ] as const
).map(([name, about]) => ({ name, about, available: true }));

export async function run(
  [what]: readonly string[],
  options: CommandOptions,
  context: Context,
): Promise<ExitCode> {
  const make = Object.hasOwn(lists, what!) ? lists[what!] : undefined;
  if (make === undefined) {
    const close = nearest(what!, Object.keys(lists));
    const hint =
      close === undefined ? `give one of ${Object.keys(lists).join(", ")}` : `did you mean \`${close}\`?`;
    throw new Failure(exitCode.usage, [badUsage(`there is no list of \`${what}\``, hint)]);
  }
  const items = make();
  if (options.json === true) {
    context.print(`${formatJson({ version: 1, [what!]: items.map((item) => ({ ...item })) })}\n`);
    return exitCode.ok;
  }
  const width = Math.max(...items.map((item) => item.name.length));
  for (const { name, about } of items) context.print(`${`${name.padEnd(width)}  ${about}`.trimEnd()}\n`);
  return exitCode.ok;
}
