import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isUnreachable, type Knowledge, rangeOf } from "../../compiler/frontend/ranges.ts";
import type { Affine } from "../../compiler/ir/affine.ts";
import * as affine from "../../compiler/ir/affine.ts";

const names = ["i", "j", "k"];
const contents = [3, 0, 7, 2];
const inside = { low: 0, high: 7 };

/** The value of a form; gathers read `contents` at their subscript modulo its length. */
function valueAt(form: Affine, at: Readonly<Record<string, number>>): number {
  return form.terms.reduce((sum, { coefficient, atom }) => {
    switch (atom.kind) {
      case "index":
        return sum + coefficient * at[atom.name]!;
      case "gather":
        return sum + coefficient * contents[((valueAt(atom.at[0]!, at) % 4) + 4) % 4]!;
      case "quotient":
        return sum + coefficient * Math.floor(valueAt(atom.of, at) / valueAt(atom.by, at));
      case "remainder":
        return sum + coefficient * (valueAt(atom.of, at) % valueAt(atom.by, at));
      default:
        return atom satisfies never;
    }
  }, form.constant);
}

const small = fc.integer({ min: -3, max: 5 });

/** A form of the first `depth` indices. */
const linear = (depth: number): fc.Arbitrary<Affine> =>
  fc
    .tuple(small, ...names.slice(0, depth).map(() => fc.integer({ min: -2, max: 2 })))
    .map(([constant, ...factors]) =>
      factors.reduce(
        (sum, factor, i) => affine.add(sum, affine.scale(affine.index(names[i]!), factor)),
        affine.integer(constant),
      ),
    );

const loops = fc.tuple(linear(0), linear(0), linear(1), linear(1), linear(2), linear(2));
const facts = fc.array(linear(3), { maxLength: 2 });

const knowledgeOf = (bounds: readonly Affine[], known: readonly Affine[]): Knowledge => ({
  indices: names.map((name, axis) => ({ name, first: bounds[2 * axis]!, last: bounds[2 * axis + 1]! })),
  facts: known,
  contents: () => inside,
});

/** Every index tuple that the loops reach and the facts allow. */
function* places(
  { indices, facts: known }: Knowledge,
  at: Record<string, number> = {},
  axis = 0,
): Generator<Record<string, number>> {
  if (axis === indices.length) {
    if (known.every((fact) => valueAt(fact, at) >= 0)) yield at;
    return;
  }
  const { name, first, last } = indices[axis]!;
  for (let value = valueAt(first, at); value <= valueAt(last, at); value++) {
    yield* places({ indices, facts: known, contents: () => inside }, { ...at, [name]: value }, axis + 1);
  }
}

describe("ranges of integer forms", () => {
  it("hold every value that the loops reach", () => {
    fc.assert(
      fc.property(
        loops,
        facts,
        linear(3),
        linear(3),
        fc.integer({ min: 1, max: 4 }),
        (bounds, known, form, inner, by) => {
          const knowledge = knowledgeOf(bounds, known);
          // Quotients and remainders are made of what is not negative.
          const whole = affine.offset(inner, Math.max(0, -rangeOf(inner, knowledge).low));
          const parts = Number.isFinite(whole.constant)
            ? [affine.quotient(whole, affine.integer(by)), affine.remainder(whole, affine.integer(by))]
            : [];
          const forms = [form, affine.gather("t", [inner]), ...parts].map((each, i) =>
            affine.add(form, affine.scale(each, 2 - i)),
          );
          const ranges = forms.map((each) => rangeOf(each, knowledge));
          const dead = isUnreachable(knowledge);
          for (const at of places(knowledge)) {
            expect(dead).toBe(false);
            forms.forEach((each, i) => {
              const value = valueAt(each, at);
              expect(value).toBeGreaterThanOrEqual(ranges[i]!.low);
              expect(value).toBeLessThanOrEqual(ranges[i]!.high);
            });
          }
        },
      ),
      { numRuns: 2000, seed: 11 },
    );
  });

  it("are exact for rectangular and triangular loops", () => {
    const i = affine.index("i");
    const j = affine.index("j");
    const last = (n: number) => affine.integer(n - 1);
    const zero = affine.integer(0);
    const triangle: Knowledge = {
      indices: [
        { name: "i", first: zero, last: last(7) },
        { name: "j", first: zero, last: affine.offset(i, -1) },
      ],
      facts: [],
      contents: () => inside,
    };
    expect(rangeOf(affine.offset(affine.subtract(i, j), -1), triangle)).toEqual({ low: 0, high: 5 });
    expect(rangeOf(affine.add(affine.scale(i, 7), j), triangle)).toEqual({ low: 0, high: 6 * 7 + 5 });
    const periodic = affine.remainder(affine.offset(i, 1), affine.integer(7));
    expect(rangeOf(periodic, triangle)).toEqual({ low: 0, high: 6 });
  });

  it("know the conditions around a place", () => {
    const i = affine.index("i");
    const inLoop = (known: readonly Affine[]): Knowledge => ({
      indices: [{ name: "i", first: affine.integer(0), last: affine.integer(9) }],
      facts: known,
      contents: () => inside,
    });
    expect(rangeOf(i, inLoop([affine.offset(i, -1)]))).toEqual({ low: 1, high: 9 });
    expect(rangeOf(affine.scale(i, 2), inLoop([affine.subtract(affine.integer(4), i)])).high).toBe(8);
    expect(isUnreachable(inLoop([affine.offset(i, -10)]))).toBe(true);
  });
});
