/**
 * Dense linear systems as functions of the IR: factors with partial pivoting, and solutions with the matrix and with its
 * transpose from the same factors. Plain loops; rows are swapped where they are, so the factors are of P·A.
 *
 * Source: Golub, Van Loan, Matrix Computations, 3.4.
 */

import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Fn, Parameter, Statement } from "../ir/nodes.ts";

const array = (name: string, shape: readonly number[], access: "in" | "out" | "inout"): Parameter => ({
  kind: "array",
  name,
  element: "real",
  shape,
  access,
});

const pivots = (n: number, access: "in" | "inout"): Parameter => ({
  kind: "array",
  name: "pivots",
  element: "integer",
  shape: [n],
  access,
});

const at = affine.index;
const first = affine.integer(0);

/** a becomes its factors, `pivots` the rows swapped, `singular` 1 where a pivot is 0 or no number (else it stays). */
export function factorise(n: number, name: string): Fn {
  const size = affine.integer(n);
  const a = (i: affine.Affine, j: affine.Affine) => build.read("a", [i, j]);
  const row = affine.gather("row", []);
  const [k, l, i, j] = ["k", "l", "i", "j"].map(at) as [
    affine.Affine,
    affine.Affine,
    affine.Affine,
    affine.Affine,
  ];
  const next = affine.offset(k, 1);
  const body: Statement[] = [
    build.alloc("row", [], { element: "integer", zero: false }),
    build.alloc("largest", [], { zero: false }),
    build.loop("k", first, size, [
      build.store("row", [], build.integerValue(k)),
      build.store("largest", [], build.primitive("abs", [a(k, k)])),
      build.loop("r", next, size, [
        build.bind("candidate", build.primitive("abs", [a(at("r"), k)])),
        build.branch(build.compare("gt", build.name("candidate"), build.read("largest")), [
          build.store("largest", [], build.name("candidate")),
          build.store("row", [], build.integerValue(at("r"))),
        ]),
      ]),
      build.store("pivots", [k], build.integerValue(row)),
      build.branch(build.not(build.compare("gt", build.read("largest"), build.zero)), [
        build.store("singular", [], build.one),
      ]),
      build.branch(build.compare("ne", build.integerValue(row), build.integerValue(k)), [
        build.loop("l", first, size, [
          build.bind("held", a(k, l)),
          build.store("a", [k, l], a(row, l)),
          build.store("a", [row, l], build.name("held")),
        ]),
      ]),
      build.bind("inverse", build.div(build.one, a(k, k))),
      build.loop("i", next, size, [
        build.bind("factor", build.mul(a(i, k), build.name("inverse"))),
        build.store("a", [i, k], build.name("factor")),
        build.loop("j", next, size, [
          build.store("a", [i, j], build.sub(a(i, j), build.mul(build.name("factor"), a(k, j)))),
        ]),
      ]),
    ]),
  ];
  return {
    name,
    parameters: [array("a", [n, n], "inout"), pivots(n, "inout"), array("singular", [], "inout")],
    body,
    doc: `Factors of a ${n} x ${n} matrix, rows swapped for the largest pivots.`,
  };
}

/** Swaps entries of b as the factors swapped rows, or back. */
function swaps(n: number, down: boolean): Statement {
  const k = at("s");
  const row = affine.gather("pivots", [k]);
  return build.loop(
    "s",
    first,
    affine.integer(n),
    [
      build.bind("moved", build.read("b", [k])),
      build.store("b", [k], build.read("b", [row])),
      build.store("b", [row], build.name("moved")),
    ],
    { down },
  );
}

/** b becomes a⁻¹·b, from the factors of a. */
export function solve(n: number, name: string): Fn {
  const size = affine.integer(n);
  const [i, j, k, l] = ["i", "j", "k", "l"].map(at) as [
    affine.Affine,
    affine.Affine,
    affine.Affine,
    affine.Affine,
  ];
  const minus = (row: affine.Affine, column: affine.Affine): Statement =>
    build.store(
      "b",
      [row],
      build.sub(build.read("b", [row]), build.mul(build.read("a", [row, column]), build.read("b", [column]))),
    );
  return {
    name,
    parameters: [array("a", [n, n], "in"), pivots(n, "in"), array("b", [n], "inout")],
    body: [
      swaps(n, false),
      build.loop("i", first, size, [build.loop("j", first, i, [minus(i, j)])]),
      build.loop(
        "k",
        first,
        size,
        [
          build.loop("l", affine.offset(k, 1), size, [minus(k, l)]),
          build.store("b", [k], build.div(build.read("b", [k]), build.read("a", [k, k]))),
        ],
        { down: true },
      ),
    ],
    doc: `Solves a ${n} x ${n} system from its factors.`,
  };
}

/** b becomes a⁻ᵀ·b, from the factors of a. */
export function solveTransposed(n: number, name: string): Fn {
  const size = affine.integer(n);
  const [i, j, k, l] = ["i", "j", "k", "l"].map(at) as [
    affine.Affine,
    affine.Affine,
    affine.Affine,
    affine.Affine,
  ];
  const minus = (to: affine.Affine, from: affine.Affine): Statement =>
    build.store(
      "b",
      [to],
      build.sub(build.read("b", [to]), build.mul(build.read("a", [from, to]), build.read("b", [from]))),
    );
  return {
    name,
    parameters: [array("a", [n, n], "in"), pivots(n, "in"), array("b", [n], "inout")],
    body: [
      build.loop("i", first, size, [
        build.store("b", [i], build.div(build.read("b", [i]), build.read("a", [i, i]))),
        build.loop("j", affine.offset(i, 1), size, [minus(j, i)]),
      ]),
      build.loop("k", first, size, [build.loop("l", first, k, [minus(l, k)])], { down: true }),
      swaps(n, true),
    ],
    doc: `Solves the transposed ${n} x ${n} system from the factors of the matrix.`,
  };
}
