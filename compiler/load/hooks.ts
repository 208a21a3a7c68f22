/**
 * Hooks of Node's module loader, for `module.register`: a model's file is compiled when it is imported, and the modules it
 * imports lose their types. Told `types: "all"`, as for configuration, every TypeScript module outside of packages does.
 */

import * as fs from "node:fs";
import type { InitializeHook, LoadHook, ResolveHook } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { modelModule, plainModule } from "./model-module.ts";

/** Files whose types are ours to take out. */
const own = new Set<string>();
let takesAll = false;

export const initialize: InitializeHook<{ readonly types?: "all" } | undefined> = (data) => {
  takesAll = data?.types === "all";
};

/** Models and their helpers find each other as the compiler finds them: `./x` and `./x.js` may be `./x.ts`. */
export const resolve: ResolveHook = async (specifier, context, next) => {
  try {
    return await next(specifier, context);
  } catch (error) {
    const file = context.parentURL?.startsWith("file:") ? fileURLToPath(context.parentURL) : undefined;
    const isOurs = file !== undefined && (own.has(file) || takesAll);
    if (!isOurs || !/^\.{1,2}\//.test(specifier)) throw error;
    const candidates = [specifier.replace(/\.js$/, ".ts"), `${specifier}.ts`, `${specifier}/index.ts`];
    for (const candidate of candidates) {
      const found = new URL(candidate, context.parentURL);
      if (found.pathname.endsWith(".ts") && fs.existsSync(found))
        return next(pathToFileURL(fileURLToPath(found)).href, context);
    }
    throw error;
  }
};

export const load: LoadHook = async (url, context, next) => {
  const file = url.startsWith("file:") ? fileURLToPath(url) : "";
  if (/\.ode\.ts$/.test(file)) {
    const { code, helpers } = modelModule(file);
    for (const each of [file, ...helpers]) own.add(each);
    return { format: "module", source: code, shortCircuit: true };
  }
  const isPlain = takesAll && /\.m?ts$/.test(file) && !file.includes("node_modules");
  if (isPlain || (own.has(file) && file.endsWith(".ts"))) {
    return { format: "module", source: plainModule(file), shortCircuit: true };
  }
  return next(url, context);
};
