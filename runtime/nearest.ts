/** Spelling suggestions: the known word nearest to what was written, if it is near enough to have been meant. */

/**
 * The candidate with the fewest edits (insert, delete, replace, swap neighbours), or before them the only one that begins as the
 * word does; undefined where none is close.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  // A bound on the length keeps a hostile name of thousands of characters from costing quadratic time.
  if (word.length > 64) return undefined;
  const whole = begun(word, candidates);
  if (whole !== undefined) return whole;
  let best: string | undefined;
  let least = (word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3))) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= least) continue;
    const edits = distance(word.toLowerCase(), candidate.toLowerCase());
    // A word that shares no letter was not meant.
    if (edits < least && edits < Math.max(word.length, candidate.length)) {
      best = candidate;
      least = edits;
    }
  }
  return best;
}

/** The only candidate that goes on where the word ends, which must have three letters or digits to say so. */
function begun(word: string, candidates: readonly string[]): string | undefined {
  if (!/\w.*\w.*\w/.test(word)) return undefined;
  const start = word.toLowerCase();
  const [only, ...others] = candidates.filter((candidate) => candidate.toLowerCase().startsWith(start));
  return others.length === 0 ? only : undefined;
}

/** Optimal string alignment distance. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let edits = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        edits = Math.min(edits, before[j - 2]! + 1);
      }
      row.push(edits);
    }
    before = above;
    above = row;
  }
  return above[b.length]!;
}
