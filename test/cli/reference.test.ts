/** Every reference model through the command line, both targets, against truths that were computed elsewhere. */

import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { odegrad } from "../support/command.ts";
import { isLong } from "../support/long.ts";

afterAll(() => {
  vi.unstubAllEnvs();
});

const folder = path.join(import.meta.dirname, "../reference/models");

interface Case {
  readonly command: string;
  readonly args: readonly string[];
  readonly file?: string;
  readonly rtol: number;
  readonly [key: string]: unknown;
}

const cases = fs
  .readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort()
  .flatMap((model) => {
    const text = fs.readFileSync(path.join(folder, model, "expected.json"), "utf8");
    return (JSON.parse(text) as Case[]).map((one) => ({
      model,
      one,
      file: path.join(folder, model, one.file ?? `${model}.ode.ts`),
      title: `${one.file ?? model} ${one.command} ${one.args.join(" ")}`,
    }));
  });

/** Leaves of a tree of numbers: a scalar or a nested array is one leaf. */
function leaves(node: unknown, name: string): (readonly [string, number[]])[] {
  if (typeof node === "number") return [[name, [node]]];
  if (Array.isArray(node)) {
    const flat = node.flat(8);
    if (flat.every((each) => typeof each === "number")) return [[name, flat]];
    return node.flatMap((each, i) => leaves(each, `${name}.${i}`));
  }
  return Object.entries(node as object).flatMap(([key, each]) => leaves(each, `${name}.${key}`));
}

/** Relative to the largest magnitude of each leaf. */
function expectClose(got: unknown, want: unknown, name: string, rtol: number): void {
  const mine = new Map(leaves(got, name));
  for (const [leaf, values] of leaves(want, name)) {
    const own = mine.get(leaf);
    expect(own?.length, `${leaf} is there and has its length`).toBe(values.length);
    const size = Math.max(...values.map(Math.abs));
    values.forEach((value, i) => {
      expect(Math.abs(own![i]! - value), `${leaf}[${i}]: ${own![i]} for ${value}`).toBeLessThanOrEqual(
        rtol * size,
      );
    });
  }
}

/** As users have it: the optimiser of the C compiler is in what is tested, once for each model and command at least. */
const asUsers = new Set(
  cases.filter(({ file, one }, i) => {
    const first = cases.findIndex((other) => other.file === file && other.one.command === one.command);
    return isLong || i === first;
  }),
);

describe.each(["js", "c"])("target %s", (target) => {
  // Of C that has been asked for as users have it, one case in three is enough beside.
  const due = cases.filter((one, i) => target === "js" || asUsers.has(one) || isLong || i % 3 === 0);
  it.each(due)("$title", async (given) => {
    const { file, one } = given;
    vi.stubEnv("ODEGRAD_CFLAGS", asUsers.has(given) ? "" : "-O0");
    const words = [one.command, file, ...one.args, "--json", "--target", target];
    const { code, out, err } = await odegrad(words);
    expect(err).toBe("");
    expect(code).toBe(0);
    const document = JSON.parse(out) as Record<string, unknown>;
    const keys = ["value", "gradient", "state", "outputs", "t", "operators"];
    const asked = keys.filter((key) => one[key] !== undefined);
    expect(asked.includes("value") || asked.includes("operators")).toBe(true);
    for (const key of asked) expectClose(document[key], one[key], key, one.rtol);
    if (one.command === "eval") return;
    expect(document["solver"]).toMatchObject({ target, real: "double", math: "engine", rejected: 0 });
  });
});

it("every model of the reference is asked something", () => {
  expect(new Set(cases.map((each) => each.model)).size).toBe(11);
  expect(cases.length).toBeGreaterThanOrEqual(45);
});
