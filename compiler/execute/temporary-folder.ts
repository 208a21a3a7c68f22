/**
 * A folder of its own below the system's temporary folder, for code that is compiled and run. It goes with `remove`; where a signal
 * ends this process while it waits for a compiler, it stays for the system to clear away.
 */

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
  return { path: folder, remove: () => fs.rmSync(folder, { recursive: true, force: true }) };
}
