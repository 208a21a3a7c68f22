/** `inspect --tape`: the tapes of the program, each with its line and its reason. */

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { odegrad } from "../support/command.ts";

interface Slot {
  readonly name: string;
  readonly role: string;
  readonly shape: readonly number[];
  readonly entries: number;
  readonly bytes: number;
  readonly value?: string;
  readonly file?: string;
  readonly line?: number;
  readonly reason?: { readonly kind: string; readonly line?: number } & Record<string, unknown>;
  readonly because: string;
}
interface Document {
  readonly tapes: readonly {
    readonly function: string;
    readonly bytes: number;
    readonly formula: string;
    readonly slots: readonly Slot[];
  }[];
  readonly sweeps: readonly {
    readonly function: string;
    readonly taped: number;
    readonly inScope: number;
    readonly readAgain: readonly { readonly name: string; readonly line: number }[];
    readonly computedAgain: readonly { readonly name: string; readonly line: number }[];
  }[];
}

/** A model whose `rhs` has these lines, the first of them line 5 of the file. */
const model = (...lines: readonly string[]): string =>
  [
    'import { ode, vec } from "odegrad";',
    "export const model = ode({",
    "  state: { x: 0.5, u: vec(4, 0.1) }, params: { k: 1.2, a: vec(4, 0.3) },",
    "  rhs: ({ x, u }, { k, a }) => { let y = 0;",
    ...lines,
    "  return { x: y * k, u: a }; },",
    "  solver: { steps: 5 } });",
  ].join("\n");

async function inspected(text: string, ...more: readonly string[]): Promise<Document & { text?: string }> {
  const { code, out, err } = await odegrad(["inspect", "-", "--tape", "--json", ...more], text);
  expect(err).toBe("");
  expect(code).toBe(0);
  return JSON.parse(out) as Document;
}

/** The slots of the exported vjp of the field. */
const slotsOf = ({ tapes }: Document): readonly Slot[] =>
  tapes.find((each) => each.function === "fieldVjp")?.slots ?? [];

describe("reasons", () => {
  it("what a loop carries: what overwrites it, with its line", async () => {
    const slots = slotsOf(
      await inspected(model("let z = x;", "for (let i = 0; i < 7; i++)", "  z = Math.sin(z) * k;", "y = z;")),
    );
    const carried = slots.find((slot) => slot.reason?.["computed"] === false)!;
    expect(carried).toMatchObject({
      ...{ value: "z", line: 7, shape: [7], entries: 7, bytes: 56 },
      reason: { kind: "overwritten", array: "z", carried: true, computed: false, line: 7 },
      because: "it is read from `z`, which line 7 changes in each trip",
    });
    const computed = slots.find((slot) => slot.reason?.["computed"] === true)!;
    expect(computed.because).toBe("it is computed from `z`, which line 7 changes in each trip");
  });

  it("what is overwritten later, behind its loop", async () => {
    const slots = slotsOf(
      await inspected(
        model(
          "const w = vec(4);",
          "for (let i = 0; i < 4; i++) w[i] = u[i] * k;",
          "for (let i = 0; i < 4; i++)",
          "  y += w[i] ** 3;",
          "for (let i = 0; i < 4; i++) w[i] = x;",
          "for (let i = 0; i < 4; i++) y += w[i] * w[i];",
        ),
      ),
    );
    expect(slots.map(({ because }) => because)).toContain(
      "it is read from `w`, which line 9 overwrites later",
    );
  });

  it("what lives in one trip alone", async () => {
    const slots = slotsOf(
      await inspected(
        model(
          "for (let i = 0; i < 4; i++) {",
          "  let s = 0;",
          "  for (let j = 0; j < 4; j++) s += a[j] * u[i];",
          "  y += Math.tanh(s * k);",
          "}",
        ),
      ),
    );
    expect(slots.map(({ because }) => because)).toContain(
      "it is read from `s`, which lives in this loop or branch alone",
    );
  });

  it("what is dear to compute, and computed anyway", async () => {
    const [slot, ...others] = slotsOf(
      await inspected(model("for (let i = 0; i < 4; i++) y += Math.exp(Math.sin(u[i] * k));")),
    );
    expect(others).toEqual([]);
    expect(slot).toMatchObject({ reason: { kind: "costly" }, line: 5 });
    expect(slot!.because).toMatch(
      /^the forward sweep has it anyway, and computing it again takes the work of \d+ additions$/,
    );
  });

  it("the trips of a loop that may end early", async () => {
    const slots = slotsOf(
      await inspected(
        model(
          "let z = 1 + k;",
          "for (let i = 0; i < 9; i++) {",
          "  z = z / 2 + x / z;",
          "  if (z < 0.1) break;",
          "}",
          "y = z;",
        ),
      ),
    );
    expect(slots.find(({ reason }) => reason?.kind === "trips")).toMatchObject({
      line: 6,
      entries: 1,
      bytes: 4,
    });
    for (const slot of slots) if (slot.reason?.kind !== "trips") expect(slot.shape).toEqual([9]);
  });
});

describe("the bill", () => {
  const text = model(
    "let z = x;",
    "for (let i = 0; i < 6; i++) for (let j = 0; j < 3; j++) z = Math.sin(z * k) + u[j];",
    "for (let i = 0; i < 5; i++) z = z * z - x;",
    "y = z;",
  );

  it("adds up, and its formula gives the same number", async () => {
    for (const real of ["double", "float"]) {
      const { tapes } = await inspected(text, "--real", real);
      expect(tapes.map((each) => each.function)).toEqual(["gradient", "fieldVjp"]);
      for (const { bytes, formula, slots } of tapes) {
        expect(slots.reduce((sum, slot) => sum + slot.bytes, 0)).toBe(bytes);
        const value = new Function(`return ${formula.replaceAll("×", "*").replaceAll("·", "*")}`)() as number;
        expect(value).toBe(bytes);
        for (const slot of slots) {
          expect(slot.shape.reduce((product, extent) => product * extent, 1)).toBe(slot.entries);
          expect(slot.bytes).toBe(slot.entries * (real === "float" ? 4 : 8));
        }
      }
    }
  });

  it("lists every tape of the program and its checkpoints, and no other array", async () => {
    const document = await inspected(text, "--ir");
    const listed = new Set(document.tapes.flatMap(({ slots }) => slots.map(({ name }) => name)));
    const { arrays } = document as unknown as { arrays: readonly { name: string; role: string }[] };
    const kept = arrays.filter(({ role }) => role === "tape" || role === "checkpoint");
    expect([...listed].sort()).toEqual(kept.map(({ name }) => name).sort());
    expect(kept.length).toBeGreaterThan(3);
  });

  it("says that a field without loops needs no tape, and what it reads and computes again", async () => {
    const document = await inspected(model("y = Math.sin(x);"));
    expect(slotsOf(document)).toEqual([]);
    const inLoop = await inspected(model("for (let i = 0; i < 4; i++) y += Math.sin(u[i] * k);"));
    expect(slotsOf(inLoop)).toEqual([]);
    const [sweep] = inLoop.sweeps;
    expect(sweep).toMatchObject({ function: "rhs", taped: 0 });
    expect(sweep!.readAgain.length).toBeGreaterThan(0);
    expect(sweep!.computedAgain.length).toBeGreaterThan(0);
    expect([...sweep!.readAgain, ...sweep!.computedAgain].every(({ line }) => line === 5)).toBe(true);
  });
});

it("prints a table", async () => {
  const text = model("let z = x;", "for (let i = 0; i < 7; i++)", "  z = Math.sin(z) * k;", "y = z;");
  const { out } = await odegrad(["inspect", "-", "--tape"], text);
  expect(out).toMatch(/^gradient: \d+ bytes = 8 × \(.*\)$/m);
  expect(out).toMatch(
    /^ {2}z_tape\S*\[7\] +7 +7 +56 +rhs_vjp.* it is read from `z`, which line 7 changes in each trip$/m,
  );
  expect(out).toMatch(/^the reverse sweep of rhs needs \d+ values:$/m);
});

it("prints what the documentation shows", async () => {
  const page = fs.readFileSync(path.join(import.meta.dirname, "../../docs/command-line.md"), "utf8");
  const section = page.slice(page.indexOf("## inspect --tape"));
  const [, text, shown] = /```ts\n([\s\S]*?)```[\s\S]*?```\n([\s\S]*?)```/.exec(section)!;
  const { out } = await odegrad(["inspect", "-", "--tape"], text);
  // Numbers in names follow the compiler's own temporaries.
  const plain = (printed: string): string => printed.replace(/#\d+/g, "#").replace(/ +/g, " ");
  expect(plain(out)).toContain(plain(shown!));
});

describe.each(["symplectic", "step", "store-all"])("with the plan %s", (plan) => {
  it("every tape has its reason, and arrays of the integration say so", async () => {
    const text = model(
      "let z = x;",
      "for (let i = 0; i < 7; i++) {",
      "  z = Math.sin(z) * k;",
      "  if (z < 0.1) break;",
      "}",
      "y = Math.exp(z);",
    );
    const { tapes } = await inspected(text, "--adjoint", plan);
    const slots = tapes.find((each) => each.function === "gradient")!.slots;
    expect(slots.some(({ reason }) => reason?.kind === "overwritten")).toBe(true);
    for (const { name, because, reason } of slots) {
      expect(because, name).not.toBe("");
      if (reason === undefined) expect(because).toBe("state of the integration, for each step");
    }
    // Stages of every step, of one step, or of none.
    const [tape] = slots.filter(({ reason }) => reason?.kind === "overwritten");
    expect(tape!.shape).toEqual({ symplectic: [7], step: [4, 7], "store-all": [5, 4, 7] }[plan]);
  });
});
