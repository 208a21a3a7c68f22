/**
 * The list of what was built, kept in the output folder: so that `--clean`, and a build after a model is gone, remove what odegrad
 * wrote and nothing else.
 */

import * as fs from "node:fs";
import * as path from "node:path";
import { unsafeName } from "./atomic-write.ts";

export const manifestName = ".odegrad.json";

/** Generated files below the output folder, each with the model's file it comes from. */
export type Manifest = ReadonlyMap<string, string>;

/** The list of an output folder; empty where there is none. Names that would leave the folder are not taken. */
export function readManifest(folder: string): Manifest {
  let files: unknown;
  try {
    ({ files } = JSON.parse(fs.readFileSync(path.join(folder, manifestName), "utf8")));
  } catch {
    return new Map();
  }
  if (typeof files !== "object" || files === null) return new Map();
  const entries = Object.entries(files).filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === "string" && entry[0].split("/").every((part) => unsafeName(part) === undefined),
  );
  return new Map(entries);
}

export function manifestText(manifest: Manifest): string {
  const entries = [...manifest].sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify({ version: 1, files: Object.fromEntries(entries) }, undefined, 2)}\n`;
}

/** Removes files of an output folder, and folders that are empty then. Links to files are removed, links to folders not followed. */
export function removeBuilt(folder: string, names: Iterable<string>): string[] {
  const real = fs.existsSync(folder) ? fs.realpathSync(folder) : undefined;
  if (real === undefined) return [];
  const removed: string[] = [];
  for (const name of names) {
    const file = path.join(real, ...name.split("/"));
    const above = path.dirname(file);
    if (!fs.existsSync(above) || fs.realpathSync(above) !== above) continue;
    if (fs.lstatSync(file, { throwIfNoEntry: false })?.isDirectory() !== false) continue;
    fs.rmSync(file, { force: true });
    removed.push(name);
    for (let empty = above; empty.startsWith(real + path.sep); empty = path.dirname(empty)) {
      if (fs.readdirSync(empty).length > 0) break;
      fs.rmdirSync(empty);
    }
  }
  return removed;
}

/** Older than any build that still runs. */
const abandonedMilliseconds = 60_000;

/** Removes what a killed build left beside its outputs: temporary files that nobody will rename any more. */
export function removeAbandoned(folder: string, names: Iterable<string>): void {
  const outputs = new Set([...names].map((name) => path.join(folder, name)));
  for (const own of new Set([...outputs].map((output) => path.dirname(output)))) {
    if (!fs.existsSync(own)) continue;
    for (const name of fs.readdirSync(own)) {
      const output = /^\.(.+)\.[0-9a-f]{12}(?:\.old)?\.tmp$/.exec(name)?.[1];
      if (output === undefined || !outputs.has(path.join(own, output))) continue;
      const file = path.join(own, name);
      const age = Date.now() - (fs.lstatSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > abandonedMilliseconds) fs.rmSync(file, { force: true });
    }
  }
}
