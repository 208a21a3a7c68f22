/** What was asked for last, by a text: a map that forgets what has been asked for least lately. */
export class Latest<T> {
  readonly #values = new Map<string, T>();
  readonly #most: number;

  /** `most`: how many are known at once. */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): T | undefined {
    const value = this.#values.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: string, value: T): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    const [oldest] = this.#values.keys();
    if (this.#values.size > this.#most) this.#values.delete(oldest!);
  }

  /** What is known, or is `made` now and known from then on. */
  of(key: string, make: () => T): T {
    const value = this.get(key) ?? make();
    this.set(key, value);
    return value;
  }
}
