/** Every word of every result of every function that a generated module has, for comparing modules bit by bit. */

import { loadJavaScript } from "../../compiler/execute/javascript.ts";

let loaded = 0;

/** `code`: a module's text, which is loaded anew, with arrays of its own. Tangents are taken along sines. */
export async function everyWord(code: string): Promise<number[]> {
  const { io, solve, gradient, jvp, hvp } = await loadJavaScript(`${code}// every word ${++loaded}`);
  for (const direction of [io.state0Dot, io.paramsDot, io.inputsDot])
    direction?.forEach((_, i) => {
      direction[i] = Math.sin(i + 1);
    });
  const words: number[] = [];
  for (const run of [solve, gradient, jvp, hvp]) {
    if (run === undefined) continue;
    words.push(run());
    for (const record of Object.values(io)) if (record instanceof Float64Array) words.push(...record);
  }
  return words;
}
