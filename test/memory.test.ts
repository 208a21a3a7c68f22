/** A model whose gradient could not have its memory is told so, at the loop, before anything is allocated. */

import { describe, expect, it } from "vitest";
import { build } from "../compiler/compile.ts";
import { positionOf } from "../compiler/diagnostics/codeframe.ts";
import { emit } from "../compiler/emission.ts";

const model = (trips: number): string => `import { ode } from "odegrad";
export const model = ode({
  state: { x: 1 },
  params: { k: 1.1 },
  rhs: ({ x }, { k }) => {
    let y = x;
    for (let i = 0; i < ${trips}; i++)
      for (let j = 0; j < 1000; j++)
        y = Math.sin(y * k);
    return { x: y };
  },
  loss: { terminal: ({ x }) => x },
  solver: { steps: 2 },
});
`;
const host = { read: () => undefined };
const built = (text: string, options: object = {}) => build({ file: "model.ode.ts", text, host }, options);

describe("memory", () => {
  it("beyond two gibibytes is refused where most of it is needed", () => {
    const text = model(1_000_000);
    const { ready, fault, diagnostics } = built(text);
    expect(ready).toBeUndefined();
    expect(fault).toBe("model");
    expect(diagnostics.map(({ code }) => code)).toEqual(["ODE4020"]);
    const [found] = diagnostics;
    expect(found!.message).toMatch(/^the gradient needs 7\.5 GiB/);
    expect(positionOf(found!.span!, text).line).toBe(9);
    expect(found!.suggestion).toBeTruthy();
  });

  it("below it is compiled", () => {
    const { ready, diagnostics } = built(model(1000));
    expect(diagnostics).toEqual([]);
    expect(emit(ready!, "c", {}).length).toBe(4);
  });

  it("of arrays beyond what can be written out is refused when they are declared", () => {
    const { diagnostics } = built(
      model(2).replace("k: 1.1", "k: 1.1, v: vec(2 ** 28)").replace("{ ode }", "{ ode, vec }"),
    );
    expect(diagnostics.map(({ code }) => code)).toEqual(["ODE2009"]);
  });
});
