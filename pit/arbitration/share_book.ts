/**
 * The book in which the processes of a data folder write what each has and waits for, so that they share it.
 *
 * @module
 */

/** A claim that waits for what another process has, or goes before. */
export interface SharedWait {
  readonly key: string;
  /** Names and kinds. */
  readonly wants: readonly string[];
  /** Who, in words. */
  readonly by: string;
  readonly priority: number;
  /** Weighted dominant shares of its user and its run. */
  readonly shares: readonly [user: number, run: number];
  /** Unix milliseconds of the first request and of the latest. */
  readonly since: number;
  readonly askedAt: number;
  /** Granted past it, by any process. */
  readonly overtaken: number;
}

/** What one process has written of itself. */
export interface Member {
  /** Its proof of life: names are used once. */
  readonly process: string;
  /** By kind that comes back: what it has, or keeps at hand. */
  readonly kept: Readonly<Record<string, number>>;
  /** By kind that is measured: what it takes there to be in all. */
  readonly totals?: Readonly<Record<string, number>>;
  /** By exclusive name: who has it, in words. */
  readonly names: Readonly<Record<string, string>>;
  readonly waits: readonly SharedWait[];
  /** By user, then by kind: what their calls have had and hold, as share × milliseconds at `usersAt`, Unix milliseconds. */
  readonly users: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly usersAt: number;
}

/** What is left of a rate. */
export interface Level {
  readonly level: number;
  /** Unix milliseconds of that. */
  readonly at: number;
  /** How much could go out at once by then; a process that has taken over another limit reads the level by its own. */
  readonly burst?: number;
}

/** The book, open for one transaction. */
export interface SharePage {
  readonly members: readonly Member[];
  /** Undefined for a rate that nobody has used. */
  level(kind: string): Level | undefined;
  putLevel(kind: string, level: Level): void;
  /** Replaces what the member of that name has written. */
  put(member: Member): void;
  remove(process: string): void;
  /** Says that something may be had now that was not. */
  tell(): void;
}

export interface ShareBook extends AsyncDisposable {
  /** The name of this process. */
  readonly self: string;
  /**
   * Runs `act` while no other process changes the book.
   * @throws SymphonyError `io` | `disk-full` | `closed`; then nothing was changed
   */
  change<T>(act: (page: SharePage) => T): T;
  /** Reads without holding anybody up. */
  members(): readonly Member[];
  /** Another number after every change that was told of. Cheap. */
  version(): number;
  /** False once the process of that name has ended, however it ended. */
  isAlive(process: string): boolean;
}
