/** What the documentation shows as code, read from the text of its pages: fenced snippets, and rows of tables with a sample. */

/** A fenced block: ```` ```ts body refused ODE1003 ```` has the language `ts` and the words `body`, `refused`, `ODE1003`. */
export interface Snippet {
  readonly language: string;
  readonly words: readonly string[];
  readonly text: string;
  /** Of the first line of the text in its page, from 1. */
  readonly line: number;
}

export function snippets(page: string): Snippet[] {
  const lines = page.split("\n");
  const found: Snippet[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, info] = /^```(\S.*)$/.exec(lines[at]!) ?? [];
    if (info === undefined) continue;
    const end = lines.indexOf("```", at + 1);
    if (end < 0) throw new Error(`the block of line ${at + 1} has no end`);
    const [language, ...words] = info.split(/\s+/);
    found.push({ language: language!, words, text: lines.slice(at + 1, end).join("\n"), line: at + 2 });
    at = end;
  }
  return found;
}

/** A row of a table whose second cell is a sample in backticks. */
export interface Row {
  /** What an HTML comment `<!-- samples: place -->` above the table says of its samples. */
  readonly place: string;
  readonly construct: string;
  readonly sample: string;
  readonly verdict: string;
  readonly line: number;
}

export function rows(page: string): Row[] {
  let place: string | undefined;
  return page.split("\n").flatMap((text, at): Row[] => {
    const [, named] = /^<!-- samples: (\S+) -->$/.exec(text) ?? [];
    if (named !== undefined) place = named;
    if (/^#/.test(text)) place = undefined;
    if (place === undefined || !text.startsWith("|") || /^\|[\s:|-]+$/.test(text)) return [];
    const cells = text
      .replace(/^\||\|\s*$/g, "")
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll("\\|", "|"));
    const [construct, sample, verdict] = cells;
    const [, code] = /^(?:``? ?)(.*?)(?: ?``?)$/.exec(sample ?? "") ?? [];
    // The head of the table has words in place of a sample.
    if (code === undefined || verdict === undefined) return [];
    return [{ place, construct: construct!, sample: code, verdict, line: at + 1 }];
  });
}
