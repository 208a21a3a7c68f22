/** The tables of docs/crossbar.md are those of the code and of the measurements. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as device from "../../runtime/crossbar.ts";
import { converterCosines, programmingCosines, wireErrors } from "../runtime/crossbar-network.ts";
import { snippets } from "./markdown.ts";
import { pageOf, root } from "./models.ts";

const { costs, parameters, presets } = device;

const page = "docs/crossbar.md";

/** The table after a comment of the page is this one; with ODEGRAD_UPDATE_GOLDEN=1 it becomes this one. */
function expectTable(comment: string, wanted: readonly string[]): void {
  const lines = pageOf(page).split("\n");
  const at = lines.indexOf(`<!-- ${comment} -->`) + 1;
  expect(at, `${page} has a place for "${comment}"`).toBeGreaterThan(0);
  let end = at;
  while (lines[end]?.startsWith("|")) end++;
  if (process.env["ODEGRAD_UPDATE_GOLDEN"] === "1")
    writeFileSync(join(root, page), lines.toSpliced(at, end - at, ...wanted).join("\n"));
  else expect(lines.slice(at, end)).toEqual(wanted);
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`.replaceAll("|  |", "| |");
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

const percent = (share: number) => `${Number((100 * share).toPrecision(2))} %`;
/** Errors of rounding are bounded, not printed. */
const exact = (error: number) => (error < 5e-15 ? "below 5e-15" : percent(error));

describe(page, () => {
  test("the example of the device runs", () => {
    const [, device_] = pageOf(page).split("## The device");
    const [example] = snippets(device_!).filter(({ language }) => language === "js");
    const [, names] = /^import \{ (.*) \} from "odegrad\/crossbar";$/m.exec(example!.text)!;
    const body = example!.text.replace(/^import .*$/m, "");
    const printed: unknown[] = [];
    const log = { log: (...values: unknown[]) => printed.push(...values) };
    new Function("device_", "console", `const { ${names} } = device_; ${body}`)(device, log);
    const [t, report] = printed as [Float64Array, device.Report];
    expect(t).toHaveLength(6);
    expect([report.forwardReads, report.transposedReads, report.updates]).toEqual([1, 1, 1]);
  });

  test("presets", () => {
    const rows = Object.entries(presets).map(([name, options]) => [
      `\`${name}\``,
      Object.entries(options)
        .map(([option, value]) => `${option} ${value}`)
        .join(", "),
    ]);
    expectTable("table: presets", table(["preset", "parameters"], rows));
  });

  test("parameters", () => {
    const rows = Object.entries(parameters).map(([name, p]) => [
      `\`${name}\``,
      p.unit,
      typeof p.default === "string" ? `\`"${p.default}"\`` : `${p.default}`,
      p.takes,
      p.means,
      p.source,
    ]);
    expectTable(
      "table: parameters",
      table(["parameter", "unit", "default", "takes", "meaning", "source"], rows),
    );
  });

  test("costs", () => {
    const rows = Object.entries(costs).map(([name, c]) => [
      `\`${name}\``,
      c.unit,
      c.default,
      c.means,
      c.source,
    ]);
    expectTable("table: costs", table(["constant", "unit", "default", "of", "source"], rows));
  });

  test("wires", () => {
    const rows = wireErrors().map((row) => [
      row.network,
      row.wire,
      exact(row.same),
      percent(row.opposite),
      percent(row.digital),
    ]);
    expectTable(
      "measured: wires",
      table(
        ["network", "wire / Rmin", "same terminals", "opposite ends", "in software, wanted weights"],
        rows,
      ),
    );
  });

  test("programming", () => {
    const rows = programmingCosines().map((row) => [
      row.network,
      percent(row.error),
      row.toIdeal.toFixed(3),
      exact(row.toExact),
      row.digital.toFixed(3),
    ]);
    const head = [
      ...["network", "error of Gmax", "to the wanted network's"],
      ...["error to the programmed network's", "in software, to the programmed network's"],
    ];
    expectTable("measured: programming", table(head, rows));
  });

  test("converters", () => {
    const rows = converterCosines().map((row) => [
      row.network,
      row.bits,
      row.outputBound,
      ...[row.scaled, row.absmax, row.fixed].map((c) => (Number.isNaN(c) ? "NaN" : c.toFixed(5))),
    ]);
    expectTable(
      "measured: converters",
      table(["network", "bits", "ADC bound", "power of two", "largest magnitude", "fixed"], rows),
    );
  });
});
