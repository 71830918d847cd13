/**
 * How long a process is held up: by how much a timer of its own comes late, here and in a process beside it that does
 * nothing else. What the one beside suffers is the machine's doing.
 *
 * @module
 */

const BEAT_MS = 5;

/** Late beats of one process, in milliseconds, and the time over which they were counted. */
export interface HeldTime {
  readonly stalls: readonly number[];
  readonly overMs: number;
}

/** Counts in this process. */
export class HeldHere {
  readonly #stalls: number[] = [];
  readonly #began = performance.now();
  readonly #beat: ReturnType<typeof setInterval>;

  constructor() {
    let last = this.#began;
    this.#beat = setInterval(() => {
      const now = performance.now();
      this.#stalls.push(Math.max(0, now - last - BEAT_MS));
      last = now;
    }, BEAT_MS);
  }

  end(): HeldTime {
    clearInterval(this.#beat);
    return { stalls: this.#stalls.toSorted((a, b) => a - b), overMs: performance.now() - this.#began };
  }
}

/** Counts in a process beside. */
export class HeldBeside {
  readonly #child: Deno.ChildProcess;

  constructor() {
    const program = `import { HeldHere } from ${JSON.stringify(import.meta.url)};
      const held = new HeldHere();
      await Deno.stdin.read(new Uint8Array(1));
      console.log(JSON.stringify(held.end()));`;
    const address = `data:text/javascript,${encodeURIComponent(program)}`;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--no-lock", address],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
  }

  async end(): Promise<HeldTime> {
    await this.#child.stdin.close();
    const { stdout } = await this.#child.output();
    return JSON.parse(new TextDecoder().decode(stdout));
  }
}

/** The share of all moments at which who asks would wait longer than `patienceMs` for this process to listen. */
export function heldShare({ stalls, overMs }: HeldTime, patienceMs: number): number {
  return stalls.reduce((sum, stall) => sum + Math.max(0, stall - patienceMs), 0) / overMs;
}
