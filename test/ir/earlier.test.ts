/** What earlier builds made of functions is taken over where nothing but places has changed, and is then what would be made anew. */

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import type { Span } from "../../compiler/diagnostics/span.ts";
import * as affine from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import { Earlier } from "../../compiler/ir/earlier.ts";
import type { Block, Fn, Parameter, Statement } from "../../compiler/ir/nodes.ts";
import { Kept } from "../../compiler/kept.ts";
import { transform } from "../../compiler/transform.ts";
import { isLong } from "../support/long.ts";

const at = (start: number, end = start + 2, file = "m.ode.ts"): Span => ({ file, start, end });

/** y = 2 x; z = y + w, at two places. */
const body = (first: Span, second: Span): Statement[] => [
  build.bind("y", build.mul(build.number(2), build.name("x")), first),
  build.store("z", [affine.integer(0)], build.add(build.name("y"), build.name("w")), second),
];
const fn = (statements: Block, parameters: readonly Parameter[] = []): Fn => ({
  name: "f",
  parameters,
  body: statements,
});

/** Whether a second function takes over what was made of a first, and what comes out of it. */
function second(first: Fn, then: Fn, contexts: readonly [string, string] = ["", ""]) {
  const earlier = new Earlier();
  const make = (one: Fn) => () => [...one.body].reverse();
  earlier.of(first, "turned", contexts[0], make(first));
  let isMade = false;
  const result = earlier.of(then, "turned", contexts[1], () => {
    isMade = true;
    return make(then)();
  });
  expect(result).toEqual(make(then)());
  return isMade ? "made anew" : "taken over";
}

describe("what is made of a function", () => {
  const own = fn(body(at(10), at(20)));

  it("is taken over where the function is what it was, with the places it has now", () => {
    expect(second(own, fn(body(at(10), at(20))))).toBe("taken over");
    expect(second(own, fn(body(at(10), at(25))))).toBe("taken over");
    expect(second(own, fn(body(at(30), at(5, 9))))).toBe("taken over");
    expect(second(own, own)).toBe("taken over");
  });

  it("is made anew where places fall together, or come apart, or lie in another file", () => {
    expect(second(own, fn(body(at(10), at(10))))).toBe("made anew");
    expect(second(fn(body(at(10), at(10))), own)).toBe("made anew");
    expect(second(own, fn(body(at(10), at(20, 22, "other.ts"))))).toBe("made anew");
    const without: Statement[] = [own.body[0]!, { ...own.body[1]!, span: undefined } as Statement];
    expect(second(own, fn(without))).toBe("made anew");
    expect(second(fn(without), own)).toBe("made anew");
  });

  it("is made anew where anything of the function is another", () => {
    const changes: readonly ((first: Statement, second: Statement) => Block)[] = [
      (a) => [a],
      (a, b) => [b, a],
      (a, b) => [a, b, b],
      (_, b) => [build.bind("y", build.mul(build.number(3), build.name("x")), at(10)), b],
      (_, b) => [build.bind("y", build.mul(build.number(-2), build.name("x")), at(10)), b],
      (_, b) => [build.bind("v", build.mul(build.number(2), build.name("x")), at(10)), b],
      (_, b) => [build.bind("y", build.mul(build.number(2), build.name("w")), at(10)), b],
      (a, b) => [{ ...a, seamless: true } as Statement, b],
      (a, b) => [a, { ...b, kind: "accumulate" } as Statement],
      (a, b) => [a, { ...b, at: [affine.integer(1)] } as Statement],
      (a, b) => [a, { ...b, at: [affine.index("i")] } as Statement],
    ];
    for (const change of changes) {
      const other = fn(change(...(own.body as [Statement, Statement])));
      expect(second(own, other), JSON.stringify(other)).toBe("made anew");
    }
    const zero = (value: number): Fn => fn([build.store("z", [], { kind: "number", value })]);
    expect(second(zero(0), zero(-0))).toBe("made anew");
    expect(second(zero(Number.NaN), zero(Number.NaN))).toBe("taken over");
  });

  it("is made anew where the parameters or what is looked at beside the function are others", () => {
    const ranged = (high: number): Fn =>
      fn(own.body, [{ kind: "integer", name: "k", range: { low: 0, high } }]);
    expect(second(ranged(3), ranged(3))).toBe("taken over");
    expect(second(ranged(3), ranged(4))).toBe("made anew");
    expect(second(own, own, ["a b", "a c"])).toBe("made anew");
  });

  it("is not what was made of it in another way, and is forgotten at last", () => {
    const earlier = new Earlier();
    const ask = (one: Fn, way: string): string => earlier.of(one, way, "", () => `${way} made`);
    expect(ask(own, "turned")).toBe("turned made");
    expect(ask(own, "printed")).toBe("printed made");
    const made: string[] = [];
    const note = (one: Fn): void => void earlier.of(one, "noted", "", () => made.push(one.name));
    note(own);
    note(own);
    expect(made).toEqual(["f"]);
    for (let i = 0; i < 1100; i++) note({ ...own, name: `f${i}` });
    note(own);
    expect(made.at(-1)).toBe("f");
  });
});

const host = {
  read(file: string) {
    try {
      return fs.readFileSync(file, "utf8");
    } catch {
      return undefined;
    }
  },
};

/** An expression of an example, in a function that others call, and the part of what is made that is taken over behind its edits. */
const places: Readonly<Record<string, { readonly expression: string; readonly least: number }>> = {
  "graph-ode": { expression: "Math.tanh(Z[i]![c]! + b[c]!)", least: 0.7 },
  "hamiltonian-network": { expression: "w[i]! * Math.tanh(z + b[i]!)", least: 0.5 },
  "two-moons": { expression: "c[k]! * t", least: 0.55 },
  "neural-ode": { expression: "W1[j]![0]! * z[0]!", least: 0.55 },
  poisson: { expression: "W2[i]![j]! * h[j]!", least: 0.45 },
};

describe("builds behind edits of an expression", () => {
  it.each(Object.entries(places))(
    "of %s give what builds from nothing give",
    (name, { expression, least }) => {
      const file = path.join(import.meta.dirname, `../../examples/${name}/${name}.ode.ts`);
      const text = fs.readFileSync(file, "utf8");
      const kept = new Kept();
      let [asked, made] = [0, 0];
      const earlierOf = kept.earlier.bind(kept);
      const watched = new Set<Earlier>();
      kept.earlier = (model) => {
        const earlier = earlierOf(model);
        if (watched.has(earlier)) return earlier;
        watched.add(earlier);
        const of = earlier.of;
        earlier.of = (fn, way, context, make) => {
          asked++;
          return of.call(earlier, fn, way, context, () => {
            made++;
            return make();
          }) as ReturnType<typeof make>;
        };
        return earlier;
      };
      expect(text).toContain(expression);
      const edited = (factor: string): string => text.replace(expression, `${factor}${expression}`);
      const options = isLong ? {} : { emit: ["solve", "gradient"] };
      const check = (texts: readonly string[]): void => {
        for (const each of texts) {
          const found = transform({ file, text: each, host }, options, kept);
          expect(found).toEqual(transform({ file, text: each, host }, options));
        }
      };
      transform({ file, text, host }, options, kept);
      [asked, made] = [0, 0];
      check([
        edited(""),
        edited("1.5 * "),
        `// Moved.\n${edited("1.25 * ")}`,
        `\n\n${edited("mistaken * ")}`,
        edited("0.5 * 0.5 * "),
      ]);
      expect(asked).toBeGreaterThan(0);
      expect((asked - made) / asked).toBeGreaterThan(least);
      if (isLong)
        check([
          edited("-"),
          text.replace(/t1: \d+/, "t1: 1.5"),
          text.replace(/Math\.tanh/g, "Math.sin"),
          text,
        ]);
    },
  );
});
