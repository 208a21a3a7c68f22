/**
 * Functions whose meaning differs between JavaScript and C, as C helpers with JavaScript's meaning, and gated products. In:
 * their names and the type of real numbers. Out: static functions; only those that a module uses are printed.
 */

import type { Real } from "./c-layout.ts";

export type HelperName = "min" | "max" | "round" | "sign" | "pow" | "fround" | "gate";

/**
 * The text of a helper named `<prefix>_<name>_`. `apart`: for short code, the word that keeps a function from being copied to
 * its callers; what a helper rarely does is then one.
 */
export function helperText(name: HelperName, identifier: string, real: Real, apart?: string): string {
  const f = real === "float" ? "f" : "";
  const n = (text: string): string => `${text}${f}`;
  const one = (body: string): string => `static ${real} ${identifier}(${real} x)\n{\n${body}\n}\n`;
  const two = (body: string): string => `static ${real} ${identifier}(${real} x, ${real} y)\n{\n${body}\n}\n`;
  /** A function of the library; in single precision some give doubles. */
  const library = (call: string): string => (real === "float" ? `(float)${call}` : call);
  switch (name) {
    case "max":
    case "min": {
      const [sign, larger] = name === "max" ? (["y", "x"] as const) : (["x", "y"] as const);
      const relation = name === "max" ? ">" : "<";
      // NaN wins over numbers; max takes +0 of two zeros, min -0.
      return two(`    ${real} result;
    if ((x != x) || (y != y)) {
        result = x + y;
    } else if (x == y) {
        result = (signbit(x) != 0) ? ${sign} : ${larger};
    } else {
        result = (x ${relation} y) ? x : y;
    }
    return result;`);
    }
    case "round":
      // Halves go up; what rounds to zero keeps its sign.
      return one(
        `    ${real} whole = ${library(`floor${f}(x)`)};
    const ${real} rest = x - whole;
    if (rest >= ${n("0.5")}) {
        whole += ${n("1.0")};
    }
    return ${library(`copysign${f}(whole, x)`)};`,
      );
    case "sign":
      return one(`    return (x > ${n("0.0")}) ? ${n("1.0")} : ((x < ${n("0.0")}) ? ${n("-1.0")} : x);`);
    case "pow":
      // 1 to an infinite or undefined power is undefined.
      return two(`    const ${real} spread = y - y;
    const ${real} size = ${library(`fabs${f}(x)`)};
    const int undefined = (y != y) || ((size == ${n("1.0")}) && (spread != ${n("0.0")}));
    return (undefined != 0) ? spread : ${library(`pow${f}(x, y)`)};`);
    case "gate":
      if (apart !== undefined) {
        return `${gateText}${apart} static ${real} ${identifier}closed_(${real} x, ${real} y)
{
    ${real} result = ${n("0.0")};
    if ((x != ${n("0.0")}) && (y != ${n("0.0")})) {
        result = x * y;
    }
    return result;
}

${two(`    const ${real} product = x * y;
    return (product == product) ? product : ${identifier}closed_(x, y);`)}`;
      }
      return `${gateText}${two(`    ${real} product = x * y;
    if ((product != product) && ((x == ${n("0.0")}) || (y == ${n("0.0")}))) {
        product = ${n("0.0")};
    }
    return product;`)}`;
    case "fround":
      return one(`    return (${real})(float)x;`);
    default:
      return name satisfies never;
  }
}

/** What a reader of C is told of it. */
const gateText =
  "/* A product that is 0 where a factor is, whatever the other one is: what contributes nothing is no NaN. */\n";
