/** Names of every sort come through both targets unharmed: reserved words, functions of the C library, unicode, length. */

import { describe, expect, it } from "vitest";
import { Identifiers, readable, reserved } from "../../compiler/emit/identifiers.ts";
import { type Compiled, compiled, compiler } from "../support/compiled.ts";
import { isLong } from "../support/long.ts";

const hostile = [
  "y0",
  "y1",
  "yn",
  "j0",
  "gamma",
  "signgam",
  "double",
  "float",
  "int",
  "I",
  "complex",
  "NULL",
  "unix",
  "linux",
  "near",
  "far",
  "min",
  "max",
  "INFINITY",
  "Math",
  "arguments",
  "eval",
  "undefined",
  "NaN",
  "in",
  "ws",
  "out",
  "h",
  "t",
  "k",
  "n",
  "io",
  "meta",
  "params",
  "state0",
  "value",
  "solve",
  "gradient",
  "field",
  "status",
  "step_count",
  "n_steps",
  "main",
  "register",
  "restrict",
  "class",
  "template",
  "new",
  "delete",
  "this",
  "operator",
  "await",
  "yield",
  "static",
  "let",
  "π",
  "θ_x",
  "größe",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "$",
  "_",
  "a$b",
  "x".repeat(500),
  "_1",
];

/** One parameter and one state of the given names; the body calls them a and b. */
const text = (state: string, parameter: string): string => `
import { ode } from "odegrad";
export const model = ode({
  state: { ${JSON.stringify(state)}: 1.5 },
  params: { ${JSON.stringify(parameter)}: 0.7 },
  rhs: ({ ${JSON.stringify(state)}: a }, { ${JSON.stringify(parameter)}: b }) => ({ ${JSON.stringify(state)}: -b * a * a }),
  loss: { terminal: ({ ${JSON.stringify(state)}: a }) => a * a },
  solver: { method: "rk4", t1: 1, steps: 4 },
});`;

describe("identifiers", () => {
  it.each(["javascript", "c"] as const)("are unique, safe and short: %s", (target) => {
    const identifiers = new Identifiers(reserved[target]);
    const given = hostile.map((name) => identifiers.declare(name));
    expect(new Set(given).size).toBe(hostile.length);
    for (const one of given) {
      expect(one).toMatch(/^[A-Za-z_][A-Za-z0-9_]*$/);
      expect(one.length).toBeLessThanOrEqual(31);
      expect(reserved[target].has(one)).toBe(false);
    }
  });

  it("stay readable", () => {
    expect(readable("hare#3")).toBe("hare");
    expect(new Identifiers(reserved.c).declare("gamma")).toBe("gamma_");
    expect(new Identifiers(reserved.javascript).declare("gamma")).toBe("gamma");
  });

  it("come back at the end of a scope", () => {
    const identifiers = new Identifiers(reserved.c);
    identifiers.open();
    expect(identifiers.declare("i")).toBe("i");
    identifiers.open();
    expect(identifiers.declare("i#2")).toBe("i_2");
    identifiers.close();
    identifiers.open();
    expect(identifiers.declare("i#3")).toBe("i_2");
  });
});

describe("models", () => {
  it("with names of every sort have the gradient of the same model with plain names", {
    timeout: 120_000,
  }, async () => {
    const plain = await compiled(text("x", "rate"));
    const truth = plain.engine.gradient(plain.problem);
    plain.c?.close();
    // `{ "__proto__": 1 }` sets a prototype and has no entry of that name: the frontend refuses it.
    for (const [i, name] of hostile.filter((one) => one !== "__proto__").entries()) {
      let made: Compiled;
      try {
        // The test below has all of them in C.
        made = await compiled(text(name, name === "h" ? "n" : "h"), {}, isLong || i % 4 === 0);
      } catch (error) {
        throw new Error(`${name}: ${(error as Error).message}`);
      }
      made.c?.close();
      expect(made.engine.gradient(made.problem), name).toEqual(truth);
    }
  });

  it.skipIf(compiler === undefined)("all at once in one C module", { timeout: 120_000 }, async () => {
    const names = hostile.filter((name) => name !== "__proto__");
    const entries = names.map((name, i) => `${JSON.stringify(name)}: ${(i + 1) / 10}`).join(", ");
    const pattern = names.map((name, i) => `${JSON.stringify(name)}: q${i}`).join(", ");
    const sum = names.map((_, i) => `q${i} * x`).join(" + ");
    const made = await compiled(`
import { ode } from "odegrad";
export const model = ode({
  state: { x: 0.01 },
  params: { ${entries} },
  rhs: ({ x }, { ${pattern} }) => ({ x: -0.001 * (${sum}) }),
  loss: { terminal: ({ x }) => x },
  solver: { method: "euler", t1: 1, steps: 2 },
});`);
    const js = made.engine.gradient(made.problem);
    const c = made.c!.gradient(made.problem);
    made.c!.close();
    expect(c).toEqual(js);
  });
});
