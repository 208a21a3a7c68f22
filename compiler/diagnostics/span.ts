/** A place in a model's text: half-open, in UTF-16 code units, as the TypeScript parser counts. */
export interface Span {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}
