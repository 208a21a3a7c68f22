/**
 * Counts what generated C computes while it runs: the text is compiled as C++ with a number type of its own that counts every
 * operator and every function of the library that is applied to it. Nothing of the compiler's own counting is in it.
 */

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Operations } from "../../compiler/emit/c-operations.ts";
import { cxxCompilers, inFolder, type Real } from "./c-files.ts";

export const canCount = cxxCompilers.length > 0;

const one =
  "sqrt cbrt exp expm1 log log1p log2 log10 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh floor ceil trunc fabs";
const two = "fmod atan2 hypot copysign pow";

/** The number type. What happens inside the file's own helpers counts as one call of the helper. */
const prelude = (real: Real): string => {
  const f = real === "float" ? "f" : "";
  const functions = [
    ...one.split(" ").map((name) => ({ name: `${name}${f}`, list: "Number x", passed: "x.value" })),
    ...two
      .split(" ")
      .map((name) => ({ name: `${name}${f}`, list: "Number x, Number y", passed: "x.value, y.value" })),
  ];
  const operators = [
    ["+", "add"],
    ["-", "add"],
    ["*", "multiply"],
    ["/", "divide"],
  ];
  return `#include <math.h>
#include <stdint.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
static struct { const char *name; long count; } counted[256];
static int kinds = 0;
static int inside = 0;
static void note(const char *name) {
  if (inside != 0) return;
  for (int i = 0; i < kinds; i++) if (counted[i].name == name) { counted[i].count++; return; }
  if (kinds == 256) abort();
  counted[kinds].name = name;
  counted[kinds++].count = 1;
}
struct Helper { Helper(const char *name) { note(name); inside++; } ~Helper() { inside--; } };
struct Number {
  ${real} value;
  Number() = default;
  template <typename T> constexpr Number(T one) : value((${real})one) {}
  template <typename T> explicit operator T() const { return (T)value; }
  Number operator-() const { note("negate"); return Number(-value); }
  Number &operator+=(Number y) { note("add"); value += y.value; return *this; }
  Number &operator-=(Number y) { note("add"); value -= y.value; return *this; }
  Number &operator*=(Number y) { note("multiply"); value *= y.value; return *this; }
};
${operators.map(([sign, name]) => `static inline Number operator${sign}(Number x, Number y) { note("${name}"); return Number(x.value ${sign} y.value); }`).join("\n")}
${["<", "<=", ">", ">=", "==", "!="].map((sign) => `static inline bool operator${sign}(Number x, Number y) { note("compare"); return x.value ${sign} y.value; }`).join("\n")}
${functions.map(({ name, list, passed }) => `static inline Number ${name}(${list}) { note("call ${name}"); return Number(::${name}(${passed})); }`).join("\n")}
static inline int signbit(Number x) { return __builtin_signbit(x.value); }
#define ${real} Number
`;
};

export interface Counted {
  readonly status: number;
  readonly operations: Operations;
  readonly report: readonly number[];
}

/** What one call of each entry computes at the model's defaults; with `report`, members of the workspace behind it. */
export function countedRuns(
  files: Parameters<typeof inFolder>[0],
  real: Real,
  entries: readonly string[],
  report: readonly string[] = [],
): readonly Counted[] {
  return inFolder(files, (folder) => {
    const source = files.source
      .replaceAll(
        /^(static \w+ \w+_(min|max|round|sign|pow|fround|gate)_\([^)]*\)\n\{)/gm,
        '$1 Helper helper("helper $2");',
      )
      // A function of a constant is called like any other.
      .replaceAll(/\b([a-z0-9]+)\((\(?-?\d[\d.e+-]*f?\)?)\)/g, "$1(Number($2))");
    const result = (entry: string): string =>
      entry === "gradient" || entry === "hvp" ? "gradients" : "solution";
    folder.write(
      "counting.cpp",
      `${prelude(real)}
${source}
static m_problem problem = m_default;
static m_workspace workspace;
int main(int, char **argv) {
  int status = -1;
  kinds = 0;
${entries
  .map(
    (entry, i) =>
      `  if (atoi(argv[1]) == ${i}) { static m_${result(entry)} result; status = m_${entry}(&problem, &workspace, &result); }`,
  )
  .join("\n")}
  printf("%d\\n", status);
  for (int i = 0; i < kinds; i++) printf("%s=%ld\\n", counted[i].name, counted[i].count);
${report.map((member) => `  printf("report %.0f\\n", (double)workspace.${member}.value);`).join("\n")}
}
`.replace(/\(double\)workspace/g, "(decltype(0.0))workspace"),
    );
    const program = path.join(folder.place, "counting");
    const made = spawnSync(
      cxxCompilers[0]!,
      ["-std=c++17", "-O0", "-w", "-ffp-contract=off", "counting.cpp", "-o", program],
      { cwd: folder.place, encoding: "utf8" },
    );
    if (made.status !== 0) throw new Error(made.stderr.slice(0, 4000));
    const found = entries.map((_, i) => read(spawnSync(program, [`${i}`], { encoding: "utf8" }).stdout));
    fs.rmSync(program);
    return found;
  });
}

function read(printed: string): Counted {
  const [status, ...lines] = printed.trim().split("\n");
  const counts = new Map<string, number>();
  for (const line of lines.filter((each) => each.includes("="))) {
    const at = line.lastIndexOf("=");
    const name = line.slice(0, at);
    // A name that stands in the text twice is counted in two places.
    counts.set(name, (counts.get(name) ?? 0) + Number(line.slice(at + 1)));
  }
  const of = (name: string): number => counts.get(name) ?? 0;
  const named = (kind: string): Record<string, number> =>
    Object.fromEntries(
      [...counts]
        .filter(([name]) => name.startsWith(`${kind} `))
        .map(([name, count]) => [name.slice(kind.length + 1), count]),
    );
  return {
    status: Number(status),
    operations: {
      add: of("add"),
      multiply: of("multiply"),
      divide: of("divide"),
      negate: of("negate"),
      compare: of("compare"),
      calls: named("call"),
      helpers: named("helper"),
    },
    report: lines.filter((line) => line.startsWith("report ")).map((line) => Number(line.slice(7))),
  };
}
