/** Where two texts part: enough to see whether a model, an option or the compiler changed. */

/** The first line that differs, as it was and as it is now, and how many more lines do. */
export function firstDifference(before: string, now: string): string {
  const [old, own] = [linesOf(before), linesOf(now)];
  const at = own.findIndex((line, i) => line !== old[i]);
  const first = at < 0 ? own.length : at;
  const differing = Array.from({ length: Math.max(old.length, own.length) }, (_, i) => i).filter(
    (i) => old[i] !== own[i],
  );
  const rows = [
    ...(first < old.length ? [`  - ${clipped(old[first]!, own[first])}`] : []),
    ...(first < own.length ? [`  + ${clipped(own[first]!, old[first])}`] : []),
  ];
  const more = differing.length - 1;
  return `line ${first + 1}${more > 0 ? ` and ${more} more` : ""}\n${rows.join("\n")}`;
}

/** What of a line is shown: a source map is one of many thousands. */
const widest = 160;

/** A line, or of a long one what stands around the place where it parts from the other. */
function clipped(line: string, other = ""): string {
  if (line.length <= widest) return line;
  let parts = 0;
  while (parts < line.length && line[parts] === other[parts]) parts++;
  const from = Math.max(0, Math.min(parts - widest / 4, line.length - widest));
  const shown = line.slice(from, from + widest);
  return `${from > 0 ? "…" : ""}${shown}${from + widest < line.length ? "…" : ""}`;
}

const linesOf = (text: string): string[] => text.replaceAll("\r\n", "\n").split("\n");
