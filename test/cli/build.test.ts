/** `odegrad build` and the configuration: in a folder of its own, in this process. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkConfig } from "../../compiler/config.ts";
import { flagOf } from "../../compiler/options.ts";
import { odegrad } from "../support/command.ts";

const before = process.cwd();
let folder: string;

const model = (name: string, rate = 1) => `import { ode } from "odegrad";
export const ${name} = ode({
  state: { y: 1 },
  params: { a: ${rate} },
  rhs: ({ y }, { a }) => ({ y: -a * y }),
  loss: { terminal: ({ y }) => y * y },
  solver: { t1: 1, steps: 4 },
});
`;

const put = (name: string, text: string): void => {
  fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  fs.writeFileSync(path.join(folder, name), text);
};
const read = (name: string): string => fs.readFileSync(path.join(folder, name), "utf8");
/** Files below the folder, without the links to packages. */
const files = (below = "."): string[] =>
  fs
    .readdirSync(path.join(folder, below), { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => path.relative(folder, path.join(each.parentPath, each.name)))
    .sort();

beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-build-")));
  process.chdir(folder);
});

afterEach(() => {
  process.chdir(before);
  fs.rmSync(folder, { recursive: true, force: true });
});

describe("build", () => {
  it.each([
    [["--out-dir", "."], "models/decay.js"],
    [["models", "--out-dir", "models"], "models/models/decay.js"],
  ])("%j finds models in the folder that it writes to", async (words, output) => {
    put("models/decay.ode.ts", model("decay"));
    expect((await odegrad(["build", ...words, "--check"])).code).toBe(3);
    const { code, err } = await odegrad(["build", ...words]);
    expect([code, err]).toEqual([0, expect.stringContaining("2 files, 2 changed")]);
    expect(files()).toContain(output);
    expect((await odegrad(["build", ...words, "--check"])).err).toContain("2 files are up to date");
  });

  it("removes what patterns say, and the rest with the list of it", async () => {
    put("models/one.ode.ts", model("one"));
    put("models/sub/two.ode.ts", model("two"));
    await odegrad(["build"]);
    expect((await odegrad(["build", "--clean", "models/sub"])).err).toContain("2 files removed");
    expect(files("generated")).toEqual([
      "generated/.odegrad.json",
      "generated/models/one.js",
      "generated/models/one.js.map",
    ]);
    expect((await odegrad(["build", "--check", "models/one.ode.ts"])).code).toBe(0);
    expect((await odegrad(["build", "--clean"])).err).toContain("2 files removed");
    expect(fs.existsSync("generated")).toBe(false);
  });

  it("says once what is wrong with the options of every model", async () => {
    for (const name of ["one", "two"]) put(`${name}.ode.ts`, model(name));
    put("odegrad.config.json", JSON.stringify({ steps: 7, dt: 0.1 }));
    const { code, err } = await odegrad(["build"]);
    expect(code).toBe(2);
    expect(err.match(/ODE4008/g)).toHaveLength(1);
  });

  it("writes every model below the folder to its place, and again nothing", async () => {
    put("models/decay.ode.ts", model("decay"));
    put("models/deep/two.ode.ts", model("one") + model("two", 2).replace(/^import.*\n/, ""));
    const { code, err } = await odegrad(["build", "--target", "js,c"]);
    expect(code).toBe(0);
    expect(err).toContain("18 files, 18 changed");
    expect(files("generated")).toEqual(
      [
        "generated/.odegrad.json",
        ...["decay.c", "decay.h", "decay.js", "decay.js.map", "decay.json", "decay_selftest.c"].map(
          (name) => `generated/models/${name}`,
        ),
        ...["one.c", "one.h", "one.json", "one_selftest.c", "two.c", "two.h", "two.json"].map(
          (name) => `generated/models/deep/${name}`,
        ),
        ...["two.one.js", "two.one.js.map", "two.two.js", "two.two.js.map"].map(
          (name) => `generated/models/deep/${name}`,
        ),
        "generated/models/deep/two_selftest.c",
      ].sort(),
    );
    const at = fs.statSync("generated/models/decay.js").mtimeMs;
    expect((await odegrad(["build", "--target", "js,c"])).err).toContain(" 0 changed");
    expect(fs.statSync("generated/models/decay.js").mtimeMs).toBe(at);
  });

  it("gives the bytes of `compile`", async () => {
    put("decay.ode.ts", model("decay"));
    await odegrad(["build"]);
    await odegrad(["compile", "decay.ode.ts", "--out-dir", "single"]);
    expect(read("generated/decay.js").replace(/Hash.*/, "")).toBe(
      read("single/decay.js").replace(/Hash.*/, ""),
    );
  });

  it("writes nothing where one model is wrong, and says where", async () => {
    put("good.ode.ts", model("good"));
    put("bad.ode.ts", model("bad").replace("-a * y", "-b * y"));
    const { code, err } = await odegrad(["build"]);
    expect(code).toBe(1);
    expect(err).toMatch(/bad\.ode\.ts:5:33: error/);
    expect(fs.existsSync("generated")).toBe(false);
  });

  it("removes what is left of a model that is gone, and nothing else", async () => {
    put("a.ode.ts", model("a"));
    put("deep/b.ode.ts", model("b"));
    await odegrad(["build"]);
    put("generated/deep/mine.txt", "kept");
    fs.rmSync("deep/b.ode.ts");
    expect((await odegrad(["build"])).err).toContain("b.js removed");
    expect(files("generated")).toEqual([
      "generated/.odegrad.json",
      "generated/a.js",
      "generated/a.js.map",
      "generated/deep/mine.txt",
    ]);
    fs.rmSync("a.ode.ts");
    expect((await odegrad(["build"])).code).toBe(0);
    expect(files("generated")).toEqual(["generated/.odegrad.json", "generated/deep/mine.txt"]);
  });

  it("of some models leaves the others alone", async () => {
    put("a.ode.ts", model("a"));
    put("b.ode.ts", model("b"));
    await odegrad(["build"]);
    const { code } = await odegrad(["build", "a.ode.ts"]);
    expect(code).toBe(0);
    expect(files("generated")).toContain("generated/b.js");
  });

  it("removes what a killed build left beside its outputs, and nothing that is still being written", async () => {
    put("a.ode.ts", model("a"));
    await odegrad(["build"]);
    const names = [
      ".a.js.0123456789ab.tmp",
      ".a.js.0123456789ab.old.tmp",
      ".a.js.ba9876543210.tmp",
      ".mine.0123456789ab.tmp",
    ];
    for (const name of names) put(`generated/${name}`, "half");
    const longAgo = new Date(Date.now() - 3_600_000);
    for (const i of [0, 1, 3]) fs.utimesSync(`generated/${names[i]}`, longAgo, longAgo);
    await odegrad(["build"]);
    expect(files("generated").filter((name) => name.endsWith(".tmp"))).toEqual(
      [names[2], names[3]].map((name) => `generated/${name}`),
    );
  });

  it("--clean removes what was built, and only that", async () => {
    put("deep/a.ode.ts", model("a"));
    await odegrad(["build"]);
    put("generated/mine.txt", "kept");
    expect((await odegrad(["build", "--clean"])).err).toContain("2 files removed");
    expect(files("generated")).toEqual(["generated/mine.txt"]);
    expect(files("deep")).toEqual(["deep/a.ode.ts"]);
    await odegrad(["build"]);
    const removed = ["deep/a.js", "deep/a.js.map"];
    for (const each of [removed, []]) {
      const { out } = await odegrad(["build", "--clean", "--json"]);
      expect(JSON.parse(out)).toEqual({ version: 1, removed: each });
    }
  });

  it("--clean takes no name that leads out of the folder", async () => {
    put("precious.txt", "kept");
    put(
      "generated/.odegrad.json",
      '{ "version": 1, "files": { "../precious.txt": "x", "sub/../../precious.txt": "x" } }',
    );
    await odegrad(["build", "--clean"]);
    expect(read("precious.txt")).toBe("kept");
  });

  it("--clean follows no link to another folder", async () => {
    put("elsewhere/a.js", "kept");
    put("generated/.odegrad.json", '{ "version": 1, "files": { "link/a.js": "x" } }');
    fs.symlinkSync("../elsewhere", "generated/link");
    await odegrad(["build", "--clean"]);
    expect(read("elsewhere/a.js")).toBe("kept");
  });

  it("--check says which files are out of date, how, and what to run", async () => {
    put("a.ode.ts", model("a"));
    put("b.ode.ts", model("b"));
    await odegrad(["build"]);
    expect((await odegrad(["build", "--check"])).code).toBe(0);
    // A checkout with other line ends is no difference.
    fs.writeFileSync("generated/b.js", read("generated/b.js").replaceAll("\n", "\r\n"));
    expect((await odegrad(["build", "--check"])).code).toBe(0);

    put("a.ode.ts", model("a").replace("y * y", "y * y * 2"));
    fs.rmSync("generated/b.js.map");
    const { code, err } = await odegrad(["build", "--check"]);
    expect(code).toBe(3);
    expect(err).toMatch(/generated\/a\.js: line \d+ and \d+ more\n {2}- .*\n {2}\+ /);
    expect(err).toContain("generated/b.js.map: missing");
    // A source map is one line, of which enough is shown to see what changed.
    expect(err).toMatch(/generated\/a\.js\.map: line 1\n {2}- .*\n {2}\+ /);
    for (const line of err.split("\n")) expect(line.length).toBeLessThan(170);
    expect(err).toContain("ODE5035");
    expect(err).toContain("run `odegrad build`");
    fs.rmSync("b.ode.ts");
    expect((await odegrad(["build", "--check"])).err).toContain("generated/b.js: its model is gone");
    expect(fs.existsSync("generated/b.js")).toBe(true);
    // With the options: a build without them would remove what they made.
    const asked = ["--target", "js", "--target=c", "--out-dir", "generated", "--check", "--quiet", "--json"];
    expect((await odegrad(["build", "*.ode.ts", ...asked])).err).toContain(
      "run `odegrad build '*.ode.ts' --target js --target=c --out-dir generated --quiet`",
    );
  });

  it("refuses two models that would be one file, and a model outside", async () => {
    put("a/decay.ode.ts", model("one"));
    put("a/Decay.ode.ts", model("two"));
    expect(await odegrad(["build"])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/ODE5037[\s\S]*letter case/),
    });
    // One prefix for all is the fault of whoever gives it, and one mistake however many files there are.
    fs.rmSync("a/Decay.ode.ts");
    put("a/growth.ode.ts", model("growth"));
    const asked = ["build", "--target", "c"];
    for (const [words, hint] of [
      [["--prefix", "lv"], "leave `--prefix` out"],
      [["--prefix=lv"], "leave `--prefix` out"],
      [[], "leave `prefix` of the configuration out"],
    ] as const) {
      if (words.length === 0) put("odegrad.config.json", JSON.stringify({ prefix: "lv" }));
      const { code, err } = await odegrad([...asked, ...words]);
      expect(code).toBe(2);
      expect(err.match(/ODE5037/g)).toHaveLength(1);
      expect(err).toContain(hint);
    }
    fs.rmSync("odegrad.config.json");
    fs.mkdirSync("below");
    process.chdir("below");
    expect(await odegrad(["build", "../a/decay.ode.ts"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("ODE5036"),
    });
    // What is wrong with the model stays what is told to scripts.
    put("a/decay.ode.ts", model("one").replace("y * y", "y * z"));
    expect((await odegrad(["build", "../a/decay.ode.ts"])).code).toBe(1);
    process.chdir(folder);
  });

  it("says what tells two files of one name apart", async () => {
    put("a/one.ode.ts", model("same"));
    put("a/two.ode.ts", model("same"));
    const named = (await odegrad(["build", "--target", "c"])).err;
    expect(named).toMatch(/a\/one\.ode\.ts and a\/two\.ode\.ts would both be generated as a\/same\.h\n/);
    expect(named).toContain("another name, or its file another folder");
    expect(named).not.toContain("letter case");
    fs.rmSync("a/two.ode.ts");
    put("a/one.ode.ts", `${model("first")}${model("second").replace(/^import.*\n/m, "")}`);
    const prefixed = (await odegrad(["build", "--target", "c", "--prefix", "own"])).err;
    expect(prefixed).toContain("two models of a/one.ode.ts would both be generated as a/own.h");
    expect(prefixed).toContain("leave `--prefix` out");
  });

  it("refuses a folder inside the output that leads out of it", async () => {
    put("sub/a.ode.ts", model("a"));
    fs.mkdirSync("generated");
    fs.mkdirSync("outside");
    fs.symlinkSync("../outside", "generated/sub");
    const { code, err } = await odegrad(["build"]);
    expect(code).toBe(2);
    expect(err).toMatch(/ODE5009.*generated\/sub\/a\.js: it would leave the output folder/);
    expect(files("outside")).toEqual([]);
  });

  it("says what stands in the place of the output folder", async () => {
    put("a.ode.ts", model("a"));
    put("generated", "a file");
    const { code, err } = await odegrad(["build"]);
    expect(code).toBe(2);
    expect(err).toMatch(/ODE5009/);
    expect(read("generated")).toBe("a file");
  });

  it("says what is missing, and where nothing can be written", async () => {
    put("a.ode.ts", model("a"));
    expect(await odegrad(["build", "b.ode.ts"])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/ODE5008.*b\.ode\.ts/),
    });
    expect(await odegrad(["build", "src/*.ode.ts"])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/ODE5008.*src/),
    });
    if (process.platform !== "linux") return;
    // Nothing can be made below /proc, whoever asks.
    expect(await odegrad(["build", "--out-dir", "/proc/self/generated"])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/ODE5009.*\/proc\/self\/generated/),
    });
  });

  it("takes one mode", async () => {
    put("a.ode.ts", model("a"));
    expect((await odegrad(["build", "--check", "--clean"])).code).toBe(2);
  });
});

describe("configuration", () => {
  it("has a flag for every key", async () => {
    const [refusal] = checkConfig({ qqqqqqqqqqqq: 1 }, "x").diagnostics;
    const keys = refusal!.suggestion!.replace("there are ", "").split(", ");
    expect(keys.length).toBeGreaterThan(20);
    const { out } = await odegrad(["build", "--help"]);
    for (const key of keys) expect(out).toMatch(new RegExp(` ${flagOf(key)}[ \\n]`));
  });

  const json = (value: object) => JSON.stringify(value);

  it("is options under the flags", async () => {
    put("src/a.ode.ts", model("a"));
    put(
      "odegrad.config.json",
      json({ include: ["src/**/*.ode.ts"], outDir: "out", target: ["ts"], steps: 8 }),
    );
    await odegrad(["build"]);
    expect(files("out")).toEqual(["out/.odegrad.json", "out/src/a.ts", "out/src/a.ts.map"]);
    expect(read("out/src/a.ts")).toContain("rk4, 8 steps");
    await odegrad(["build", "--dt", "0.5", "--target", "js"]);
    expect(read("out/src/a.js")).toContain("rk4, 2 steps");
    // Every command asks the model in the same way.
    expect(JSON.parse((await odegrad(["grad", "src/a.ode.ts", "--json"])).out).solver.steps).toBe(8);
    expect(
      JSON.parse((await odegrad(["grad", "src/a.ode.ts", "--json", "--steps", "3"])).out).solver.steps,
    ).toBe(3);
  });

  it("says how to solve what is solved, and of fields what concerns them", async () => {
    put("a.ode.ts", model("a"));
    put(
      "f.ode.ts",
      `import { field } from "odegrad";
export const f = field({ point: 1, params: { k: 2 }, value: (x, { k }) => k * x, operators: ["gradient"] });
`,
    );
    put("odegrad.config.json", json({ method: "dopri5", steps: 8, adjoint: "step", target: ["js", "c"] }));
    expect((await odegrad(["build"])).code).toBe(0);
    expect(read("generated/a.js")).toContain("dopri5, 8 steps");
    expect(files("generated")).toContain("generated/f.c");
    expect((await odegrad(["check"])).code).toBe(0);
    // Who asks for it by name is told.
    const { code, err } = await odegrad(["compile", "f.ode.ts", "--steps", "8"]);
    expect([code, err]).toEqual([2, expect.stringContaining("ODE4030")]);
    expect((await odegrad(["compile", "f.ode.ts", "--steps", "8", "--method", "rk4"])).err).toContain(
      "`method`",
    );
  });

  it("of floats is followed by commands that run a model", async () => {
    put("a.ode.ts", model("a"));
    put("odegrad.config.json", json({ target: ["c"], real: "float" }));
    const solver = async (...words: string[]) =>
      JSON.parse((await odegrad([...words, "a.ode.ts", "--json"])).out).solver;
    expect(await solver("grad")).toMatchObject({ target: "c", real: "float" });
    expect(await solver("run")).toMatchObject({ target: "c", real: "float" });
    expect(await solver("grad", "--real", "double")).toMatchObject({ target: "js", real: "double" });
    expect((await odegrad(["fit", "a.ode.ts", "--iterations", "2"])).code).toBe(0);
    const { code, err } = await odegrad(["grad", "a.ode.ts", "--target", "js"]);
    expect([code, err]).toEqual([2, expect.stringContaining("--target c")]);
  });

  it("has an order or a start for its own method alone", async () => {
    put("a.ode.ts", model("a"));
    const solver = async (...words: string[]) =>
      JSON.parse((await odegrad(["grad", "a.ode.ts", "--json", ...words])).out).solver.method;
    put("odegrad.config.json", json({ method: "taylor", order: 6 }));
    expect([await solver(), await solver("--method", "rk4")]).toEqual(["taylor", "rk4"]);
    put("odegrad.config.json", json({ method: "ab3", start: "ralston" }));
    expect([await solver(), await solver("--method", "dopri5")]).toEqual(["ab3", "dopri5"]);
  });

  it("stands in package.json too", async () => {
    put("a.ode.ts", model("a"));
    put("package.json", json({ name: "x", odegrad: { target: ["ir"], outDir: "out" } }));
    await odegrad(["build"]);
    expect(files("out")).toContain("out/a.ir.txt");
  });

  it("may be JavaScript, which `--safe-config` does not run", async () => {
    put("a.ode.ts", model("a"));
    put("odegrad.config.mjs", "globalThis.hasRun = true;\nexport default { outDir: 'made' };\n");
    const { code, err } = await odegrad(["build", "--safe-config"]);
    expect(code).toBe(2);
    expect(err).toContain("ODE5034");
    expect("hasRun" in globalThis).toBe(false);
    expect(fs.existsSync("generated")).toBe(false);
  });

  it.each([
    ["an unknown key", { stesp: 3 }, /there is no key `stesp`[\s\S]*did you mean `steps`/],
    ["a value", { steps: -3 }, /odegrad\.config\.json: `-3` is no value of `steps`/],
    ["a flag of the command", { watch: true }, /there is no key `watch`/],
    ["a list", [], /holds no record/],
  ])("refuses %s", async (_, value, message) => {
    put("a.ode.ts", model("a"));
    put("odegrad.config.json", JSON.stringify(value));
    const { code, err } = await odegrad(["build"]);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  it.each(["__proto__", "constructor", "prototype"])("refuses %s", async (key) => {
    put("a.ode.ts", model("a"));
    put("odegrad.config.json", `{ "${key}": { "outDir": "x" } }`);
    expect((await odegrad(["build"])).err).toContain(`there is no key \`${key}\``);
    expect(({} as { outDir?: string }).outDir).toBeUndefined();
  });

  it("refuses two of them, unless one is named", async () => {
    put("a.ode.ts", model("a"));
    put("odegrad.config.json", json({ outDir: "one" }));
    put("package.json", json({ odegrad: { outDir: "two" } }));
    expect(await odegrad(["build"])).toMatchObject({ code: 2, err: expect.stringContaining("ODE5033") });
    await odegrad(["build", "--config", "odegrad.config.json"]);
    expect(files("one")).toContain("one/a.js");
  });

  it("is not looked for above the folder", async () => {
    put("odegrad.config.json", json({ outDir: "above" }));
    put("below/a.ode.ts", model("a"));
    process.chdir("below");
    await odegrad(["build"]);
    expect(fs.existsSync("generated/a.js")).toBe(true);
    process.chdir(folder);
  });
});
