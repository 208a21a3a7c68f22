/**
 * What somebody might save next: a model's text with one factor or term more somewhere. Nobody is shown what is built of it, so a
 * guess that is no model any more, or differs in a comment alone, does no harm.
 */

/** Between operands of arithmetic, as formatters leave it. */
const operator = /(?<=[\w$)\]!]) ([*+-]) (?=[\w$(])/g;

/** Another text for every `round`; the same where there is no arithmetic to be found. */
export function guess(text: string, round: number): string {
  const places = [...text.matchAll(operator)];
  const place = places[round % places.length];
  if (place === undefined) return text;
  const [found, sign] = place;
  return `${text.slice(0, place.index)} ${sign} ${1 + (round + 1) / 1024}${found}${text.slice(place.index + found.length)}`;
}
