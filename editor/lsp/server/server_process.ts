/**
 * One process of a language server, in a process group of its own, so that what it started dies with it.
 *
 * Invariants: (1) `kill` ends the whole group with SIGKILL and may be called at any time, any number of times; (2) what
 * the server prints on stderr is read to the end, so it can never block on it, and only the last of it is kept.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../../../core/errors.ts";

export interface ServerCommand {
  /** An absolute path, or a name on the PATH. */
  readonly executable: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

const LAST_WORDS_BYTES = 16 << 10;

export class ServerProcess {
  readonly #child: Deno.ChildProcess;
  readonly #lastWords = new LastWords(LAST_WORDS_BYTES);
  /** Settles, never rejects, once the process itself is gone: how it ended, in words. */
  readonly ended: Promise<string>;
  #gone = false;
  #swept = false;

  /** @throws SymphonyError `not-found` where there is no such program, `io` where it cannot be started */
  constructor(command: ServerCommand) {
    try {
      this.#child = new Deno.Command(command.executable, {
        args: [...command.args],
        cwd: command.cwd,
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
        detached: true,
        ...(command.env === undefined ? {} : { env: { ...command.env } }),
      }).spawn();
    } catch (cause) {
      const code = cause instanceof Deno.errors.NotFound ? "not-found" : "io";
      throw new SymphonyError(code, `Cannot start "${command.executable}": ${messageOf(cause)}`, { cause });
    }
    this.#lastWords.drain(this.#child.stderr);
    this.ended = this.#child.status.then((status) => {
      this.#gone = true;
      return status.signal === null ? `it exited with status ${status.code}` : `it ended by ${status.signal}`;
    });
  }

  get pid(): number {
    return this.#child.pid;
  }

  get readable(): ReadableStream<Uint8Array> {
    return this.#child.stdout;
  }

  get writable(): WritableStream<Uint8Array> {
    return this.#child.stdin;
  }

  /** The end of what it printed on stderr, at most 16 KiB. */
  get lastWords(): string {
    return this.#lastWords.text;
  }

  /** Ends the process and everything it started. */
  kill(): void {
    if (this.#swept) return;
    // Once the leader is gone its number may be given to a stranger, so from then on the group is signalled once.
    this.#swept = this.#gone;
    try {
      if (Deno.build.os !== "windows") Deno.kill(-this.#child.pid, "SIGKILL");
      else if (!this.#gone) this.#child.kill("SIGKILL");
    } catch {
      // Nobody of it is left.
    }
  }
}

/** The last bytes of a stream. */
class LastWords {
  readonly #most: number;
  #kept: Uint8Array = new Uint8Array(0);

  constructor(mostBytes: number) {
    this.#most = mostBytes;
  }

  get text(): string {
    return new TextDecoder().decode(this.#kept);
  }

  async drain(stream: ReadableStream<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of stream) {
        const both = new Uint8Array(this.#kept.length + chunk.length);
        both.set(this.#kept);
        both.set(chunk, this.#kept.length);
        this.#kept = both.slice(Math.max(0, both.length - this.#most));
      }
    } catch {
      // The process was killed while it printed.
    }
  }
}
