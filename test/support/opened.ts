/** Models compiled for the tests of one file, whose C programs are removed when these are done. */

import { afterAll } from "vitest";
import type { Engine } from "../../compiler/execute/problem.ts";
import type { Options } from "../../compiler/options.ts";
import { type Compiled, compiled } from "./compiled.ts";

/** A function that compiles as `compiled` does; `isInC`: whether in C too, where nothing is said. To be asked for once, where the file begins. */
export function opening(
  isInC = true,
): (text: string, options?: Options, withC?: boolean) => Promise<Compiled> {
  const opened: Compiled[] = [];
  afterAll(() => {
    for (const each of opened) each.c?.close();
  });
  return async (text, options, withC = isInC) => {
    const made = await compiled(text, options, withC);
    opened.push(made);
    return made;
  };
}

/** What there is to ask: JavaScript, and C where there is a compiler. */
export const enginesOf = ({ engine, c }: Compiled): Engine[] => (c === undefined ? [engine] : [engine, c]);
