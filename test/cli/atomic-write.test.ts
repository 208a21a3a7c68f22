import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { unsafeName, WriteError, writeTogether } from "../../compiler/cli/atomic-write.ts";

let folder = "";
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-test-"));
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});
const at = (name: string): string => path.join(folder, name);
const read = (name: string): string => fs.readFileSync(at(name), "utf8");
/** Nothing but these names stands in the folder: no temporary file was left behind. */
const holds = (...names: string[]): void => expect(fs.readdirSync(folder).sort()).toEqual(names.sort());

describe("writing", () => {
  it("makes folders and files", () => {
    writeTogether([{ path: at("a/b.txt"), text: "é\n" }]);
    expect(read("a/b.txt")).toBe("é\n");
    holds("a");
  });

  it("does not touch a file that stays the same", () => {
    writeTogether([{ path: at("a"), text: "one" }]);
    const before = fs.statSync(at("a"));
    expect(writeTogether([{ path: at("a"), text: "one" }])).toEqual([]);
    expect(fs.statSync(at("a")).ino).toBe(before.ino);
    expect(fs.statSync(at("a")).mtimeMs).toBe(before.mtimeMs);
  });

  it("keeps the permissions of a file it replaces", () => {
    fs.writeFileSync(at("a"), "old", { mode: 0o640 });
    writeTogether([{ path: at("a"), text: "new" }]);
    expect(fs.statSync(at("a")).mode & 0o777).toBe(0o640);
  });
});

describe("failing", () => {
  it("leaves all files as they were when one cannot be written", () => {
    fs.writeFileSync(at("a"), "old a");
    fs.mkdirSync(at("b"));
    expect(() =>
      writeTogether([
        { path: at("a"), text: "new a" },
        { path: at("b"), text: "new b" },
      ]),
    ).toThrow(WriteError);
    expect(read("a")).toBe("old a");
    holds("a", "b");
  });

  it("puts back what was replaced when a later rename fails", () => {
    fs.writeFileSync(at("a"), "old a");
    const late = {
      path: at("b"),
      // Read while it is staged: as if another process took the name in between.
      get text(): string {
        fs.mkdirSync(at("b"), { recursive: true });
        return "new b";
      },
    };
    const fresh = { path: at("c"), text: "new c" };
    expect(() => writeTogether([{ path: at("a"), text: "new a" }, fresh, late])).toThrow(WriteError);
    expect(read("a")).toBe("old a");
    holds("a", "b");
  });

  it("refuses two outputs of one name, letter case apart", () => {
    expect(() =>
      writeTogether([
        { path: at("A"), text: "" },
        { path: at("a"), text: "" },
      ]),
    ).toThrow(/same file/);
    holds();
  });

  it.skipIf(!fs.existsSync("/proc/self"))(
    "ends where no folder can be made and the system does not say so",
    () => {
      expect(() => writeTogether([{ path: "/proc/nowhere/deep/a", text: "" }])).toThrow(WriteError);
    },
  );

  it("says why in words", () => {
    fs.writeFileSync(at("file"), "");
    expect(() => writeTogether([{ path: at("file/x"), text: "" }])).toThrow(/file, not a folder/);
    expect(() => writeTogether([{ path: at("x".repeat(240)), text: "" }])).toThrow(/longer/);
  });
});

describe("staying inside", () => {
  it("follows a link within the folder and refuses one that leaves it", () => {
    const outside = fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-out-"));
    try {
      fs.writeFileSync(path.join(outside, "victim"), "old");
      fs.symlinkSync(path.join(outside, "victim"), at("link"));
      expect(() => writeTogether([{ path: at("link"), text: "new", root: folder }])).toThrow(/leave/);
      expect(fs.readFileSync(path.join(outside, "victim"), "utf8")).toBe("old");

      fs.writeFileSync(at("own"), "old");
      fs.symlinkSync("own", at("inner"));
      writeTogether([{ path: at("inner"), text: "new", root: folder }]);
      expect(read("own")).toBe("new");
      expect(fs.lstatSync(at("inner")).isSymbolicLink()).toBe(true);
    } finally {
      fs.rmSync(outside, { recursive: true });
    }
  });

  it("refuses a folder below it that is a link to elsewhere", () => {
    fs.symlinkSync(os.tmpdir(), at("sub"));
    expect(() => writeTogether([{ path: at("sub/x.txt"), text: "", root: folder }])).toThrow(/leave/);
  });

  it.each(["", ".", "..", "a/b", "a\\b", "C:x", "nul", "COM1.txt", "a.", "a ", "a\0b", "é".repeat(101)])(
    "refuses the name %j",
    (name) => {
      expect(unsafeName(name)).toBeDefined();
    },
  );

  it.each(["a", "model.js", ".hidden", "nullable.c", "é.ts"])("takes the name %j", (name) => {
    expect(unsafeName(name)).toBeUndefined();
  });
});
