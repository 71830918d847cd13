/**
 * One guard: the line that makes it, what that line becomes without it, and the test that turns red then.
 *
 * @module
 */

export interface Guard {
  /** As GUARDS.md names it. */
  readonly name: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** The test file that must fail. */
  readonly test: string;
  /** The test's name, or a part of it. */
  readonly only?: string;
  /** Habits of the zoo to try. */
  readonly zoo?: string;
}
