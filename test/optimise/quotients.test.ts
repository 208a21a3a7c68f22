/** Whole quotients in subscripts: taken once where that is the same number, and never where nothing took them before. */

import { expect, it } from "vitest";
import * as affine from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import { allocate, evaluate } from "../../compiler/ir/evaluate.ts";
import type { Block, GlobalArray, Program } from "../../compiler/ir/nodes.ts";
import { forEachForm, forEachStatement } from "../../compiler/ir/walk.ts";
import { quotients } from "../../compiler/optimise/quotients.ts";

const n = affine.index("n");
const m = affine.index("m");
const steps = affine.gather("steps", []);
const piece = affine.quotient(affine.scale(n, 3), steps);
const place = affine.remainder(affine.add(n, m), affine.integer(4));
const add = (at: affine.Affine, value: number) => build.accumulate("sums", [at], build.number(value));
const over = (index: string, body: Block) => build.loop(index, affine.integer(0), affine.integer(6), body);
const isPositive = build.compare("gt", build.read("sums", [affine.integer(0)]), build.zero);
const halve = build.store("steps", [], build.number(3));

/** What is asked, and how many divisions stand in the text before and after; `steps` is 6 at first. */
const cases: readonly (readonly [string, Block, number, number])[] = [
  ["asked for three times", [over("n", [add(piece, 1), add(piece, 2), add(piece, 4)])], 3, 1],
  ["asked for once", [over("n", [add(piece, 1)])], 1, 1],
  ["asked for again inside", [over("n", [add(piece, 1), over("m", [add(piece, 2)])])], 2, 1],
  ["asked for inside alone", [over("n", [over("m", [add(piece, 1), add(piece, 2)])])], 2, 1],
  ["of an index that is bound there", [over("n", [over("m", [add(place, 1), add(place, 2)])])], 2, 1],
  [
    "of indices that two loops bind",
    [over("n", [over("m", [add(place, 1)]), over("m", [add(place, 2)])])],
    2,
    2,
  ],
  [
    "asked for in both branches",
    [over("n", [build.branch(isPositive, [add(piece, 1)], [add(piece, 2)])])],
    2,
    2,
  ],
  ["by a number that changes between", [over("n", [add(piece, 1), halve, add(piece, 2)])], 2, 2],
  ["by a number that changes before", [over("n", [halve, add(piece, 1), add(piece, 2)])], 2, 1],
  [
    "by a number that a function changes",
    [over("n", [add(piece, 1), { kind: "call", callee: "halves", args: [] }, add(piece, 2)])],
    2,
    2,
  ],
  [
    "inside of another",
    [
      over("n", [
        add(affine.remainder(affine.offset(piece, 1), affine.integer(2)), 1),
        add(affine.remainder(affine.offset(piece, 1), affine.integer(2)), 2),
        add(piece, 4),
      ]),
    ],
    5,
    2,
  ],
];

it.each(cases)("a division %s", (_name, body, before, after) => {
  const arrays: GlobalArray[] = [
    { name: "steps", element: "integer", shape: [], role: "workspace" },
    { name: "sums", element: "real", shape: [6], role: "interface" },
  ];
  const halves = { name: "halves", parameters: [], body: [halve] };
  const program: Program = { arrays, functions: [halves, { name: "entry", parameters: [], body }] };
  const once = quotients(program);
  const told = [program, once].map((one) => {
    let divisions = 0;
    forEachStatement(one.functions[1]!.body, (statement) =>
      forEachForm(statement, (form) =>
        affine.forEachAtom(form, ({ kind }) => {
          if (kind === "quotient" || kind === "remainder") divisions++;
        }),
      ),
    );
    const memory = allocate(one);
    memory.get("steps")!.set([6]);
    memory.get("sums")!.fill(0);
    evaluate(one, "entry", [], memory);
    return { divisions, sums: [...memory.get("sums")!] };
  });
  expect(told.map(({ divisions }) => divisions)).toEqual([before, after]);
  expect(told[1]!.sums).toEqual(told[0]!.sums);
  expect(told[0]!.sums.some((sum) => sum > 0)).toBe(true);
});
