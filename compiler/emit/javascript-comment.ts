/**
 * Comments of generated JavaScript. In: text from anywhere, such as the name of a file. Out: comments that end where
 * they should and nowhere else: what a model or its file is called never becomes code, markup, or a change of the
 * direction of writing.
 */

/** One line of a comment: line terminators, other controls and marks of direction are spelled by their number. */
const harmless = (line: string): string =>
  line
    .replaceAll("*/", "* /")
    .replace(/<(?=!--|\/?script)/gi, "< ")
    .replaceAll("-->", "-- >")
    .replace(
      /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
      (control) => `U+${control.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`,
    );

/** A line comment for each line of the text. */
export const lineComments = (text: string): string[] =>
  text.split("\n").map((line) => `// ${harmless(line)}`.trimEnd());

/** A doc block of one line. */
export const docComment = (text: string): string => `/** ${harmless(text.replaceAll("\n", " "))} */`;
