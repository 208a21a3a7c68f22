/**
 * Every primitive once: what it computes and its partial derivatives, one line of mathematics per argument. Forward,
 * reverse and Taylor mode are derived from these lines and from nothing else; the interpreter, the constant folder and
 * the documentation read the same table. A missing entry does not type-check.
 *
 * Values are those of JavaScript in every target. A partial is written with the result `v` where that is cheaper and
 * keeps its accuracy, with the arguments otherwise. Outside the domain of a function its value is NaN, and its partial
 * may be any number: nothing meaningful is left to be differentiated.
 */

import type { Table } from "./primitive.ts";
import { arithmetic } from "./primitives/arithmetic.ts";
import { hyperbolic } from "./primitives/hyperbolic.ts";
import { kinked } from "./primitives/kinked.ts";
import { powers } from "./primitives/powers.ts";
import { trigonometric } from "./primitives/trigonometric.ts";

export const primitives: Table = {
  ...arithmetic,
  ...kinked,
  ...powers,
  ...trigonometric,
  ...hyperbolic,
};
