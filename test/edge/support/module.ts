/** A model compiled to C in a folder of its own, with a driver for the harness. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { build } from "../../../compiler/compile.ts";
import { emit, type Ready } from "../../../compiler/emission.ts";
import type { Module } from "../../../compiler/module.ts";
import type { Options } from "../../../compiler/options.ts";
import { driverFor } from "./driver.ts";

const root = path.resolve(import.meta.dirname, "../../..");
/** Large data of an example has a small stand-in beside the golden text: no part holds it, and checkers take minutes over it. */
const host = {
  read: (file: string): string | undefined => {
    const standIn = path.join(root, "test/golden", path.relative(path.join(root, "examples"), file));
    const found = [standIn, file].find((place) => fs.existsSync(place));
    return found && fs.readFileSync(found, "utf8");
  },
};

export interface Folder {
  readonly module: Module;
  readonly ready: Ready;
  readonly source: string;
  /** The JSON beside the header. */
  readonly description: { readonly bytes: Readonly<Record<string, number>> };
  readonly driver: string;
  /** Arguments of the harness that name the driver, where headers are, and the module. */
  readonly args: readonly string[];
  close(): void;
}

/** `model`: path below the root, without its ending. `fill`: what the driver sets in the place of the defaults. */
export function compiledModel(
  model: string,
  options: Options,
  fill?: readonly string[],
  ownDriver?: string,
): Folder {
  const file = path.join(root, `${model}.ode.ts`);
  const asked: Options = { real: "float", prefix: "m", emit: ["gradient"], ...options };
  const built = build({ file, text: fs.readFileSync(file, "utf8"), host }, asked);
  if (built.ready === undefined) throw new Error(built.diagnostics.map((one) => one.message).join("; "));
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "odegrad-edge-"));
  const outputs = emit(built.ready, "c", asked);
  for (const { name, text } of outputs) fs.writeFileSync(path.join(folder, name), text);
  const driver = path.join(folder, "driver.c");
  fs.writeFileSync(driver, ownDriver ?? driverFor(built.ready.module, "m", fill));
  const source = path.join(folder, "m.c");
  return {
    module: built.ready.module,
    ready: built.ready,
    source,
    description: JSON.parse(outputs.find(({ name }) => name.endsWith(".json"))!.text),
    driver,
    args: ["--driver", driver, `-I${folder}`, source],
    close: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}
