/**
 * Models that CommonJS requires, and the modules they import. Node's hooks do not see them where another loader has `.ts` for itself,
 * as tsx has, or where Node is older than 22.15: there is no hook for `require` then.
 *
 * A model has an ending of its own, `.ode.ts`, and Node asks the loader of the longest ending, whoever came last for `.ts`. The
 * modules that a model imports are left to who has `.ts`, if anybody has.
 */

import module, { createRequire } from "node:module";
import type { CommandOptions } from "../options.ts";
import { meant, own } from "./helpers.ts";

interface Loaded {
  readonly filename?: string;
  _compile(code: string, file: string): void;
}

type Load = (loaded: Loaded, file: string) => void;

/** What Node has had since its first days, and every loader of CommonJS stands on, but does not describe. */
interface Common {
  readonly _extensions: Record<string, Load | undefined>;
  _resolveFilename(request: string, parent: Loaded | undefined, ...rest: readonly unknown[]): string;
}

const common = module as unknown as Common;

/**
 * Puts the loaders in force; `config`: what was configured. They are not listed: Node would try the endings that are for names
 * without one.
 */
export function hookRequire(config: CommandOptions): void {
  const put = (ending: string, value: Load) =>
    Object.defineProperty(common._extensions, ending, { value, configurable: true, writable: true });
  put(".ode.ts", (loaded, file) => {
    const { code, helpers } = compiler().modelModule(file, config, true);
    for (const each of [file, ...helpers]) own.add(each);
    loaded._compile(code, file);
  });
  if (common._extensions[".ts"] === undefined) {
    put(".ts", (loaded, file) => {
      if (own.has(file)) loaded._compile(compiler().plainModule(file, true), file);
      else common._extensions[".js"]!(loaded, file);
    });
  }
  const before = common._resolveFilename;
  common._resolveFilename = function (request, parent, ...rest) {
    try {
      return before.call(this, request, parent, ...rest);
    } catch (error) {
      const from = parent?.filename;
      const found = from !== undefined && own.has(from) ? meant(request, from) : undefined;
      if (found === undefined) throw error;
      return found;
    }
  };
}

/** Loaded when a model is required: who requires none has no use for it. */
const compiler = (): typeof import("./model-module.ts") =>
  createRequire(import.meta.url)("./model-module.js");
