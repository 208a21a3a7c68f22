/**
 * A folder of its own below the system's temporary folder, for code that is compiled and run. It goes with `remove`, and where a
 * signal ends this process before that: no handler of ours would run while a compiler is waited for, so somebody else looks on.
 */

import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

export interface TemporaryFolder {
  readonly path: string;
  remove(): void;
}

/** There can be no temporary folder: a fault of the surroundings. */
export class NoTemporaryFolder extends Error {
  readonly folder: string;
  readonly reason: unknown;
  constructor(folder: string, reason: unknown) {
    super(`no folder can be made in ${folder}`);
    this.name = "NoTemporaryFolder";
    this.folder = folder;
    this.reason = reason;
  }
}

/** `purpose`: stands in the name of the folder. */
export function temporaryFolder(purpose: string): TemporaryFolder {
  const above = os.tmpdir();
  let folder: string;
  try {
    folder = fs.mkdtempSync(path.join(above, `odegrad-${purpose}-`));
  } catch (error) {
    throw new NoTemporaryFolder(above, error);
  }
  const release = guard(folder);
  return {
    path: folder,
    remove() {
      fs.rmSync(folder, { recursive: true, force: true });
      release();
    },
  };
}

/**
 * A shell that reads from a pipe whose other end is ours alone: it comes to the end of it when the pipe is closed, by us or by the
 * system as it clears up behind this process, and removes what is there. A group of its own keeps it out of the way of Ctrl-C.
 */
function guard(folder: string): () => void {
  if (process.platform === "win32") return () => undefined;
  const shell = spawn("/bin/sh", ["-c", 'read -r _; rm -rf -- "$0"', folder], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    cwd: "/",
    env: { PATH: "/bin:/usr/bin" },
  });
  // Without a shell the folder stays behind where nobody removes it: no reason to fail.
  shell.on("error", () => undefined);
  shell.stdin.on("error", () => undefined);
  shell.unref();
  (shell.stdin as typeof shell.stdin & { unref?(): void }).unref?.();
  return () => shell.stdin.destroy();
}
