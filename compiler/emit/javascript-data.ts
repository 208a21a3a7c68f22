/**
 * Numbers of arrays as JavaScript has them. A module that people may read has a few to a line. In the place of a model, where bundlers
 * go over every word of the text at every save, a long list is one: `JSON.parse("[1,2]")`, the same numbers, and quicker to load.
 */

import { hasSameNumbers } from "../ir/numbers.ts";
import { javascriptNumber } from "./javascript-functions.ts";

type Numbers = readonly number[] | Float64Array;

/** Numbers as printed, and on how many lines. */
export interface Data {
  readonly text: string;
  readonly rows: number;
}

export type Form = "rows" | "text";

interface Printed extends Data {
  readonly values: Numbers;
  readonly form: Form;
}

/** Long lists as last printed, the latest first: data that a build has as the one before had it is not printed again. */
let printed: readonly Printed[] = [];
/** Words from which a list is long, and of all lists that are kept. */
const long = 512;
const mostPrinted = 2 ** 20;

/** The argument of a typed array; `form`: of long lists. */
export function numbers(values: Numbers, form: Form): Data {
  if (values.length < long) return inRows(values);
  const known = printed.find((each) => each.form === form && hasSameNumbers(each.values, values));
  const latest = known ?? anew(values, form);
  let room = mostPrinted - values.length;
  const others = printed.filter((each) => {
    if (each !== known) room -= each.values.length;
    return each !== known && room >= 0;
  });
  printed = [latest, ...others];
  return latest;
}

function anew(values: Numbers, form: Form): Printed {
  // A record may be filled anew, a list stays what it is.
  const own = Array.isArray(values) ? values : values.slice();
  return { values: own, form, ...(form === "text" ? inText(values) : inRows(values)) };
}

function inText(values: Numbers): Data {
  // JSON has no others.
  if (!values.every(Number.isFinite)) return inRows(values);
  return { text: `JSON.parse("[${Array.from(values, javascriptNumber).join()}]")`, rows: 1 };
}

function inRows(values: Numbers): Data {
  const texts = Array.from(values, javascriptNumber);
  // A number is a character, and two are between it and the next.
  const line = texts.length > 30 ? undefined : `[${texts.join(", ")}]`;
  if (line !== undefined && line.length <= 90) return { text: line, rows: 1 };
  const rows: string[] = [];
  let row = " ";
  for (const text of texts) {
    if (row.length + text.length > 100) {
      rows.push(row);
      row = " ";
    }
    row += ` ${text},`;
  }
  rows.push(row);
  return { text: `[\n${rows.join("\n")}\n]`, rows: rows.length + 2 };
}
