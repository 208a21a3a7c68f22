/** Adam (Kingma and Ba 2015, algorithm 1), one step at a time. */
export class Adam {
  readonly x: number[];
  readonly #mean: Float64Array;
  readonly #square: Float64Array;
  readonly #rate: number;
  #steps = 0;

  constructor(size: number, rate: number) {
    this.x = new Array(size).fill(0);
    this.#mean = new Float64Array(size);
    this.#square = new Float64Array(size);
    this.#rate = rate;
  }

  forget(): void {
    this.x.fill(0);
    this.#mean.fill(0);
    this.#square.fill(0);
    this.#steps = 0;
  }

  step(gradient: readonly number[]): void {
    const [mean, square] = [this.#mean, this.#square];
    const n = ++this.#steps;
    for (const [i, g] of gradient.entries()) {
      mean[i] = 0.9 * mean[i]! + 0.1 * g;
      square[i] = 0.999 * square[i]! + 0.001 * g * g;
      this.x[i]! -=
        (this.#rate * (mean[i]! / (1 - 0.9 ** n))) / (Math.sqrt(square[i]! / (1 - 0.999 ** n)) + 1e-8);
    }
  }
}
