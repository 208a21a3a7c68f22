/**
 * Functions whose meaning differs between JavaScript and C, as C helpers with JavaScript's meaning. In: their names and
 * the type of real numbers. Out: static functions; only those that a module uses are printed.
 */

import type { Real } from "./c-layout.ts";

export type HelperName = "min" | "max" | "round" | "sign" | "pow" | "fround";

/** The text of a helper named `<prefix>_<name>_`. */
export function helperText(name: HelperName, identifier: string, real: Real): string {
  const f = real === "float" ? "f" : "";
  const n = (text: string): string => `${text}${f}`;
  const one = (body: string): string => `static ${real} ${identifier}(${real} x)\n{\n${body}\n}\n`;
  const two = (body: string): string => `static ${real} ${identifier}(${real} x, ${real} y)\n{\n${body}\n}\n`;
  switch (name) {
    case "max":
      // NaN wins over numbers, +0 over -0.
      return two(
        `    if (x != x || y != y) return x + y;\n    if (x == y) return signbit(x) ? y : x;\n    return x > y ? x : y;`,
      );
    case "min":
      return two(
        `    if (x != x || y != y) return x + y;\n    if (x == y) return signbit(x) ? x : y;\n    return x < y ? x : y;`,
      );
    case "round":
      // Halves go up; what rounds to zero keeps its sign.
      return one(
        `    const ${real} below = floor${f}(x);\n    return copysign${f}(x - below >= ${n("0.5")} ? below + ${n("1.0")} : below, x);`,
      );
    case "sign":
      return one(`    return x > ${n("0.0")} ? ${n("1.0")} : x < ${n("0.0")} ? ${n("-1.0")} : x;`);
    case "pow":
      // 1 to an infinite or undefined power is undefined.
      return two(
        `    if (y != y || (fabs${f}(x) == ${n("1.0")} && y - y != ${n("0.0")})) return y - y;\n    return pow${f}(x, y);`,
      );
    case "fround":
      return one(`    return (${real})(float)x;`);
    default:
      return name satisfies never;
  }
}
