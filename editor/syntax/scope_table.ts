/**
 * Stacks of scopes by number, as a plugin names them to the core: each stack is told once (`add_scopes`) and then called by its
 * number.
 *
 * @module
 */

/** Deeper stacks than this are not made: no theme looks so deep. */
const DEPTH_LIMIT = 12;

/** The number of the stack of the file's own scope alone. */
export const ROOT = 0;

export class ScopeTable {
  readonly #stacks: (readonly string[])[];
  readonly #children: Map<string, number>[] = [new Map()];
  #told = 0;

  /** @param root the scope of the file */
  constructor(root: string) {
    this.#stacks = [[root]];
  }

  get size(): number {
    return this.#stacks.length;
  }

  /** The scopes of a stack, outermost first. */
  scopesOf(stack: number): readonly string[] {
    return this.#stacks[stack]!;
  }

  /** The stack with one more scope on top; several where `scope` holds spaces. */
  push(stack: number, scope: string): number {
    const known = this.#children[stack]!.get(scope);
    if (known !== undefined) return known;
    const scopes = this.#stacks[stack]!;
    if (scopes.length >= DEPTH_LIMIT) return stack;
    const made = this.#stacks.push([...scopes, ...scope.split(" ")]) - 1;
    this.#children.push(new Map());
    this.#children[stack]!.set(scope, made);
    return made;
  }

  /** The stacks made since the last call, in the order of their numbers. */
  takeNew(): readonly (readonly string[])[] {
    const fresh = this.#stacks.slice(this.#told);
    this.#told = this.#stacks.length;
    return fresh;
  }
}
