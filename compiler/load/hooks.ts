/**
 * Hooks of Node's module loader: a model's file is compiled when it is imported, and the modules it imports lose their types.
 * Told `types: "all"`, as for configuration, every TypeScript module outside of packages does. Written once for both kinds of
 * hooks that Node has: those that answer at once, and those of a thread of their own.
 */

import type { InitializeHook, LoadHook, ResolveFnOutput, ResolveHook, ResolveHookContext } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { secondaryId } from "../secondary.ts";
import { meant, own } from "./helpers.ts";
import { modelModule, plainModule, textModule } from "./model-module.ts";

export interface LoaderOptions {
  readonly types?: "all";
}

let takesAll = false;

/** Also in a thread of hooks, by Node. */
export const initialize: InitializeHook<LoaderOptions | undefined> = (data) => {
  takesAll ||= data?.types === "all";
};

/** In: what was not found, and the error that said so. Out: the address of the file that is meant; the error is thrown where there is none. */
function meantBy(error: unknown, specifier: string, { parentURL }: ResolveHookContext): string {
  const from = parentURL?.startsWith("file:") ? fileURLToPath(parentURL) : undefined;
  const found = from !== undefined && (own.has(from) || takesAll) ? meant(specifier, from) : undefined;
  if (found === undefined) throw error;
  return pathToFileURL(found).href;
}

/** A module that is ours to load. */
function ours(url: string) {
  const file = url.startsWith("file:") ? fileURLToPath(url) : "";
  const answer = (source: string) => ({ format: "module" as const, source, shortCircuit: true });
  if (file !== "" && secondaryId.test(url)) return answer(textModule(`${file}${new URL(url).search}`));
  if (/\.ode\.ts$/.test(file)) {
    const { code, helpers } = modelModule(file);
    for (const each of [file, ...helpers]) own.add(each);
    return answer(code);
  }
  const isPlain = takesAll && /\.m?ts$/.test(file) && !file.includes("node_modules");
  return isPlain || (own.has(file) && file.endsWith(".ts")) ? answer(plainModule(file)) : undefined;
}

export const resolve: ResolveHook = async (specifier, context, next) => {
  try {
    return await next(specifier, context);
  } catch (error) {
    return next(meantBy(error, specifier, context), context);
  }
};

export const load: LoadHook = async (url, context, next) => ours(url) ?? next(url, context);

type Next<Context, Answer> = (what: string, context: Context) => Answer;

/** The same at once. */
export const atOnce = {
  resolve(
    specifier: string,
    context: ResolveHookContext,
    next: Next<ResolveHookContext, ResolveFnOutput>,
  ): ResolveFnOutput {
    try {
      return next(specifier, context);
    } catch (error) {
      return next(meantBy(error, specifier, context), context);
    }
  },
  load<Context, Answer>(url: string, context: Context, next: Next<Context, Answer>) {
    return ours(url) ?? next(url, context);
  },
};
