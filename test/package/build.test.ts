/** `odegrad build` in processes of its own: watching, several at once, and killed at any moment. */

import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { isLong } from "../support/long.ts";
import { commandLine, node, type Packed, packed } from "./packed.ts";

let project: Packed;

beforeAll(() => {
  project = packed();
});

afterAll(() => project.remove());

const model = (rate: number) => `import { ode } from "odegrad";
import { k } from "./k.ts";

export const decay = ode({
  state: { y: 1 },
  params: { a: ${rate} },
  rhs: ({ y }, { a }) => ({ y: -a * k * y }),
  loss: { terminal: ({ y }) => y * y },
  solver: { t1: 1, steps: 4 },
});
`;

/** A folder of its own in the project. */
function folder(name: string): string {
  const own = path.join(project.folder, name);
  fs.mkdirSync(own);
  return own;
}

function start(
  words: readonly string[],
  cwd: string,
  flags: readonly string[] = [],
): ChildProcess & { said: string } {
  const program = path.join(project.folder, commandLine);
  const child = spawn(process.execPath, [...flags, program, ...words], {
    cwd,
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  const own = Object.assign(child, { said: "" });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => {
      own.said += data;
    });
  }
  return own;
}

const ended = (child: ChildProcess) =>
  new Promise<number | null>((resolve) =>
    child.exitCode === null ? child.once("exit", resolve) : resolve(child.exitCode),
  );
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Every file of a folder with its text, the list of built files too. */
function contents(root: string): Record<string, string> {
  if (!fs.existsSync(root)) return {};
  const files = fs.readdirSync(root, { recursive: true, encoding: "utf8" }).sort();
  return Object.fromEntries(
    files
      .filter((file) => fs.statSync(path.join(root, file)).isFile())
      .map((file) => [file, fs.readFileSync(path.join(root, file), "utf8")]),
  );
}

it("a configuration in TypeScript, with an import of its own", () => {
  const own = folder("configured");
  fs.writeFileSync(path.join(own, "k.ts"), "export const k = 2;\n");
  fs.writeFileSync(path.join(own, "decay.ode.ts"), model(1));
  fs.writeFileSync(path.join(own, "steps.ts"), "export const steps: number = 16;\n");
  fs.writeFileSync(
    path.join(own, "odegrad.config.ts"),
    'import { type Config, defineConfig } from "odegrad/config";\nimport { steps } from "./steps";\n' +
      'const outDir: string = "made";\nexport default defineConfig({ outDir, steps, target: ["js"] } satisfies Config);\n',
  );
  const program = path.join(project.folder, commandLine);
  expect(node([program, "build"], own).code).toBe(0);
  expect(fs.readFileSync(path.join(own, "made/decay.js"), "utf8")).toContain("rk4, 16 steps");
  fs.writeFileSync(path.join(own, "steps.ts"), "export const steps: number = ;\n");
  const { code, err } = node([program, "build"], own);
  expect(code).toBe(2);
  expect(err).toContain("ODE5032: odegrad.config.ts: ");
});

it("200 random edits while it watches end in the state of a clean build", async () => {
  const own = folder("watched");
  const put = (name: string, text: string) => fs.writeFileSync(path.join(own, name), text);
  put("k.ts", "export const k = 2;\n");
  put("a.ode.ts", model(1));
  // Little memory: what grows with every build would end it.
  const watching = start(["build", "--watch"], own, ["--max-old-space-size=128"]);
  const until = async (isSo: () => boolean) => {
    for (let i = 0; i < 600 && !isSo(); i++) {
      expect(watching.exitCode, watching.said).toBeNull();
      await pause(50);
    }
    expect(isSo(), watching.said).toBe(true);
  };
  try {
    await until(() => watching.said.includes("watching"));
    const kinds = ["write", "halves", "replace", "remove", "helper", "break"] as const;
    const edits = fc.sample(
      fc.record({
        kind: fc.constantFrom(...kinds),
        name: fc.constantFrom("a", "b", "c"),
        rate: fc.integer({ min: 1, max: 99 }),
      }),
      { numRuns: 200, seed: 8 },
    );
    for (const { kind, name, rate } of edits) {
      const file = `${name}.ode.ts`;
      if (kind === "write") put(file, model(rate));
      if (kind === "halves") {
        put(file, model(rate).slice(0, 60));
        await pause(3);
        fs.appendFileSync(path.join(own, file), model(rate).slice(60));
      }
      if (kind === "replace") {
        put(`.${file}.swp`, model(rate));
        fs.renameSync(path.join(own, `.${file}.swp`), path.join(own, file));
      }
      if (kind === "remove") fs.rmSync(path.join(own, file), { force: true });
      if (kind === "helper") put("k.ts", `export const k = ${rate};\n`);
      if (kind === "break") put(file, model(rate).replace("-a", "-b"));
      await pause(rate % 20);
    }
    for (const name of ["a", "b"]) put(`${name}.ode.ts`, model(7));
    fs.rmSync(path.join(own, "c.ode.ts"), { force: true });

    const clean = folder("clean");
    for (const file of ["a.ode.ts", "b.ode.ts", "k.ts"])
      fs.copyFileSync(path.join(own, file), path.join(clean, file));
    expect(node([path.join(project.folder, commandLine), "build"], clean).code).toBe(0);
    const expected = JSON.stringify(contents(path.join(clean, "generated")));
    await until(() => JSON.stringify(contents(path.join(own, "generated"))) === expected);
  } finally {
    watching.kill("SIGINT");
  }
  expect(await ended(watching)).toBe(130);
});

it("eight builds at once leave whole files and nothing else", async () => {
  const own = folder("together");
  fs.writeFileSync(path.join(own, "k.ts"), "export const k = 2;\n");
  for (const name of ["a", "b", "c"]) fs.writeFileSync(path.join(own, `${name}.ode.ts`), model(3));
  const builds = Array.from({ length: 8 }, () => start(["build"], own));
  const codes = await Promise.all(builds.map(ended));
  expect(codes, builds.map(({ said }) => said).join("\n")).toEqual(new Array(8).fill(0));
  const program = path.join(project.folder, commandLine);
  expect(node([program, "build", "--check"], own).code).toBe(0);
  expect(Object.keys(contents(path.join(own, "generated")))).toEqual(
    [".odegrad.json", ...["a", "b", "c"].flatMap((name) => [`${name}.js`, `${name}.js.map`])].sort(),
  );
});

it("killed at any moment it leaves no half-written file", async () => {
  const own = folder("killed");
  const program = path.join(project.folder, commandLine);
  fs.writeFileSync(path.join(own, "k.ts"), "export const k = 2;\n");
  const known = new Set<string>();
  for (const rate of [1, 2]) {
    fs.writeFileSync(path.join(own, "a.ode.ts"), model(rate));
    expect(node([program, "build"], own).code).toBe(0);
    for (const text of Object.values(contents(path.join(own, "generated")))) known.add(text);
  }
  const started = performance.now();
  node([program, "build"], own);
  const whole = performance.now() - started;
  // The last quarter of a run is where it writes.
  const kills = isLong ? 16 : 8;
  for (let i = 0; i < kills; i++) {
    fs.writeFileSync(path.join(own, "a.ode.ts"), model(1 + (i % 2)));
    const child = start(["build"], own);
    await pause(whole * (i < kills / 4 ? (4 * i) / kills : 0.7 + (0.4 * (i - kills / 4)) / (0.75 * kills)));
    child.kill("SIGKILL");
    await ended(child);
    for (const [name, text] of Object.entries(contents(path.join(own, "generated")))) {
      if (!name.endsWith(".tmp")) expect(known.has(text), name).toBe(true);
    }
  }
});
