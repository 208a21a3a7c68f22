/**
 * File patterns: `*` within a name, `**` over folders, `?` one character. Hidden files and folders and `node_modules`
 * match only where they are written out. Results are sorted, with `/`, relative to the folder that was searched.
 */

import * as fs from "node:fs";
import * as path from "node:path";

export const isGlob = (pattern: string): boolean => /[*?]/.test(pattern);

export function expandGlob(pattern: string, folder: string): string[] {
  const parts = pattern.split(/[/\\]/).filter((part, i) => part !== "." && (part !== "" || i === 0));
  const found = new Set<string>();
  const start = path.isAbsolute(pattern) ? [`${path.parse(pattern).root}`] : [];
  walk(folder, start, start.length > 0 ? parts.slice(1) : parts, found);
  return [...found].sort();
}

function walk(folder: string, before: readonly string[], parts: readonly string[], found: Set<string>): void {
  const [part, ...rest] = parts;
  if (part === undefined) return;
  const here = path.resolve(folder, ...before);
  if (part === "**") {
    walk(folder, before, rest, found);
    for (const entry of entries(here)) {
      if (entry.isDirectory() && !skipped(entry.name)) walk(folder, [...before, entry.name], parts, found);
    }
    return;
  }
  if (!isGlob(part)) {
    const next = [...before, part];
    const stat = fs.statSync(path.resolve(folder, ...next), { throwIfNoEntry: false });
    if (rest.length === 0 && stat?.isFile() === true) found.add(joined(next));
    if (rest.length > 0 && stat?.isDirectory() === true) walk(folder, next, rest, found);
    return;
  }
  for (const entry of entries(here)) {
    if (skipped(entry.name) || !matches(entry.name, part)) continue;
    const next = [...before, entry.name];
    if (rest.length === 0 && entry.isFile()) found.add(joined(next));
    else if (rest.length > 0 && entry.isDirectory()) walk(folder, next, rest, found);
  }
}

const skipped = (name: string): boolean => name.startsWith(".") || name === "node_modules";

const joined = (parts: readonly string[]): string => parts.join("/").replace(/^\/\//, "/");

function entries(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    // A folder that may not be read holds no model of ours.
    return [];
  }
}

/** Linear-time matching of one name: on a mismatch only the last star takes one character more. */
function matches(name: string, pattern: string): boolean {
  let [i, p, star, mark] = [0, 0, -1, 0];
  while (i < name.length) {
    if (p < pattern.length && (pattern[p] === "?" || pattern[p] === name[i]) && pattern[p] !== "*") {
      i++;
      p++;
    } else if (p < pattern.length && pattern[p] === "*") {
      star = p++;
      mark = i;
    } else if (star >= 0) {
      p = star + 1;
      i = ++mark;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}
