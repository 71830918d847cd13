/**
 * One editor process, from its start to its one end.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../../core/errors.ts";
import { type ByteChannel, childStreams } from "../revision/byte_channel.ts";

/** How an editor is started. It speaks the revision protocol on its standard streams. */
export interface EditorCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const MOST_STDERR_CHARACTERS = 2_000;

export class EditorProcess {
  readonly pid: number;
  readonly channel: ByteChannel;
  /** Resolves once it is gone for certain, with how. */
  readonly ended: Promise<string>;
  readonly #child: Deno.ChildProcess;
  #alive = true;
  #stderr = "";

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.pid = child.pid;
    this.channel = childStreams(child);
    this.#drainStderr();
    this.ended = child.status.then(({ code, signal }) => {
      this.#alive = false;
      // What it wrote last may still be on its way; nobody waits for that, least of all for what children of it hold open.
      const last = this.#stderr.trim();
      return `${signal ?? `exit code ${code}`}${last === "" ? "" : `: ${last}`}`;
    });
  }

  /** Starts one. @throws SymphonyError `io` where the program cannot be started */
  static start({ program, args, env }: EditorCommand): EditorProcess {
    try {
      return new EditorProcess(
        new Deno.Command(program, {
          args: [...args],
          ...(env === undefined ? {} : { env }),
          stdin: "piped",
          stdout: "piped",
          stderr: "piped",
        }).spawn(),
      );
    } catch (cause) {
      throw new SymphonyError("io", `Cannot start the editor "${program}": ${messageOf(cause)}`, { cause });
    }
  }

  get isAlive(): boolean {
    return this.#alive;
  }

  /** Ends it at once; repeating is harmless. */
  kill(): void {
    try {
      if (this.#alive) this.#child.kill("SIGKILL");
    } catch {
      // It has ended this moment.
    }
  }

  /** The last that it wrote to its standard error, for messages. */
  async #drainStderr(): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of this.#child.stderr) {
        this.#stderr = (this.#stderr + decoder.decode(chunk, { stream: true })).slice(
          -MOST_STDERR_CHARACTERS,
        );
      }
    } catch {
      // A pipe that breaks has nothing more to say.
    }
  }
}
