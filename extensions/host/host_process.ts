/**
 * One host process as the core sees it: started with limits, connected once by a one-time token, read no faster than a
 * budget, killed with SIGKILL. Every end, whoever caused it, is one Death.
 *
 * Invariants: (1) only the process that holds the token is spoken to, and only once; (2) a malformed or oversize frame
 * is a death, not an exception; (3) after a death nothing is delivered.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../../core/errors.ts";
import type { FailureClass } from "../../core/policy/failure.ts";
import { FrameReader, FrameWriter, Kind, type OnMessage } from "./frames.ts";
import type { BootKind } from "./boot.ts";
import { fence, type HostCommand, hostEnvironment, limited } from "./host_command.ts";
import { drainLines } from "./log_drain.ts";
import { type Channel, openRendezvous, type Rendezvous } from "./rendezvous.ts";

export interface Death {
  readonly class: Extract<FailureClass, "crash" | "resource">;
  readonly reason: string;
  /** True where it was ended by a SIGKILL or SIGTERM that neither it nor the core sent for a reason of its own. */
  readonly isExternal?: boolean;
}

export interface HostOptions {
  readonly command: HostCommand;
  readonly kind: BootKind;
  /** The worker's root module. */
  readonly boot: Uint8Array;
  /** Memory for its data; without it the limit is set when it is adopted. */
  readonly memoryMb?: number;
  readonly signal?: AbortSignal;
}

/** Who a process works for. */
export interface HostOwner {
  readonly memoryMb: number;
  readonly onMessage: OnMessage;
  readonly onDeath: (death: Death) => void;
  readonly onLog: (line: string) => void;
}

/** What passed over the channel, since the start. */
export interface HostTraffic {
  readonly messagesIn: number;
  readonly messagesOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

const READY_MS = 30_000;
const CLOSED_MS = 500;
const READ_BYTES = 128 << 10;
const BURST_BYTES = 128 << 20;
const BYTES_PER_SECOND = 256 << 20;
const BURST_EVENTS = 20_000;
const EVENTS_PER_SECOND = 5_000;

export class HostProcess {
  readonly #options: HostOptions;
  readonly #child: Deno.ChildProcess;
  readonly #writer: FrameWriter;
  #connection: Channel | undefined;
  #owner: HostOwner | undefined;
  #death: Death | undefined;
  #killed = false;
  #lastWords = "";
  #ready: (() => void) | undefined;
  #events = 0;
  #traffic = { messagesIn: 0, messagesOut: 0, bytesIn: 0, bytesOut: 0 };

  /** Starts a process and waits until its worker is up and its rights are gone. @throws SymphonyError `extension` */
  static async start(options: HostOptions): Promise<HostProcess> {
    const rendezvous = await openRendezvous();
    try {
      const { exec, args } = limited(options.command.args(rendezvous.address, options.kind), options);
      const child = new Deno.Command(exec, {
        args,
        clearEnv: true,
        env: hostEnvironment(rendezvous.token),
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
        cwd: Deno.build.os === "windows" ? rendezvous.folder : "/",
      }).spawn();
      const host = new HostProcess(options, child);
      await host.#connect(rendezvous);
      return host;
    } catch (cause) {
      if (cause instanceof SymphonyError) throw cause;
      throw new SymphonyError("extension", `Cannot start a host process: ${messageOf(cause)}`, { cause });
    } finally {
      await rendezvous.close();
    }
  }

  private constructor(options: HostOptions, child: Deno.ChildProcess) {
    this.#options = options;
    this.#child = child;
    this.#writer = new FrameWriter((bytes) => this.#write(bytes));
    const now = () => performance.now();
    drainLines(child.stdout, (line) => this.#owner?.onLog(line), now);
    drainLines(child.stderr, (line) => {
      this.#lastWords = `${this.#lastWords}\n${line}`.slice(-2000);
      this.#owner?.onLog(line);
    }, now);
    child.status.then((status) => this.#die(this.#endOf(status)));
  }

  get pid(): number {
    return this.#child.pid;
  }

  get death(): Death | undefined {
    return this.#death;
  }

  /** True where the core itself ended it, false where it ended or was ended by others. */
  get wasKilled(): boolean {
    return this.#killed;
  }

  get traffic(): HostTraffic {
    return this.#traffic;
  }

  /** Gives it to its one owner, within the owner's memory. @throws SymphonyError `extension` where it is dead */
  async adopt(owner: HostOwner): Promise<void> {
    if (this.#options.memoryMb === undefined) await fence(this.pid, owner.memoryMb);
    if (this.#death !== undefined) {
      throw new SymphonyError("extension", `Cannot use a host process: ${this.#death.reason}`);
    }
    this.#owner = owner;
  }

  /** Sends one value; nothing happens once it is dead. @throws SymphonyError `protocol` for a value over 64 MiB */
  send(kind: number, id: number, body: Uint8Array): void {
    if (this.#death !== undefined) return;
    this.#traffic.messagesOut++;
    this.#traffic.bytesOut += body.length;
    this.#writer.send(kind, id, body);
  }

  /** Resolves once the process has taken everything that was sent so far, or is dead. */
  async drained(): Promise<void> {
    if (this.#death === undefined) await this.#writer.drained();
  }

  /** Ends the process at once. */
  kill(death: Death): void {
    if (this.#death === undefined) this.#killed = true;
    this.#die(death);
  }

  /** Resolves when the process is gone. */
  async gone(): Promise<void> {
    await this.#child.status;
  }

  #die(death: Death): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    if (this.#death !== undefined) return;
    this.#death = death;
    try {
      this.#connection?.close();
    } catch {
      // The other side closed it before.
    }
    this.#ready?.();
    this.#owner?.onDeath(death);
  }

  #endOf(status: Deno.CommandStatus): Death {
    const outOfMemory = /out of memory|heap limit|allocation failed|Cannot allocate/i.test(this.#lastWords);
    if (outOfMemory) {
      const granted = this.#options.memoryMb ?? this.#owner?.memoryMb ?? 0;
      const reason = `Its process ran out of memory (${granted} MB granted)`;
      return { class: "resource", reason };
    }
    if (status.signal === "SIGKILL" || status.signal === "SIGTERM") {
      return { class: "crash", reason: `Its process was ended by ${status.signal}`, isExternal: true };
    }
    const how = status.signal === null ? `with code ${status.code}` : `by ${status.signal}`;
    const words = this.#lastWords.trim().split("\n").at(-1) ?? "";
    return {
      class: "crash",
      reason: `Its process ended ${how}${words === "" ? "" : `: ${words.slice(0, 300)}`}`,
    };
  }

  async #connect(rendezvous: Rendezvous): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ready = resolve;
    const timer = setTimeout(() => this.#die(slow()), READY_MS);
    const abort = () => this.#die({ class: "crash", reason: "The start was aborted" });
    this.#options.signal?.addEventListener("abort", abort, { once: true });
    try {
      this.#connection = await Promise.race([rendezvous.accept(), promise.then(() => undefined)]);
      if (this.#connection !== undefined) {
        this.#read(this.#connection, rendezvous.token);
        await promise;
      }
    } finally {
      clearTimeout(timer);
      this.#options.signal?.removeEventListener("abort", abort);
    }
    if (this.#death !== undefined) {
      throw new SymphonyError("extension", `Cannot start a host process: ${this.#death.reason}`);
    }
  }

  async #write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) {
        at += await (this.#connection as Channel).write(bytes.subarray(at));
      }
    } catch {
      // The end of the process says why; a broken pipe is only its echo.
    }
  }

  async #read(connection: Channel, token: string): Promise<void> {
    let greeted = false;
    const reader = new FrameReader((kind, id, body) => {
      if (this.#death !== undefined) return;
      if (!greeted) {
        greeted = true;
        if (kind !== Kind.token || !sameText(new TextDecoder().decode(body), token)) {
          throw new SymphonyError("protocol", "The process that connected does not hold the token");
        }
        return this.#writer.send(Kind.boot, 0, this.#options.boot);
      }
      this.#deliver(kind, id, body);
    });
    const budget = new Budget();
    const chunk = new Uint8Array(READ_BYTES);
    try {
      for (;;) {
        const count = await connection.read(chunk);
        if (count === null) break;
        this.#events = 0;
        this.#traffic.bytesIn += count;
        reader.push(chunk.subarray(0, count));
        // Not reading fills the kernel's buffer, and the sender waits.
        const pause = budget.spend(count, this.#events);
        if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      }
    } catch (error) {
      if (this.#death !== undefined) return;
      // Our own closing of the socket is a death before; a channel that broke is as one that was closed.
      if (!isOfSystem(error)) {
        return this.kill({ class: "resource", reason: `It broke the protocol: ${messageOf(error)}` });
      }
    }
    // The end of the process tells more than the end of the channel, so it goes first where it follows.
    setTimeout(() => this.#die({ class: "crash", reason: "It closed its channel" }), CLOSED_MS);
  }

  #deliver(kind: number, id: number, body: Uint8Array<ArrayBuffer>): void {
    if (kind === Kind.ready) return this.#ready?.();
    if (kind === Kind.died) {
      const text = new TextDecoder().decode(body);
      return this.#die({ class: "crash", reason: `Its worker ended: ${text.slice(0, 1000)}` });
    }
    if (kind === Kind.event) this.#events++;
    this.#traffic.messagesIn++;
    // One that nobody owns has nothing to say.
    if (this.#owner === undefined) {
      throw new SymphonyError("protocol", `A frame of kind ${kind} came unasked`);
    }
    this.#owner.onMessage(kind, id, body);
  }
}

function slow(): Death {
  return { class: "crash", reason: `Its process was not ready within ${READY_MS} ms` };
}

/** How many bytes and events may be read; both refill with time. */
class Budget {
  #bytes = BURST_BYTES;
  #events = BURST_EVENTS;
  #at = performance.now();

  /** Takes away what was read and gives the milliseconds to wait before reading on. */
  spend(bytes: number, events: number): number {
    const now = performance.now();
    const seconds = (now - this.#at) / 1000;
    this.#at = now;
    this.#bytes = Math.min(BURST_BYTES, this.#bytes + seconds * BYTES_PER_SECOND) - bytes;
    this.#events = Math.min(BURST_EVENTS, this.#events + seconds * EVENTS_PER_SECOND) - events;
    if (this.#bytes >= 0 && this.#events >= 0) return 0;
    return Math.min(1000, Math.max(10, -this.#events / EVENTS_PER_SECOND * 1000));
  }
}

/** True for an error of the operating system, as a broken connection is. */
function isOfSystem(error: unknown): boolean {
  return error instanceof Error && Object.hasOwn(Deno.errors, error.name);
}

/** Compares without telling by its time how much was right. */
function sameText(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < b.length; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}
