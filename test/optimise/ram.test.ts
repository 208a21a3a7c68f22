/** C for speed keeps its copies of matrices and factors where they fit into the memory that was named, and the same bits. */

import { describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import { workspaceBytes } from "../../compiler/emission.ts";
import type { Options } from "../../compiler/options.ts";
import { compiled, compiler } from "../support/compiled.ts";
import { network } from "../support/network.ts";

const net = network({ hidden: 24, steps: 6 });
const emit = ["solve", "gradient"];
const copies = /_columns|add_products/;

function bytesOf(options: Options): number {
  const { ready } = build({ file: "net.ode.ts", text: net, host: { read: () => undefined } }, options);
  return workspaceBytes(ready!, "c", options);
}

describe.skipIf(compiler === undefined)("--ram", { timeout: 60_000 }, () => {
  it.each(["double", "float"] as const)("bounds the copies of C in %s", async (real) => {
    const roomy = bytesOf({ real, emit });
    const tight = bytesOf({ real, emit, ram: roomy - 1 });
    // Both transposes are gone.
    expect(roomy - tight).toBeGreaterThan((real === "float" ? 4 : 8) * 2 * 8 * 24);
    expect(bytesOf({ real, emit, ram: roomy })).toBe(roomy);
    // What does not fit without them either is not refused: the plan was asked for by name.
    expect(bytesOf({ real, emit, ram: 1 })).toBe(tight);
    const [with_, without] = await Promise.all(
      [roomy, roomy - 1].map((ram) => compiled(net, { real, emit, ram }, real === "double")),
    );
    expect(with_!.files.source).toMatch(copies);
    expect(without!.files.source).not.toMatch(copies);
    if (real === "double")
      expect(without!.c!.gradient(without!.problem)).toEqual(with_!.c!.gradient(with_!.problem));
  });

  it("has `auto` prefer a plan that computes less to the copies", async () => {
    const target = ["c"] as const;
    const roomy = bytesOf({ adjoint: "store-all", emit });
    const { module, files } = await compiled(net, { adjoint: "auto", emit, target, ram: roomy - 1 }, false);
    expect(module.solver.adjoint).toBe("store-all");
    expect(files.source).not.toMatch(copies);
  });

  it("too small for `auto` says what the smallest plan needs, which need not be `revolve`", () => {
    const short = `import { ode } from "odegrad";
export const m = ode({ state: { x: 1 }, params: { k: 1 }, rhs: ({ x }, { k }) => ({ x: -x * k }), times: [0, 0.5, 1],
  loss: { at: ({ x }) => x * x }, solver: { method: "rk4", steps: 4 } });`;
    const ask = (text: string, ram: number) =>
      build(
        { file: "m.ode.ts", text, host: { read: () => undefined } },
        { emit, adjoint: "auto", target: ["c"], ram },
      );
    for (const [text, plan] of [
      [short, "`step`"],
      [net, "`revolve` with one checkpoint"],
    ] as const) {
      const { suggestion } = ask(text, 1).diagnostics[0]!;
      const bytes = Number(/needs (\d+) bytes/.exec(suggestion!)![1]);
      expect(suggestion).toContain(`the smallest, ${plan}, needs`);
      expect(ask(text, bytes - 1).ready).toBeUndefined();
      expect(ask(text, bytes).ready).toBeDefined();
    }
  });

  it("changes nothing of C for size", () => {
    const small: Options = { optimise: "size", emit };
    expect(bytesOf({ ...small, ram: 1 })).toBe(bytesOf(small));
  });
});
