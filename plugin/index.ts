/**
 * The bundler plugin: models are compiled where they stand, in every bundler that unplugin knows.
 *
 * `x.ode.ts` goes through `transform`; `x.ode.ts?c`, `?ir` and the other targets are modules whose default export is the generated
 * text. Files that a model was computed from are watched. What is wrong is reported as the bundler reports errors of its own: with
 * file, line and column, and in Vite on the page.
 */

import * as fs from "node:fs";
import * as path from "node:path";
import {
  createVitePlugin,
  type UnpluginBuildContext,
  type UnpluginContext,
  type UnpluginFactory,
} from "unplugin";
import { checkOptions } from "../compiler/check-options.ts";
import { configState, loadConfig } from "../compiler/cli/load-config.ts";
import { decode, Failure } from "../compiler/cli/streams.ts";
import type { Source } from "../compiler/compile.ts";
import { ofModels, withConfig } from "../compiler/config.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import { fingerprint } from "../compiler/fingerprint.ts";
import { withoutTypes } from "../compiler/frontend/in-place.ts";
import { Kept } from "../compiler/kept.ts";
import type { Options } from "../compiler/options.ts";
import { askedBy, isGenerated, secondary, secondaryId } from "../compiler/secondary.ts";
import { isTransformed, transform } from "../compiler/transform.ts";
import { version } from "../compiler/version.ts";
import { Cache, type Computed } from "./cache.ts";
import { guess } from "./guess.ts";
import type { PluginOptions } from "./options.ts";
import { report } from "./report.ts";
import { WarmUp } from "./warm-up.ts";

type Context = UnpluginBuildContext & UnpluginContext;

/** Of the process, which all servers in it share the compiler of. */
const warmUp = new WarmUp();

/** A model's file as bundlers and those who want it afresh name it: a query of values, as in `?v=2`, says nothing of what it is. */
const modelId = /\.ode\.ts(\?(?:import|[\w$-]+=[^&]*)(?:&(?:import|[\w$-]+=[^&]*))*)?$/;
export const factory: UnpluginFactory<PluginOptions | undefined> = (options = {}, { framework }) => {
  const { config, ...given } = options;
  const readOptions = async () => {
    const own = checkOptions(given as Readonly<Record<string, unknown>>, "library");
    if (config === false) return own;
    try {
      const loaded = await loadConfig(root, config === undefined ? {} : { config });
      const options: Options = withConfig(own.options, loaded.config, ofModels);
      return { options, diagnostics: own.diagnostics };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { options: own.options, diagnostics: [...own.diagnostics, ...error.diagnostics] };
    }
  };
  let latest: { readonly state: string; readonly settled: ReturnType<typeof readOptions> } | undefined;
  /** The options, read again when the configuration is another one; and the files it is in. */
  const settle = () => {
    const { files, text } = config === false ? { files: [], text: "" } : configState(root, config);
    if (latest?.state !== text) latest = { state: text, settled: readOptions() };
    return { files, settled: latest.settled };
  };
  let isServing = false;
  /** Whether who builds waits for people to save. */
  let isWaiting = false;
  const waitsWhileWatching = {
    buildStart(this: { readonly meta: { readonly watchMode: boolean } }) {
      isWaiting = this.meta.watchMode;
    },
  };
  let root = process.cwd();
  const models = new Cache<ReturnType<typeof transform>>();
  const typedModels = new Cache<ReturnType<typeof transform>>();
  const kept = new Kept();
  /** Of builds of nobody's. */
  const aside = new Kept();
  const texts = new Cache<ReturnType<typeof secondary>>();
  /**
   * Files that models are computed from, with the models. Modules among them are in the language of models, and bundlers that know
   * no types get them without.
   */
  const helpers = new Map<string, Set<string>>();
  const takesTypes = framework === "rollup" || framework === "webpack" || framework === "rspack";
  // Webpack and its kin resolve queries themselves, and load the file before it is transformed.
  const resolvesQueries = framework === "webpack" || framework === "rspack";

  /** Compiles through a cache, watches what was read, and reports what is wrong. Nothing where there are errors. */
  const through = async <T extends Computed & { readonly diagnostics: readonly Diagnostic[] }>(
    context: Context,
    cache: Cache<T>,
    id: string,
    text: string,
    compile: (source: Source, options: Options) => T,
  ): Promise<T | undefined> => {
    const { files, settled } = settle();
    const asked = await settled;
    const { options, diagnostics } = asked;
    const source = sourceOf(id, text);
    const result = cache.get(id, text, asked, source.host, () => compile(source, options));
    for (const file of [...files, ...result.imported.keys(), ...result.absent]) {
      context.addWatchFile(path.resolve(file));
      const models = helpers.get(path.resolve(file)) ?? new Set();
      helpers.set(path.resolve(file), models.add(id.replace(/\?.*$/, "")));
    }
    const read = (file: string) => (file === source.file ? text : result.imported.get(file));
    const all = [...diagnostics, ...result.diagnostics];
    return report(context, framework, all, read) ? result : undefined;
  };

  const generated = async (context: Context, id: string, text: string) => {
    const { target, model } = askedBy(id);
    const result = await through(context, texts, id, text, (source, options) =>
      secondary(source, target, model, options),
    );
    return result?.code === undefined ? broken : { code: result.code, map: null };
  };
  /** What a bundler keeps on disk from one run to the next is another one for other options, and for another version. */
  const remember = (cache: unknown): void => {
    if (typeof cache !== "object" || cache === null) return;
    const stored = cache as { type?: string; version?: string };
    if (stored.type !== "filesystem" && stored.type !== "persistent") return;
    const state = config === false ? "" : configState(root, config).text;
    const own = fingerprint([version, JSON.stringify(given), state]);
    stored.version = `${stored.version ?? ""} odegrad ${own}`.trimStart();
  };
  // Errors and watched files go to esbuild with a text, or not at all.
  const broken = framework === "esbuild" ? { code: "", map: null } : undefined;

  return {
    name: "odegrad",
    enforce: "pre",
    vite: {
      // Found only after the page has loaded, they would be bundled then, and the page loaded again.
      config: () => ({
        optimizeDeps: { exclude: ["odegrad", "odegrad/compiled"] },
        // A build of workers has plugins of its own. Where the user has named this one there too, the second finds all compiled.
        worker: {
          plugins: () => [createVitePlugin(factory)(options)],
        },
      }),
      configResolved(config) {
        isServing = config.command === "serve";
        isWaiting = (isServing || Boolean(config.build.watch)) && config.mode !== "test";
        root = config.root;
      },
      // Vite would hand a model out again as it was, with another address for what it imports.
      hotUpdate({ file, modules }) {
        const { moduleGraph } = this.environment;
        const models = [...(helpers.get(path.resolve(file)) ?? [])];
        const own = models.flatMap((model) => [...(moduleGraph.getModulesByFile(model) ?? [])]);
        return own.length === 0 ? undefined : [...modules, ...own];
      },
    },
    rollup: waitsWhileWatching,
    rolldown: waitsWhileWatching,
    webpack(compiler) {
      remember(compiler.options.cache);
      compiler.hooks.watchRun.tap("odegrad", () => {
        isWaiting = true;
      });
    },
    rspack(compiler) {
      const { cache, experiments } = compiler.options;
      remember(cache);
      remember((experiments as { readonly cache?: unknown } | undefined)?.cache);
      compiler.hooks.watchRun.tap("odegrad", () => {
        isWaiting = true;
      });
    },
    esbuild: {
      // It does not say that it watches. Who builds a second time does, or asks for every save.
      setup({ onStart }) {
        let builds = 0;
        onStart(() => {
          isWaiting = builds++ > 0;
        });
      },
    },
    resolveId: {
      filter: { id: secondaryId },
      handler(id, importer) {
        if (resolvesQueries) return undefined;
        const [file = "", query] = id.split("?");
        const candidates = [
          ...(importer === undefined ? [] : [path.resolve(path.dirname(importer.split("?")[0]!), file)]),
          path.resolve(root, file),
          // A development server writes paths from its root.
          path.join(root, file),
        ];
        const found = candidates.find((each) => fs.existsSync(each));
        return found === undefined ? undefined : `${found}?${query}`;
      },
    },
    load: {
      filter: { id: secondaryId },
      handler(id) {
        if (resolvesQueries) return undefined;
        const file = id.slice(0, id.indexOf("?"));
        this.addWatchFile(file);
        return generated(this, id, decode(fs.readFileSync(file)));
      },
    },
    transform: {
      // Not more than is done here: what esbuild sees pass through a transform loses the errors of its load.
      filter: { id: takesTypes ? /\.ts(\?|$)/ : modelId },
      async handler(text, id) {
        if (takesTypes && !id.includes(".ode.ts")) {
          if (!helpers.has(path.resolve(id)) || isTyped(this)) return undefined;
          const { code, map } = withoutTypes(path.basename(id), text);
          return { code, map: JSON.parse(map) };
        }
        if (resolvesQueries && secondaryId.test(id))
          return isGenerated(text) ? undefined : generated(this, id, text);
        if (!modelId.test(id) || isTransformed(text)) return undefined;
        const typed = isTyped(this);
        const result = await through(this, typed ? typedModels : models, id, text, (source, options) => {
          const asked = { ...options, hot: isServing, typed };
          const build = () => transform(source, asked, kept);
          // Tests are no people.
          if (!isWaiting || process.env["VITEST"] !== undefined) return build();
          return warmUp.after(build, (round) =>
            transform({ ...source, text: guess(text, round) }, asked, aside),
          );
        });
        if (result === undefined) return broken;
        return result.code === undefined ? undefined : { code: result.code, map: result.map as never };
      },
    },
  };
};

/** Whether the text goes to ts-loader next, which takes the types out itself and checks all that it is given with those of its kin. */
function isTyped(context: UnpluginBuildContext): boolean {
  const native = context.getNativeBuildContext?.();
  if (native?.framework !== "webpack" && native?.framework !== "rspack") return false;
  const loaders: readonly { readonly path: string }[] = native.loaderContext?.loaders ?? [];
  return loaders.some((each) => /[\\/]ts-loader[\\/]/.test(each.path));
}

/** The model's file under a name from the working directory, as messages print it. */
function sourceOf(id: string, text: string): Source {
  const file = path.relative(process.cwd(), id.replace(/\?.*$/, "")).split(path.sep).join("/");
  return {
    file,
    text,
    host: {
      read(imported) {
        try {
          return decode(fs.readFileSync(imported));
        } catch {
          return undefined;
        }
      },
    },
  };
}
