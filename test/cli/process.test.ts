/** The program as it is installed: spawned, with real streams. Built first where the build is older than the sources. */

import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const program = path.join(root, "dist/compiler/main.js");
const lotka = path.join(root, "test/reference/models/lotka-volterra/lotka-volterra.ode.ts");

function newest(folder: string): number {
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .reduce((time, file) => Math.max(time, fs.statSync(path.join(folder, file)).mtimeMs), 0);
}

let folder = "";
beforeAll(() => {
  const sources = Math.max(newest(path.join(root, "compiler")), newest(path.join(root, "runtime")));
  if (!fs.existsSync(program) || fs.statSync(program).mtimeMs < sources) {
    const built = spawnSync("npm", ["run", "--silent", "build"], { cwd: root, encoding: "utf8" });
    if (built.status !== 0) throw new Error(`the build failed:\n${built.stdout}`);
  }
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-process-"));
});
afterAll(() => {
  fs.rmSync(folder, { recursive: true });
});

const run = (
  words: readonly string[],
  options: { input?: string; cwd?: string; env?: NodeJS.ProcessEnv } = {},
) => spawnSync(process.execPath, [program, ...words], { encoding: "utf8", ...options });

/** Least wall time of three runs in milliseconds; the first one fills the caches. */
function fastest(act: () => { readonly status: number | null }): number {
  const times = [0, 1, 2].map(() => {
    const began = performance.now();
    expect(act().status).toBe(0);
    return performance.now() - began;
  });
  return Math.min(...times);
}

describe("streams", () => {
  it("reads a model from standard input", () => {
    const piped = run(["grad", "-", "--json"], { input: fs.readFileSync(lotka, "utf8") });
    expect(piped.stderr).toBe("");
    expect(JSON.parse(piped.stdout)).toEqual(JSON.parse(run(["grad", lotka, "--json"]).stdout));
  });

  it("keeps results and everything else apart", () => {
    const made = run(["compile", lotka]);
    expect(made.stdout).toMatch(/^[/]/);
    expect(made.stderr).toMatch(/checkpoints/);
    expect(run(["compile", lotka, "--quiet"]).stderr).toBe("");
    expect(run(["fit", lotka, "--iterations", "3"]).stderr).toBe("");
  });

  it("prints colour only where it is asked for", () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for
    const colour = /\u001b\[/;
    const words = ["grad", "missing.ode.ts"];
    expect(run(words).stderr).not.toMatch(colour);
    expect(run([...words, "--color", "always"]).stderr).toMatch(colour);
    expect(run(["run", lotka, "--plot", "--color", "always"]).stdout).toMatch(colour);
    expect(run(["run", lotka, "--plot"], { env: { ...process.env, NO_COLOR: "1" } }).stdout).not.toMatch(
      colour,
    );
  });

  it("does not mind a reader that stops", async () => {
    const child = spawn(process.execPath, [program, "compile", lotka, "--target", "ir"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    let err = "";
    child.stderr.on("data", (data) => {
      err += data;
    });
    const code = await new Promise((resolve) => child.on("exit", resolve));
    expect(err).not.toContain("EPIPE");
    expect(code).toBe(0);
  });

  it.runIf(fs.existsSync("/dev/full"))("says in words that a result did not arrive", () => {
    const full = fs.openSync("/dev/full", "w");
    for (const words of [["compile", lotka, "--quiet"], ["list", "methods"], ["--help"]]) {
      const { status, stderr } = spawnSync(process.execPath, [program, ...words], {
        encoding: "utf8",
        stdio: ["ignore", full, "pipe"],
      });
      expect(stderr).toMatch(/^error ODE5009: cannot write standard output: no space left.*\nhelp: .*\n$/);
      expect(status).toBe(2);
    }
    fs.closeSync(full);
  });

  it("reads imports relative to the model, not to where it runs", () => {
    const made = run(
      ["grad", path.join(root, "test/reference/models/gcde-karate/gcde-karate.ode.ts"), "--json"],
      {
        cwd: folder,
      },
    );
    expect(made.status).toBe(0);
  });
});

describe("failing", () => {
  it("leaves an old file whole when the folder cannot be written", () => {
    const out = path.join(folder, "locked");
    fs.mkdirSync(out);
    fs.writeFileSync(path.join(out, "lotka-volterra.js"), "old");
    fs.mkdirSync(path.join(out, "lotka-volterra.js.map"));
    const made = run(["compile", lotka, "--out-dir", out]);
    expect(made.status).toBe(2);
    expect(made.stderr).toContain("ODE5009");
    expect(fs.readFileSync(path.join(out, "lotka-volterra.js"), "utf8")).toBe("old");
    expect(fs.readdirSync(out).sort()).toEqual(["lotka-volterra.js", "lotka-volterra.js.map"]);
  });

  it("names the missing C compiler and ends with 5", () => {
    const made = run(["grad", lotka, "--target", "c"], { env: { PATH: folder } });
    expect(made.stderr).toContain("ODE5015");
    expect(made.status).toBe(5);
    expect(run(["verify", lotka], { env: { PATH: folder } }).status).toBe(5);
  });

  it("says which temporary folder there is none to be made in", () => {
    const missing = path.join(folder, "missing");
    const made = run(["grad", lotka, "--target", "c"], { env: { ...process.env, TMPDIR: missing } });
    expect(made.stderr).toMatch(/ODE5009: cannot write into the temporary folder .*missing: no such/);
    expect(made.stderr).toContain("TMPDIR");
    expect(made.status).toBe(2);
  });

  it("refuses text that is not UTF-8", () => {
    const file = path.join(folder, "latin1.ode.ts");
    fs.writeFileSync(file, Buffer.from([0x2f, 0x2f, 0xe9, 0x0a]));
    const made = run(["check", file]);
    expect(made.stderr).toContain("not valid UTF-8");
    expect(made.status).toBe(2);
  });
});

describe("starting", () => {
  // Three times the figures of the specification, which are of a machine on which Node.js itself starts in 40 ms.
  const bound = (milliseconds: number): number => {
    const start = fastest(() => spawnSync(process.execPath, ["-e", "0"]));
    return 3 * milliseconds * Math.max(1, start / 40);
  };

  it("shows help at once", () => {
    expect(fastest(() => run(["--help"]))).toBeLessThan(bound(150));
  });

  it("gives a gradient of a small model within seconds", () => {
    expect(fastest(() => run(["grad", lotka, "--json"]))).toBeLessThan(bound(1000));
  });
});
