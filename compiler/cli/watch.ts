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
import { configNames } from "./load-config.ts";
import { formatDiagnostics } from "./report.ts";
import { type Context, Failure } from "./streams.ts";

/**
 * Saves come in pieces: an editor empties, writes and renames. Longer than the 50 ms for which chokidar takes changes of a
 * file for one: a build that began before would not hear of what it has not read.
 */
const quietMilliseconds = 60;

/** `configuration`: its files, and a text that is another one when it is; `anew`: the build under the configuration as it is. */
export async function watch(
  first: Build,
  context: Context,
  configuration: () => { readonly files: readonly string[]; readonly text: string },
  anew: () => Promise<Build>,
): Promise<ExitCode> {
  let build = first;
  const { files, text } = configuration();
  const mayConfigure = new Set([...configNames, ...files].map((file) => path.resolve(file)));
  let configured = text;
  const again = async () => {
    try {
      const now = configuration().text;
      if (now !== configured) {
        // Not before it is sound: what is wrong with it is said again until it is mended.
        build = await anew();
        configured = now;
        watchElsewhere(build.folders);
      }
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
    // Modules that models import may lie elsewhere.
    watchElsewhere(build.read);
  };
  const watchElsewhere = (files: Iterable<string>): void => {
    const folders = first.folders.map((folder) => path.resolve(folder));
    for (const file of files)
      if (folders.every((folder) => !isBelow(path.resolve(file), folder))) watcher.add(file);
  };
  const outDir = path.resolve(first.outDir);
  const isBelow = (file: string, folder: string): boolean =>
    !path.relative(folder, file).startsWith("..") && !path.isAbsolute(path.relative(folder, file));
  // Outputs may lie beside models, which are watched there.
  const isApart = first.folders.every((folder) => !isBelow(path.resolve(folder), outDir));
  const watcher = watchFolders([...first.folders, ...mayConfigure], {
    ignoreInitial: true,
    ignored: (file) => {
      const name = path.basename(file);
      if (name === "node_modules" || (name.startsWith(".") && !/^\.{1,2}$/.test(name))) return true;
      return isApart && path.resolve(file) === outDir;
    },
  });
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  watcher.on("all", (_event, file) => {
    if (!/\.(ts|json)$/.test(file) && !mayConfigure.has(path.resolve(file))) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(again);
    }, quietMilliseconds);
  });
  await new Promise<void>((ready) => watcher.on("ready", () => ready()));
  await again();
  context.note("watching; stop with Ctrl-C\n");
  await new Promise<void>((stop) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop());
  });
  clearTimeout(timer);
  await watcher.close();
  return exitCode.interrupted;
}
