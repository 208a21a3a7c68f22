/**
 * `odegrad build --watch`: builds again whenever something changes, until it is interrupted. Every build is a whole one, of
 * which only changed models are computed, so that what stands there in the end is what a clean build would give.
 */

import * as path from "node:path";
import { watch as watchFolders } from "chokidar";
import { cannotWrite } from "../diagnostics/command-messages.ts";
import { WriteError } from "./atomic-write.ts";
import type { Build } from "./build.ts";
import { type ExitCode, exitCode } from "./exit.ts";
import { formatDiagnostics } from "./report.ts";
import { type Context, Failure } from "./streams.ts";

/** Saves come in pieces: an editor empties, writes and renames. */
const quietMilliseconds = 40;

export async function watch(build: Build, context: Context): Promise<ExitCode> {
  const again = () => {
    try {
      build.write();
    } catch (error) {
      // What is wrong is said, and the next change is waited for.
      const diagnostics =
        error instanceof Failure
          ? error.diagnostics
          : error instanceof WriteError
            ? [cannotWrite(error.path, error.message)]
            : undefined;
      if (diagnostics === undefined) throw error;
      context.complain(formatDiagnostics(diagnostics, context.sources, "pretty", context.colorError));
    }
  };
  const outDir = path.resolve(build.outDir);
  const watcher = watchFolders(build.folders, {
    ignoreInitial: true,
    ignored: (file) => {
      const name = path.basename(file);
      if (name === "node_modules" || (name.startsWith(".") && !/^\.{1,2}$/.test(name))) return true;
      return path.resolve(file) === outDir;
    },
  });
  let timer: NodeJS.Timeout | undefined;
  watcher.on("all", (_event, file) => {
    if (!/\.(ts|json)$/.test(file)) return;
    clearTimeout(timer);
    timer = setTimeout(again, quietMilliseconds);
  });
  await new Promise<void>((ready) => watcher.on("ready", () => ready()));
  again();
  context.note("watching; stop with Ctrl-C\n");
  await new Promise<void>((stop) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop());
  });
  clearTimeout(timer);
  await watcher.close();
  return exitCode.interrupted;
}
