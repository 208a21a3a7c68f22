/**
 * Writes the files of one run together: all of them new, or all of them as they were.
 *
 * Each text goes to a hidden file beside its target and is flushed; only when all stand there are they renamed over
 * their targets. A failure on the way removes the hidden files and puts back what was already replaced. A file whose
 * content would not change is not touched, so that watchers sleep on. Names are checked here, at the moment of writing,
 * not where they were made up. This file throws `WriteError`; the caller words it.
 */

import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

export interface OutputFile {
  /** Where to write; relative to the working directory or absolute. */
  readonly path: string;
  readonly text: string;
  /** The folder that the file must not leave: where the name was made by the compiler and not given by the user. */
  readonly root?: string | undefined;
}

export class WriteError extends Error {
  readonly path: string;
  constructor(file: string, reason: string) {
    super(reason);
    this.name = "WriteError";
    this.path = file;
  }
}

interface Staged {
  readonly target: string;
  readonly temporary: string;
  backup?: string | undefined;
  renamed: boolean;
}

/** Names that open a device instead of a file on Windows, whatever their extension. */
const device = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

/** Why `name` is no safe name for one file in a folder; undefined where it is. */
export function unsafeName(name: string): string | undefined {
  if (name === "" || name === "." || name === "..") return "it names a folder";
  if (/[/\\:]/.test(name)) return "it holds a path separator";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(name)) return "it holds a control character";
  if (device.test(name)) return "it is the name of a device on Windows";
  if (/[. ]$/.test(name)) return "it ends in a dot or a space";
  if (Buffer.byteLength(name) > 200) return "it is longer than 200 bytes";
  return undefined;
}

/** Writes all files or none. Returns the paths that changed. */
export function writeTogether(files: readonly OutputFile[]): string[] {
  const seen = new Map<string, string>();
  for (const file of files) {
    // Letter case and Unicode form do not tell files apart on every file system.
    const key = path.resolve(file.path).normalize("NFC").toLowerCase();
    if (seen.has(key))
      throw new WriteError(file.path, `two outputs would be the same file as ${seen.get(key)}`);
    seen.set(key, file.path);
  }
  const staged: Staged[] = [];
  try {
    for (const file of files) {
      const entry = stage(file);
      if (entry !== undefined) staged.push(entry);
    }
    for (const entry of staged) {
      keepOld(entry, staged.length > 1);
      fs.renameSync(entry.temporary, entry.target);
      entry.renamed = true;
    }
  } catch (error) {
    for (const entry of staged.reverse()) undo(entry);
    throw error instanceof WriteError ? error : new WriteError(failedPath(error, files), reasonOf(error));
  }
  for (const entry of staged) if (entry.backup !== undefined) fs.rmSync(entry.backup, { force: true });
  return staged.map((entry) => entry.target);
}

/**
 * Makes a folder and those above it that are missing. Not by `recursive: true`: where a folder exists but nothing can
 * be made in it and the system says ENOENT, as below /proc, Node 20 tries for ever.
 */
function makeFolder(folder: string): void {
  if (fs.existsSync(folder)) return;
  const above = path.dirname(folder);
  if (above !== folder) makeFolder(above);
  try {
    fs.mkdirSync(folder);
  } catch (error) {
    // Another process may have been quicker.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** Puts the new content beside the target; undefined where the target has it already. */
function stage(file: OutputFile): Staged | undefined {
  const folder = path.dirname(path.resolve(file.path));
  const name = path.basename(file.path);
  const unsafe = unsafeName(name);
  if (unsafe !== undefined) throw new WriteError(file.path, `unsafe file name: ${unsafe}`);
  try {
    makeFolder(folder);
  } catch (error) {
    throw new WriteError(folder, reasonOf(error));
  }
  const real = fs.realpathSync(folder);
  if (file.root !== undefined) inside(file.root, real, file.path);
  let target = path.join(real, name);
  const old = fs.lstatSync(target, { throwIfNoEntry: false });
  if (old?.isSymbolicLink()) {
    const end = realPathOrUndefined(target);
    if (end === undefined) throw new WriteError(file.path, "it is a symbolic link that leads nowhere");
    inside(file.root ?? real, end, file.path);
    target = end;
  }
  const now = fs.statSync(target, { throwIfNoEntry: false });
  if (now?.isDirectory()) throw new WriteError(file.path, "there is a folder of this name");
  if (now !== undefined && !now.isFile())
    throw new WriteError(file.path, "there is something that is not a file");
  if (now !== undefined && sameContent(target, now.size, file.text)) return undefined;

  const temporary = path.join(
    path.dirname(target),
    `.${path.basename(target)}.${randomBytes(6).toString("hex")}.tmp`,
  );
  let handle: number | undefined;
  try {
    // Exclusive creation never follows a link that somebody put there.
    handle = fs.openSync(temporary, "wx", now === undefined ? 0o666 : now.mode & 0o777);
    fs.writeFileSync(handle, file.text, "utf8");
    fs.fsyncSync(handle);
  } catch (error) {
    if (handle !== undefined) {
      fs.closeSync(handle);
      handle = undefined;
      fs.rmSync(temporary, { force: true });
    }
    throw new WriteError(file.path, reasonOf(error));
  } finally {
    if (handle !== undefined) fs.closeSync(handle);
  }
  return { target, temporary, renamed: false };
}

/** Several files can fail after the first was replaced: a second name for the old content lets it come back. */
function keepOld(entry: Staged, needed: boolean): void {
  if (!needed || !fs.existsSync(entry.target)) return;
  const backup = `${entry.temporary.slice(0, -".tmp".length)}.old.tmp`;
  try {
    fs.linkSync(entry.target, backup);
  } catch {
    fs.copyFileSync(entry.target, backup, fs.constants.COPYFILE_EXCL);
  }
  entry.backup = backup;
}

function undo(entry: Staged): void {
  if (entry.renamed && entry.backup !== undefined) fs.renameSync(entry.backup, entry.target);
  else if (entry.renamed) fs.rmSync(entry.target, { force: true });
  else if (entry.backup !== undefined) fs.rmSync(entry.backup, { force: true });
  fs.rmSync(entry.temporary, { force: true });
}

function inside(root: string, real: string, shown: string): void {
  const base = realPathOrUndefined(root);
  const way = base === undefined ? ".." : path.relative(base, real);
  if (way === ".." || way.startsWith(`..${path.sep}`) || path.isAbsolute(way)) {
    throw new WriteError(shown, "it would leave the output folder");
  }
}

function realPathOrUndefined(file: string): string | undefined {
  try {
    return fs.realpathSync(file);
  } catch {
    return undefined;
  }
}

function sameContent(target: string, size: number, text: string): boolean {
  if (size !== Buffer.byteLength(text)) return false;
  try {
    return fs.readFileSync(target, "utf8") === text;
  } catch {
    // Write-only files exist; writing them again is always right.
    return false;
  }
}

const failedPath = (error: unknown, files: readonly OutputFile[]): string => {
  const where = (error as { dest?: string; path?: string }).dest ?? (error as { path?: string }).path;
  return where ?? files[0]?.path ?? "";
};

const words: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "no space left on the device",
  ENOTDIR: "a part of the path is a file, not a folder",
  EEXIST: "a part of the path is a file, not a folder",
  EISDIR: "there is a folder of this name",
  ENAMETOOLONG: "the name is too long",
  ENOENT: "no such file or folder",
  ELOOP: "symbolic links go in a circle",
  EMFILE: "too many open files",
  EBUSY: "the file is in use",
};

/** The reason of a failed file operation in plain words. */
export function reasonOf(error: unknown): string {
  const code = (error as { code?: string }).code;
  return (
    (code !== undefined ? words[code] : undefined) ?? (error instanceof Error ? error.message : String(error))
  );
}
