/** Entries for many samples at once: the same parameters, and a state, data and results for each. */

import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Statement, View } from "../ir/nodes.ts";
import { rewriteBlock } from "../ir/rewrite.ts";
import type { Driver } from "./driver.ts";

/**
 * The body of an entry for every sample of a batch: what a sample has for itself is its own row of the interface,
 * losses and counts are added up, and a sample that fails ends the run. Without a batch the body as it is.
 */
export function inBatch(driver: Driver, body: readonly Statement[]): readonly Statement[] {
  const { batch } = driver.solver;
  if (batch === undefined) return body;
  const { io, names } = driver;
  const sample = names.fresh("sample");
  const isOwn = (record: string): boolean => /^(state0|states|outputs|data|state0Bar)$/.test(record);
  const rows = new Map<string, View>();
  for (const { name, home } of io.arrays)
    if (home !== undefined && isOwn(home.record))
      rows.set(name, { array: name, prefix: [affine.index(sample)] });
  const summed = [io.value, io.accepted, io.rejected, io.evaluations].filter((one) => one !== undefined);
  const greatest = io.deviation === undefined || !driver.results.hasBars ? [] : [io.deviation];
  const parts = new Map([...summed, ...greatest].map((name) => [name, names.fresh(`sample_${name}`)]));
  for (const [name, part] of parts) rows.set(name, { array: part, prefix: [] });
  // A row that failed makes the whole loss no number.
  const failing = (block: readonly Statement[]): Statement[] =>
    block.flatMap((statement): Statement[] => {
      switch (statement.kind) {
        case "return":
          return [build.store(io.value, [], build.number(Number.NaN)), statement];
        case "for":
        case "while":
          return [{ ...statement, body: failing(statement.body) }];
        case "if":
          return [{ ...statement, then: failing(statement.then), else: failing(statement.else) }];
        default:
          return [statement];
      }
    });
  const own = rewriteBlock(body, { array: (name) => rows.get(name) });
  return [
    ...[...parts.keys()].map((name) => build.store(name, [], build.zero)),
    ...[...parts.values()].map((part) => build.alloc(part, [])),
    build.loop(sample, affine.integer(0), affine.integer(batch), [
      ...failing(own),
      ...summed.map((name) => build.accumulate(name, [], build.read(parts.get(name)!))),
      ...greatest.map((name) =>
        build.store(name, [], build.primitive("max", [build.read(name), build.read(parts.get(name)!)])),
      ),
    ]),
  ];
}
