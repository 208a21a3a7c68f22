/** Scalars of the interface in registers: what a function that is called does to them is seen, on the way out too. */

import { expect, it } from "vitest";
import * as affine from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import { allocate, evaluate } from "../../compiler/ir/evaluate.ts";
import type { Block, Fn, GlobalArray, Program } from "../../compiler/ir/nodes.ts";
import { forEachStatement } from "../../compiler/ir/walk.ts";
import { registers } from "../../compiler/optimise/registers.ts";

const scalar = (name: string): GlobalArray => ({ name, element: "real", shape: [], role: "interface" });
const fn = (name: string, body: Block): Fn => ({ name, parameters: [], body });
const call = (callee: string) => ({ kind: "call" as const, callee, args: [] });
const sum = scalar("sum");
const mark = scalar("mark");
const limit = scalar("limit");

/** Adds 1 to `sum` three times, unless it is beyond `limit`: then the run ends by `badly`. */
const counting = (badly: Block, onTheWay: Block = []): Fn =>
  fn("entry", [
    build.store("sum", [], build.zero),
    build.loop("n", affine.integer(0), affine.integer(3), [
      build.accumulate("sum", [], build.number(1)),
      ...onTheWay,
      build.branch(build.compare("gt", build.read("sum"), build.read("limit")), badly),
    ]),
    build.leave(0),
  ]);

const spoil = fn("spoil", [
  build.store("sum", [], build.number(-7)),
  build.store("mark", [], build.number(-8)),
]);
const count = fn("count", [build.accumulate("mark", [], build.read("sum"))]);
const both = fn("both", [
  build.store("mark", [], build.read("sum")),
  build.store("sum", [], build.number(-7)),
]);
const through = fn("through", [build.store("mark", [], build.number(-9)), call("count")]);

const cases: readonly (readonly [string, Fn, readonly string[]])[] = [
  ["is spoilt on the way out", counting([call("spoil"), build.leave(1)]), ["sum"]],
  [
    "is spoilt in front of two ways out",
    counting([
      call("spoil"),
      build.branch(build.compare("gt", build.read("mark"), build.zero), [build.leave(1)], [build.leave(2)]),
    ]),
    ["sum"],
  ],
  [
    "is spoilt in front of a way out that looks at it",
    counting([
      call("spoil"),
      build.branch(build.compare("gt", build.read("sum"), build.zero), [build.leave(1)], [build.leave(2)]),
    ]),
    [],
  ],
  [
    "is spoilt behind another way out",
    counting([
      build.branch(build.compare("gt", build.read("mark"), build.number(1)), [build.leave(1)]),
      call("spoil"),
      build.leave(2),
    ]),
    ["sum"],
  ],
  ["is read on the way out", counting([call("count"), build.leave(1)]), []],
  ["is read and spoilt on the way out", counting([call("both"), build.leave(1)]), []],
  ["is read further inside", counting([call("through"), build.leave(1)]), []],
  ["is read on the way", counting([build.leave(1)], [call("count")]), []],
  ["is spoilt on the way", counting([build.leave(1)], [call("spoil")]), []],
  [
    "is set again behind the call",
    counting([call("spoil"), build.accumulate("sum", [], build.number(0.5)), build.leave(1)]),
    [],
  ],
  ["is touched by nobody else", counting([build.leave(1)]), ["sum"]],
];

it.each(cases)("a scalar that %s", (_name, entry, held) => {
  const program: Program = { arrays: [sum, mark, limit], functions: [spoil, count, both, through, entry] };
  const moved = registers(entry, program);
  const inRegisters: string[] = [];
  forEachStatement(moved.body, (statement) => {
    if (statement.kind === "alloc") inRegisters.push(statement.array.replace(/[^a-z].*/, ""));
  });
  expect(inRegisters).toEqual(held);
  for (const most of [10, 1]) {
    const [want, got] = [program, { ...program, functions: [spoil, count, both, through, moved] }].map(
      (one) => {
        const memory = allocate(one);
        memory.get("limit")!.set([most]);
        memory.get("mark")!.set([2]);
        evaluate(one, "entry", [], memory);
        return ["sum", "mark"].map((name) => memory.get(name)![0]);
      },
    );
    expect(got).toEqual(want);
  }
});
