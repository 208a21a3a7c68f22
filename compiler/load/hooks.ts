/**
 * Hooks of Node's module loader: a model's file is compiled when it is imported, and the modules it imports lose their types. So
 * do a configuration and the modules it imports, those of packages excepted. Written once for both kinds of hooks that Node has:
 * those that answer at once, and those of a thread of their own.
 */

import * as fs from "node:fs";
import type { InitializeHook, LoadHook, ResolveFnOutput, ResolveHook, ResolveHookContext } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { CommandOptions } from "../options.ts";
import { secondaryId } from "../secondary.ts";
import { meant, own } from "./helpers.ts";
import { modelModule, plainModule, textModule } from "./model-module.ts";

export interface LoaderOptions {
  /** The file of a configuration that is about to be run. */
  readonly configuration?: string;
  /** What was configured, for models that are compiled. */
  readonly config?: CommandOptions;
}

/** Configurations, and the modules they import. */
const configuring = new Set<string>();
let config: CommandOptions = {};

/** Also in a thread of hooks, by Node. */
export const initialize: InitializeHook<LoaderOptions | undefined> = (data) => {
  const file = data?.configuration;
  // Node follows links before it loads a file, unless it is told not to.
  if (file !== undefined) for (const each of [file, fs.realpathSync(file)]) configuring.add(each);
  config = data?.config ?? config;
};

const pathOf = (url: string | undefined): string | undefined =>
  url?.startsWith("file:") ? fileURLToPath(url) : undefined;

/** In: what was not found, and the error that said so. Out: the address of the file that is meant; the error is thrown where there is none. */
function meantBy(error: unknown, specifier: string, { parentURL }: ResolveHookContext): string {
  const from = pathOf(parentURL);
  const isOurs = from !== undefined && (own.has(from) || configuring.has(from));
  const found = isOurs ? meant(specifier, from) : undefined;
  if (found === undefined) throw error;
  return pathToFileURL(found).href;
}

/** What a configuration imports is of the configuration. */
function followed(found: ResolveFnOutput, { parentURL }: ResolveHookContext): ResolveFnOutput {
  const [from, file] = [pathOf(parentURL), pathOf(found.url)];
  const isFollowed = from !== undefined && configuring.has(from) && file !== undefined;
  if (isFollowed && !file.includes("node_modules")) configuring.add(file);
  return found;
}

/** A module that is ours to load. */
function ours(url: string) {
  const file = pathOf(url) ?? "";
  const answer = (source: string) => ({ format: "module" as const, source, shortCircuit: true });
  if (file !== "" && secondaryId.test(url))
    return answer(textModule(`${file}${new URL(url).search}`, config));
  if (/\.ode\.ts$/.test(file)) {
    const { code, helpers } = modelModule(file, config);
    for (const each of [file, ...helpers]) own.add(each);
    return answer(code);
  }
  const isPlain = (own.has(file) && file.endsWith(".ts")) || (configuring.has(file) && /\.m?ts$/.test(file));
  return isPlain ? answer(plainModule(file)) : undefined;
}

export const resolve: ResolveHook = async (specifier, context, next) => {
  try {
    return followed(await next(specifier, context), context);
  } catch (error) {
    return followed(await next(meantBy(error, specifier, context), context), context);
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
      return followed(next(specifier, context), context);
    } catch (error) {
      return followed(next(meantBy(error, specifier, context), context), context);
    }
  },
  load<Context, Answer>(url: string, context: Context, next: Next<Context, Answer>) {
    return ours(url) ?? next(url, context);
  },
};
