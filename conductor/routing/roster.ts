/**
 * Names that a learner has met, numbered from 0 in the order they came.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

export class Roster {
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];

  get size(): number {
    return this.#names.length;
  }

  get names(): readonly string[] {
    return this.#names;
  }

  /** The number of `name`; a new one where it was not met before. */
  number(name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.#names.length;
      this.#numbers.set(name, number);
      this.#names.push(name);
    }
    return number;
  }

  /** The number of `name`, or undefined where it was never met. */
  known(name: string): number | undefined {
    return this.#numbers.get(name);
  }

  name(number: number): string {
    return this.#names[number] as string;
  }
}
