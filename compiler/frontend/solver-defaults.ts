/** The `solver` record of a declaration: a closed list of keys, each with what it may be. */

import { nearest } from "../../runtime/nearest.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import * as messages from "../diagnostics/messages.ts";
import type { Span } from "../diagnostics/span.ts";
import type { SolverDefaults } from "../model.ts";
import { spanOf } from "./load.ts";
import { isTagged, type RecordValue, type Static } from "./static-values.ts";
import { keyNode } from "./syntax.ts";

type Check = (value: Static) => string | undefined;

const text: Check = (value) => (typeof value === "string" ? undefined : "a name in quotes");
const finite: Check = (value) =>
  typeof value === "number" && Number.isFinite(value) ? undefined : "a number";
const paths: Check = (value) => {
  const fits =
    isTagged(value) && value.kind === "list" && value.items.every((item) => typeof item === "string");
  return fits ? undefined : 'a list of dotted paths such as `["params.alpha", "state"]`';
};
const whole: Check = (value) =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 1
    ? undefined
    : "a whole number from 1 on";

const tolerance: Check = (value) =>
  typeof value === "number" && value >= 0 && Number.isFinite(value)
    ? undefined
    : "a number that is not negative";

/** Keys that this version reads. */
const keys: ReadonlyMap<string, Check> = new Map([
  ["method", text],
  ["t0", finite],
  ["t1", finite],
  ["steps", whole],
  ["dt", finite],
  ["rtol", tolerance],
  ["atol", tolerance],
  ["maxSteps", whole],
  ["start", text],
  ["order", whole],
  ["adjoint", text],
  ["checkpoints", whole],
  ["ram", whole],
  ["wrt", paths],
]);

/** What is said when the code is generated, and not by the model, which is the same for every target. */
const ofGeneration: ReadonlyMap<string, string> = new Map([
  ["real", "`--real float`, or `real` in a configuration"],
  ["math", "`--math portable`, or `math` in a configuration"],
  ["batch", "`odegrad compile --batch 32`"],
]);

export function readSolver(
  solver: RecordValue | undefined,
  report: (diagnostic: Diagnostic) => void,
): { defaults: SolverDefaults; spans: Record<string, Span> } {
  const spans: Record<string, Span> = {};
  const values = new Map<string, Static>();
  for (const [key, value] of solver?.entries ?? []) {
    const node = solver?.nodes.get(key);
    if (node === undefined) continue;
    const span = spanOf(node);
    const check = keys.get(key);
    if (check === undefined) {
      const known = [...keys.keys()];
      const at = spanOf(keyNode(node));
      const said = ofGeneration.get(key);
      report(
        said === undefined
          ? messages.unknownKey(at, key, "`solver`", known, nearest(key, known))
          : messages.unknownKey(
              at,
              key,
              "`solver`",
              known,
              undefined,
              `leave it out, and say it when code is generated: ${said}`,
            ),
      );
      continue;
    }
    const expected = check(value);
    if (expected !== undefined) report(messages.badSolverValue(span, key, expected));
    else values.set(key, value);
    spans[key] = span;
  }
  const number = (key: string): number | undefined => values.get(key) as number | undefined;
  const wrt = values.get("wrt");
  return {
    defaults: {
      method: (values.get("method") as string | undefined) ?? "rk4",
      t0: number("t0") ?? 0,
      t1: number("t1") ?? 1,
      steps: number("steps"),
      dt: number("dt"),
      rtol: number("rtol"),
      atol: number("atol"),
      maxSteps: number("maxSteps"),
      start: values.get("start") as string | undefined,
      order: number("order"),
      adjoint: (values.get("adjoint") as string | undefined) ?? "symplectic",
      checkpoints: number("checkpoints"),
      ram: number("ram"),
      wrt: isTagged(wrt) && wrt.kind === "list" ? wrt.items.map(String) : undefined,
    },
    spans,
  };
}
