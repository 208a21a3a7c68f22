/**
 * Check 1 for the vector field: ⟨w, J v⟩ = ⟨Jᵀ w, v⟩ with the generated `fieldJvp` and `fieldVjp`, for random v and w at
 * the start of the solve. The two sides come from forward and reverse mode, which share no code path.
 */

import { draw, normal } from "../../runtime/random.ts";
import type { GeneratedModule } from "../execute/javascript.ts";
import type { Problem } from "../execute/problem.ts";
import { sizeOf } from "../model.ts";
import type { Entry, Module } from "../module.ts";
import { type Check, product, within } from "./check.ts";

const title = "dot-product identity of the field";

export function fieldIdentity(
  generated: GeneratedModule,
  module: Module,
  problem: Problem,
  seed: number,
  trials: number,
): Check {
  const forward = entry(module, "fieldJvp");
  const reverse = entry(module, "fieldVjp");
  let most = 0;
  for (let trial = 0; trial < trials; trial++) {
    const records = pointOf(module, problem);
    let stream = 0;
    const random = (size: number): Float64Array =>
      draw(normal((seed + 7919 * trial + 104729 * ++stream) >>> 0, 0, 1), size);
    // v along every differentiated record, w for the result; one array per name, shared by both calls.
    for (const { arguments: args } of [forward, reverse]) {
      for (const argument of args) {
        if (argument.kind !== "record" || records.has(argument.name)) continue;
        const fresh = argument.access === "in" ? random(argument.size) : new Float64Array(argument.size);
        records.set(argument.name, fresh);
      }
    }
    const call = (which: Entry): (number | Float64Array)[] =>
      which.arguments.map((argument) =>
        argument.kind === "real" ? problem.t0 : records.get(argument.name)!,
      );
    generated.fieldJvp(...call(forward));
    generated.fieldVjp(...call(reverse));

    const left = product(records.get("w")!, records.get("dyDot")!);
    let right = { sum: 0, size: 0 };
    for (const [name, bar] of records) {
      if (!name.endsWith("Bar")) continue;
      const dot = records.get(`${name.slice(0, -"Bar".length)}Dot`);
      if (dot === undefined) throw new Error(`fieldVjp has ${name}, fieldJvp has no tangent for it`);
      const part = product(bar, dot);
      right = { sum: right.sum + part.sum, size: right.size + part.size };
    }
    const gap = Math.abs(left.sum - right.sum) / Math.max(left.size, right.size, Number.MIN_VALUE);
    most = Number.isNaN(gap) ? Number.NaN : Math.max(most, gap);
  }
  return within(1, title, most, 1e-13, `⟨w, J v⟩ against ⟨Jᵀ w, v⟩, ${trials} random pairs`);
}

const entry = (module: Module, name: Entry["name"]): Entry =>
  module.entries.find((each) => each.name === name)!;

/** The records of the field's arguments at the start of the solve. */
function pointOf({ model }: Module, problem: Problem): Map<string, Float64Array> {
  const first: number[] = [];
  for (const input of model.inputs) {
    for (const leaf of input.leaves) {
      first.push(...problem.inputs.slice(leaf.offset, leaf.offset + sizeOf(leaf.shape)));
    }
  }
  return new Map([
    ["y", problem.state0],
    ["p", problem.params],
    ["inputs", Float64Array.from(first)],
    ["data", problem.data],
  ]);
}
