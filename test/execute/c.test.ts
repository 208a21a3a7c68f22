/** How generated C is run: by which compiler, and with how much memory. */

import { afterEach, describe, expect, it, vi } from "vitest";
import { compilerWords, findCompilers } from "../../compiler/execute/c.ts";
import { odegrad } from "../support/command.ts";

const model = `import { ode } from "odegrad";
export const decay = ode({
  state: { y: 1 },
  rhs: ({ y }) => ({ y: -y }),
  loss: { terminal: ({ y }) => y },
  solver: { method: "euler", t1: 1, steps: 2 },
});
`;

const [compiler] = findCompilers({ ...process.env, CC: undefined });
const grad = () => odegrad(["grad", "-", "--target", "c", "--json"], model);

afterEach(() => {
  vi.unstubAllEnvs();
});

it.skipIf(compiler === undefined)("has room for more than 2 GiB, of which nothing is touched", async () => {
  const long = model.replace("steps: 2", "steps: 300000").replace("y: 1", "y: vec(1000, 1)");
  const text = long
    .replace("{ ode }", "{ ode, vec }")
    .replace("-y }", "y.map((e) => -e) }")
    .replace("=> y }", "=> y[0] }");
  const { code, out } = await odegrad(["run", "-", "--target", "c", "--json"], text);
  expect(code).toBe(0);
  expect(JSON.parse(out).value).toBeCloseTo(Math.exp(-1), 5);
});

describe("CC", () => {
  it.skipIf(compiler === undefined)("may have arguments, which the compiler gets", async () => {
    vi.stubEnv("CC", ` ${compiler}   -O0 `);
    expect(await grad()).toMatchObject({ code: 0, err: "" });
    vi.stubEnv("CC", `${compiler} -include no-such-header.h`);
    const { code, out } = await grad();
    expect(code).not.toBe(0);
    expect(out).toContain("no-such-header.h");
  });

  it.each(["no-such-compiler -O2", "false"])("names what cannot be run: %s", async (named) => {
    vi.stubEnv("CC", named);
    const { code, out } = await grad();
    const [{ code: id, message, suggestion }] = JSON.parse(out).diagnostics;
    expect(id).toBe("ODE5015");
    expect(message).toContain(`CC names \`${named}\``);
    expect(message).not.toContain("were tried");
    expect(suggestion).toContain("--version");
    expect(code).toBe(5);
    const { findings } = JSON.parse((await odegrad(["doctor", "--json"])).out) as {
      findings: { about: string; says: string }[];
    };
    expect(findings.find(({ about }) => about === "C compiler")?.says).toContain(`CC names \`${named}\``);
  });

  it("is left out where it is blank", () => {
    expect(findCompilers({ CC: " " })).toEqual(findCompilers({}));
  });

  it("is taken whole where it is a file", () => {
    expect(compilerWords(import.meta.filename)).toEqual([import.meta.filename]);
    expect(compilerWords("ccache  gcc")).toEqual(["ccache", "gcc"]);
  });
});
