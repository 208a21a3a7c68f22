/** Spelling suggestions: what is meant, and nothing where nothing was. */

import { expect, it } from "vitest";
import { nearest } from "../../runtime/nearest.ts";

it.each([
  ["alhpa", ["alpha", "beta"], "alpha"],
  ["Alpha", ["alpha", "beta"], "alpha"],
  ["--out", ["--dt", "--out-dir", "--wrt"], "--out-dir"],
  ["--opt", ["--out", "--optimise", "--wrt"], "--optimise"],
  ["log1", ["log10", "log1p", "log2"], "log10"],
  ["x", ["y", "xs"], "xs"],
  ["x", ["y", "z"], undefined],
  ["rk", ["rk4", "euler"], "rk4"],
  ["midpoint", ["rk4", "euler"], undefined],
  ["a".repeat(65), ["a".repeat(66)], undefined],
])("%s among %j: %s", (word, candidates, meant) => {
  expect(nearest(word, candidates)).toBe(meant);
});
