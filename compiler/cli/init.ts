/** `odegrad init`: a small project to start from. Copies a template and overwrites nothing. */

import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { badUsage, cannotRead, cannotWrite } from "../diagnostics/command-messages.ts";
import type { CommandOptions } from "../options.ts";
import { version } from "../version.ts";
import { WriteError, writeTogether } from "./atomic-write.ts";
import { type ExitCode, exitCode } from "./exit.ts";
import { formatJson } from "./number.ts";
import { type Context, decode, Failure } from "./streams.ts";

export async function run(
  [folder = "."]: readonly string[],
  { template = "fit", json }: CommandOptions,
  context: Context,
): Promise<ExitCode> {
  const source = path.join(templates(), template);
  if (!fs.existsSync(source)) {
    const present = fs.readdirSync(templates()).sort().join(", ");
    throw new Failure(exitCode.usage, [
      badUsage(`this version has no template \`${template}\``, `take one of ${present}`),
    ]);
  }
  const files = fs
    .readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((name) => fs.statSync(path.join(source, name)).isFile())
    .sort()
    .map((name) => ({
      // Packing a template must not take its list of ignored files for the package's own.
      path: path.join(folder, path.dirname(name), path.basename(name).replace(/^_gitignore$/, ".gitignore")),
      text: decode(fs.readFileSync(path.join(source, name))).replace(
        '"odegrad": "*"',
        `"odegrad": "^${version}"`,
      ),
    }));
  const there = files.find((file) => fs.existsSync(file.path));
  if (there !== undefined) throw refused(there.path, "it is there already, and init overwrites nothing");
  try {
    writeTogether(files);
  } catch (error) {
    throw error instanceof WriteError ? refused(error.path, error.message) : error;
  }
  if (json === true) {
    context.print(`${formatJson({ version: 1, template, files: files.map((file) => file.path) })}\n`);
    return exitCode.ok;
  }
  for (const file of files) context.note(`${file.path}\n`);
  context.note(`\nnext:${folder === "." ? "" : ` cd ${quoted(folder)} &&`} npm install && npm start\n`);
  return exitCode.ok;
}

const refused = (file: string, reason: string): Failure =>
  new Failure(exitCode.usage, [
    cannotWrite(file, reason, "name a folder that is empty, or is not there yet: `odegrad init my-model`"),
  ]);

/** A word of a command line, as shells read it back. */
function quoted(word: string): string {
  if (/^[\w./\\:@%+,~-]+$/.test(word)) return word;
  return /["$`\\!]/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : `"${word}"`;
}

/** The folder of the templates, in the folder that `from` is in: beside the built compiler as beside its source. */
export function templates(from = path.dirname(fileURLToPath(import.meta.url))): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const found = path.join(folder, "templates");
    if (fs.existsSync(found)) return found;
    if (folder === path.dirname(folder))
      throw new Failure(exitCode.usage, [
        cannotRead(
          path.join(from, "templates"),
          "it is not there, nor above",
          "install odegrad again: it comes with templates",
        ),
      ]);
  }
}
