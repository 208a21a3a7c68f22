/**
 * The package as users get it: packed, and unpacked in a fresh folder beside the packages it depends on. Those are links to the ones
 * installed here, so that tests need no network.
 */

import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

export const root = path.resolve(import.meta.dirname, "../..");

export interface Packed {
  /** The folder of the fresh project. */
  readonly folder: string;
  /** Paths in the package. */
  readonly files: readonly string[];
  readonly tarball: string;
  remove(): void;
}

const fresh = (): string => fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-packed-")));

let made: Pick<Packed, "files" | "tarball"> | undefined;

/** The tarball, packed once for all files of tests that share a process. */
function pack(): Pick<Packed, "files" | "tarball"> {
  const folder = fresh();
  process.once("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
  const said = execFileSync("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const answer = JSON.parse(said);
  const [{ filename, files }] = Array.isArray(answer) ? answer : Object.values(answer);
  return {
    files: files.map((file: { path: string }) => file.path),
    tarball: path.join(folder, filename),
  };
}

/** A fresh project with the files of `fixture` in it. */
export function packed(fixture?: string): Packed {
  made ??= pack();
  const { files, tarball } = made;
  const folder = fresh();
  const modules = path.join(folder, "node_modules");
  const own = path.join(modules, "odegrad");
  fs.mkdirSync(own, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", own, "--strip-components=1"]);
  for (const name of fs.readdirSync(path.join(root, "node_modules"))) {
    if (name.startsWith(".") || name === "odegrad") continue;
    fs.symlinkSync(path.join(root, "node_modules", name), path.join(modules, name));
  }
  fs.writeFileSync(
    path.join(folder, "package.json"),
    '{ "name": "fresh", "private": true, "type": "module" }\n',
  );
  if (fixture !== undefined) fs.cpSync(fixture, folder, { recursive: true });
  return {
    folder,
    tarball,
    files,
    remove: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs node in a folder. */
export function node(words: readonly string[], folder: string, environment: NodeJS.ProcessEnv = {}): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "", ...environment },
    timeout: 120_000,
  });
  return { code: status ?? -1, out: stdout, err: stderr };
}

/** The command line of the unpacked package. */
export const commandLine = "node_modules/odegrad/dist/compiler/main.js";
