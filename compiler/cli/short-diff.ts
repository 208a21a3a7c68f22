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
    ...(first < old.length ? [`  - ${old[first]}`] : []),
    ...(first < own.length ? [`  + ${own[first]}`] : []),
  ];
  const more = differing.length - 1;
  return `line ${first + 1}${more > 0 ? ` and ${more} more` : ""}\n${rows.join("\n")}`;
}

const linesOf = (text: string): string[] => text.replaceAll("\r\n", "\n").split("\n");
