/**
 * Comments of generated C. In: text from anywhere. Out: a block comment that ends where it should and nowhere else,
 * whatever the text, and that compilers have nothing to say about.
 */

/** What would end or open a comment, be a trigraph, or turn the direction of writing. */
const harmless = (text: string): string =>
  text
    .replaceAll("*/", "* /")
    .replaceAll("/*", "/ *")
    .replaceAll("??", "? ?")
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    .replace(
      /(?!\n)[\p{Cc}\p{Cf}\p{Cs}]/gu,
      (control) => `U+${control.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`,
    )
    // A backslash before the end of a line joins it with the next.
    .replace(/\\+$/gm, (joins) => `${joins} .`);

/** Each line of the text on a line of its own. */
export const comment = (text: string): string => `/* ${harmless(text).split("\n").join("\n * ")} */`;

/** On one line, whatever the text. */
export const lineComment = (text: string): string => `/* ${harmless(text).replaceAll("\n", " ")} */`;
