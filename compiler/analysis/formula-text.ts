/** Expressions of formulas as text, with brackets where readers need them. */

/** An expression as text, with how tightly it binds. */
export interface Text {
  readonly text: string;
  readonly level: "sum" | "quotient" | "product" | "atom";
  /** Whether it has entries. */
  readonly isArray: boolean;
  /** A number below 0, which needs no brackets in front. */
  readonly isNegative?: boolean;
}

export function primitiveText(op: string, args: readonly Text[]): Text {
  const [a, b] = args as [Text, Text];
  const isArray = args.some((arg) => arg.isArray);
  switch (op) {
    case "add":
      return { text: sumText(a.text, b.text), level: "sum", isArray };
    case "sub":
      return { text: `${a.text} − ${b.level === "sum" ? `(${b.text})` : b.text}`, level: "sum", isArray };
    case "neg":
      return { text: `−${within(a)}`, level: "sum", isArray };
    case "mul":
    case "gate":
      if (a.text === b.text && a.level === "atom")
        return { text: `${a.text.endsWith("²") ? `(${a.text})` : a.text}²`, level: "atom", isArray };
      return {
        text: `${a.isNegative === true ? a.text : factor(a)}${a.isArray && b.isArray ? " ∘ " : " "}${factor(b)}`,
        level: a.isNegative === true ? "sum" : "product",
        isArray,
      };
    case "div":
      return {
        text: `${a.isNegative === true ? a.text : factor(a)} / ${b.level === "atom" ? b.text : `(${b.text})`}`,
        level: a.isNegative === true ? "sum" : "quotient",
        isArray,
      };
    default:
      return { text: `${op}(${args.map(({ text }) => text).join(", ")})`, level: "atom", isArray };
  }
}

/** What is taken away, where the other side of a sum begins with a minus. */
export const sumText = (left: string, right: string): string =>
  right.startsWith("−") ? `${left} − ${right.slice(1)}` : `${left} + ${right}`;

const within = ({ text, level }: Text): string => (level === "sum" ? `(${text})` : text);

/** The same beside another factor, where readers would not agree how far the stroke of a fraction reaches. */
export const factor = (text: Text): string => (text.level === "quotient" ? `(${text.text})` : within(text));
