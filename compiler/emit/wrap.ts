/**
 * Breaks long statements of generated code. In: a statement on one line. Out: lines of at most `width` columns as far
 * as there are places to break. Only blanks behind operators and commas become line ends, the outermost and loosest
 * binding first; the tokens and their order stay. An operator ends its line, so JavaScript never ends a statement there.
 */

/** Operators by how loosely they bind; a comma binds loosest inside its brackets. */
const looseness: ReadonlyMap<string, number> = new Map(
  [["=", "+=", "-="], [","], ["?", ":"], ["||"], ["&&"], ["===", "!==", "==", "!="], ["<", "<=", ">", ">="]]
    .concat([
      ["+", "-"],
      ["*", "/", "%"],
    ])
    .flatMap((signs, level) => signs.map((sign): [string, number] => [sign, level])),
);

const levels = 10;

interface Place {
  /** Position of the blank. */
  readonly at: number;
  readonly rank: number;
}

/** Blanks where a line may end, with the depth and looseness of what stands before them as a rank. */
function placesIn(text: string): Place[] {
  const places: Place[] = [];
  let depth = 0;
  let word = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case " ": {
        const level = looseness.get(text[at - 1] === "," ? "," : text.slice(word, at));
        // The sign of an assignment is the last resort: what follows it should stay beside it.
        if (level !== undefined) places.push({ at, rank: level === 0 ? Infinity : depth * levels + level });
        word = at + 1;
        break;
      }
      case "(":
      case "[":
      case "{":
        depth++;
        break;
      case ")":
      case "]":
      case "}":
        depth--;
        break;
      default:
        break;
    }
  }
  return places;
}

export function broken(text: string, width: number, hanging: string): string[] {
  if (text.length <= width) return [text];
  const places = placesIn(text);
  if (places.length === 0) return [text];
  const best = places.reduce((least, { rank }) => Math.min(least, rank), Infinity);
  const pieces: string[] = [];
  let start = 0;
  for (const { at, rank } of places) {
    if (rank !== best) continue;
    pieces.push(text.slice(start, at));
    start = at + 1;
  }
  pieces.push(text.slice(start));
  // As many pieces on a line as fit; a piece too long for a line of its own is broken at what binds tighter.
  const lines: string[] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + piece.length <= width)
      lines[lines.length - 1] = `${last} ${piece}`;
    else lines.push(last === undefined ? piece : hanging + piece);
  }
  return lines.flatMap((line, i) => (i === 0 ? broken(line, width, hanging) : hung(line, width, hanging)));
}

/** A line that hangs already, with the same indentation for what it is broken into. */
const hung = (line: string, width: number, hanging: string): string[] =>
  broken(line.slice(hanging.length), width - hanging.length, "").map((one) => hanging + one);
