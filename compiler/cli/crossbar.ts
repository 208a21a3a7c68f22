/** Runs on a simulated crossbar: the device that is asked for, and what it has used. */

import {
  type CrossbarOptions,
  crossbar,
  type Device,
  idealDevice,
  presets,
  type Report,
} from "../../runtime/crossbar.ts";
import { tileMapSvg } from "../../runtime/plot-tiles.ts";
import { badUsage } from "../diagnostics/command-messages.ts";
import { emit, type Ready } from "../emission.ts";
import { type GeneratedModule, javaScriptEngine, loadJavaScript } from "../execute/javascript.ts";
import type { Ending, Engine, Gradients } from "../execute/problem.ts";
import { status } from "../module.ts";
import type { CommandOptions } from "../options.ts";
import { exitCode } from "./exit.ts";
import { type Json, shortNumber } from "./number.ts";
import { type Context, Failure } from "./streams.ts";

/** The exports of the digital part beyond those of every module. */
interface DigitalPart extends GeneratedModule {
  readonly matrices: readonly {
    readonly name: string;
    readonly weights: Float64Array;
    readonly first: number;
    readonly count: number;
    readonly rows: number;
    readonly columns: number;
    readonly isTurned: boolean;
  }[];
  connect(device: Device): void;
}

export interface CrossbarEngine extends Engine {
  /** What the device is called. */
  readonly device: string;
  report(): Report;
  /** Names of matrices by number. */
  nameOf(matrix: number): string;
}

const refused = (message: string, suggestion: string): Failure =>
  new Failure(exitCode.usage, [badUsage(message, suggestion)]);

/** A model on a crossbar of its own. Throws `Failure` for a device that there is not, and for one too small. */
export async function openCrossbar(
  ready: Ready,
  options: CommandOptions,
  context: Pick<Context, "readFile">,
): Promise<CrossbarEngine> {
  const name = options.device ?? "ideal";
  const code = emit(ready, "crossbar", options).find((each) => each.name.endsWith(".js"))!.text;
  const module = (await loadJavaScript(code)) as DigitalPart;
  const device = deviceOf(name, options, context);
  module.connect(device);
  const engine = javaScriptEngine(module);
  const guarded =
    <A extends unknown[], R extends Ending>(run: (...given: A) => R) =>
    (...given: A): R => {
      try {
        const ended = run(...given);
        if (ended.status === status.badArgument) requireFinite(module.matrices);
        return ended;
      } catch (error) {
        if (error instanceof RangeError)
          throw refused(plain(error.message), "give it what it takes, or use another device");
        throw error;
      }
    };
  return {
    ...engine,
    solve: guarded(engine.solve),
    gradient: guarded(engine.gradient),
    device: name,
    report: () => device.report(),
    nameOf(matrix) {
      const own = module.matrices.find(({ first, count }) => matrix >= first && matrix < first + count)!;
      return own.count === 1 ? own.name : `${own.name}[${matrix - own.first}]`;
    },
  };
}

/** Says which weight has no conductance, where that is why nothing ran. */
function requireFinite(matrices: DigitalPart["matrices"]): void {
  for (const { name, weights, rows, columns, isTurned } of matrices) {
    const at = weights.findIndex((weight) => !Number.isFinite(weight));
    if (at < 0) continue;
    const across = isTurned ? rows : columns;
    const [m, entry] = [Math.floor(at / (rows * columns)), at % (rows * columns)];
    const lead = weights.length === rows * columns ? "" : `[${m}]`;
    const place = `${name}${lead}[${Math.floor(entry / across)}][${entry % across}]`;
    throw refused(`${place} is ${weights[at]}: no conductance stands for it`, "give weights that are finite");
  }
}

const plain = (message: string): string => message.replace(/^crossbar: /, "");

function deviceOf(name: string, { seed }: CommandOptions, context: Pick<Context, "readFile">): Device {
  const from = seed === undefined ? {} : { seed };
  if (name === "ideal") return idealDevice({ scaleTransposed: true });
  try {
    if (Object.hasOwn(presets, name)) return crossbar({ ...presets[name as keyof typeof presets], ...from });
    if (name.endsWith(".json")) {
      const { ideal, ...given } = parametersIn(name, context.readFile(name));
      return ideal === true ? idealDevice(given) : crossbar({ ...given, ...from });
    }
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError)
      throw refused(
        `${name}: ${plain(error.message)}`,
        "docs/crossbar.md lists every parameter with its unit and default",
      );
    throw error;
  }
  const known = ["ideal", ...Object.keys(presets)];
  throw refused(`there is no device \`${name}\``, `use ${known.join(", ")}, or a .json file of parameters`);
}

/** The parameters of a device in a file. JSON has no word for a number without end: the text stands for it. */
function parametersIn(name: string, text: string): { readonly ideal?: boolean } & CrossbarOptions {
  const found: unknown = JSON.parse(text, (_, value: unknown) =>
    value === "Infinity" ? Number.POSITIVE_INFINITY : value,
  );
  const refuse = (what: string, suggestion: string): never => {
    throw refused(`${name}: ${what}`, suggestion);
  };
  const isRecord = (value: unknown): value is object =>
    value !== null && typeof value === "object" && !Array.isArray(value);
  if (!isRecord(found))
    return refuse(
      "a device is an object of its parameters",
      'give one, as `{ "cellBits": 4, "seed": 3 }`; a preset goes by its name alone',
    );
  const { ideal, costs } = found as { ideal?: unknown; costs?: unknown };
  if (ideal !== undefined && typeof ideal !== "boolean")
    return refuse(
      `ideal is ${JSON.stringify(ideal)}; it takes true or false`,
      "write true or false, without quotes",
    );
  if (costs !== undefined && !isRecord(costs))
    return refuse(
      `costs is ${JSON.stringify(costs)}; it takes an object of constants`,
      "docs/crossbar.md lists every constant",
    );
  return found;
}

/** How far a gradient is from the ideal program's. */
export interface GradientError {
  /** Cosine of the angle between the two, over everything that is differentiated. */
  readonly cosine: number;
  /** Length of the difference over the length of the ideal one. */
  readonly relative: number;
}

export function gradientError(found: Gradients, ideal: Gradients): GradientError {
  const flat = ({ params, state0, inputs }: Gradients): number[] => [...params, ...state0, ...inputs];
  const [a, b] = [flat(found), flat(ideal)];
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  const difference = a.map((value, i) => value - b[i]!);
  const length = Math.sqrt(dot(b, b));
  return {
    cosine: dot(a, b) / (Math.sqrt(dot(a, a)) * length),
    relative: Math.sqrt(dot(difference, difference)) / length,
  };
}

export function reportAsText({ device, report }: CrossbarEngine, error: GradientError): string {
  const used = report();
  const percent = (100 * used.utilisation).toFixed(1);
  return [
    "",
    `crossbar ${device}: ${used.tiles} tiles, ${used.cells} cells, ${percent} % of what they hold`,
    `reads ${used.forwardReads} forward, ${used.transposedReads} transposed; ${used.outerProducts} outer products; ${used.digitalOperations} digital operations`,
    `conversions ${used.dacConversions} DAC, ${used.adcConversions} ADC; ${used.pulses} programming pulses, at most ${used.mostPulses} on one cell`,
    `energy ${shortNumber(1e9 * used.energy.total)} nJ, time ${shortNumber(1e6 * used.time.total)} us by the constants ${used.costs.name}`,
    `gradient against the ideal program: cosine ${error.cosine.toFixed(6)}, relative error ${shortNumber(error.relative)}`,
    "",
  ].join("\n");
}

export function reportAsJson({ device, report, nameOf }: CrossbarEngine, error: GradientError): Json {
  const { layout, ...used } = report();
  return {
    device,
    ...(used as unknown as { readonly [key: string]: Json }),
    gradientError: { ...error },
    layout: layout.map((block) => ({ name: nameOf(block.matrix), ...block })),
  };
}

/** Picture of the tiles. */
export function tilesAsSvg({ report, nameOf }: CrossbarEngine, title: string): string {
  const { layout } = report();
  const most = (pick: "rows" | "columns"): number => Math.max(1, ...layout.map((block) => block[pick]));
  const side = Math.max(128, most("rows"), most("columns"));
  return tileMapSvg({
    tileRows: side,
    tileColumns: side,
    blocks: layout.map((block) => ({ ...block, name: nameOf(block.matrix) })),
    title,
  });
}
