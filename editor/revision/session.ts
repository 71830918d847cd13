/**
 * One client of the revision protocol: its requests carried out on the desk, its copies kept up to date.
 *
 * Invariants: S1. every request is answered once, and an edit only when it would outlive this process; S2. nothing that a
 * client sends ends the process or another client's session; S3. when the client is gone, what it held is let go, and
 * text that was not saved is kept.
 *
 * @module
 */

import { clearTimeout, setTimeout } from "node:timers";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import { type AuthorId, type BufferId, bufferId } from "../../core/ids.ts";
import type { BufferInfo, MarkId, TextSource } from "../../core/ports/text_editing.ts";
import type { BufferHold } from "../buffers.ts";
import type { RequestName } from "./answered.ts";
import { changeSetMethods } from "./change_set_methods.ts";
import type { Desk, OpenText } from "./desk.ts";
import { openText, saveText } from "./desk_files.ts";
import { Follow, type Tell } from "./follow.ts";
import { connectionOver, type MessageConnection, ResponseError } from "./json_rpc.ts";
import type { LineTransport } from "./line_transport.ts";
import { Params } from "./params.ts";
import { type BeginResult, type HelloResult, PROTOCOL, REFUSED, toWire } from "./protocol.ts";

export interface SessionOptions {
  readonly version: string;
  /** Names what this editor would leave behind. */
  readonly session: string | undefined;
  /** Takes over what editors that died have left; gives the numbers of its texts, which are restored when they are needed. */
  readonly adopt: (sessions: readonly string[]) => Promise<readonly number[]>;
  /** Resolves once an adopted text is open, whoever has adopted it; undefined where it is, or there is none. */
  readonly arrived: (id: number) => Promise<unknown> | undefined;
  /** An adopted text, opened and held; undefined where it cannot be restored. */
  readonly restored: (id: number) => Promise<BufferHold | undefined>;
  /** Further methods of this client, in named groups that it may do without. `tell` sends it a notification. */
  readonly optional?: (tell: (method: string, params: object) => void) => OptionalMethods;
  /** The client has begun, with everything that it takes over. */
  readonly onBegin?: () => void;
  /** The client is gone. */
  readonly onEnd: () => void;
}

/** Methods that not every editor has. */
export interface OptionalMethods extends Disposable {
  /** What `session/hello` calls them. */
  readonly capabilities: readonly string[];
  readonly handlers: Readonly<Record<string, (params: Params) => unknown>>;
}

/** What a client has of one text. */
interface Held {
  readonly text: OpenText;
  readonly holds: BufferHold[];
  readonly follow: Follow;
  readonly watches: Map<MarkId, () => void>;
}

/** The text goes along with the answer to `text/open` up to this size; a longer one is read in parts. */
const MOST_SENT_UNITS = 8 << 20;
/** After a takeover those who wait for an answer come first; then one text after the other is restored. */
const FIRST_PAUSE_MS = 150;
const PAUSE_MS = 20;

export class RevisionSession {
  readonly #desk: Desk;
  readonly #transport: LineTransport;
  readonly #options: SessionOptions;
  readonly #connection: MessageConnection;
  readonly #held = new Map<BufferId, Held>();
  readonly #behind = new Set<Follow>();
  readonly #handlers: Readonly<Record<string, (params: Params) => unknown>>;
  readonly #optional: OptionalMethods | undefined;
  /** Texts of editors that died which were not restored yet. */
  readonly #later = new Map<BufferId, Later>();
  #client: string | undefined;
  #restoring: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(desk: Desk, transport: LineTransport, options: SessionOptions) {
    this.#desk = desk;
    this.#transport = transport;
    this.#options = options;
    this.#optional = options.optional?.((method, params) => {
      if (!this.#ended) this.#connection.sendNotification(method, params).catch(() => {});
    });
    this.#handlers = { ...this.#allHandlers(), ...this.#optional?.handlers };
    this.#connection = connectionOver(transport);
    transport.beforeWrite = () => this.#bring();
    transport.drained = () => this.#behind.size > 0 && transport.wake();
    this.#connection.onRequest((method, params) => this.#answer(method, params));
    this.#connection.onClose(() => this.#end());
    this.#connection.listen();
  }

  #answer(method: string, params: unknown): unknown {
    try {
      const handler = Object.hasOwn(this.#handlers, method) ? this.#handlers[method] : undefined;
      if (handler === undefined) throw new ResponseError(-32_601, `There is no method "${method}"`);
      if (this.#client === undefined && method !== "session/begin" && method !== "session/hello") {
        throw new SymphonyError("protocol", `Cannot carry out ${method}: "session/begin" comes first`);
      }
      const read = new Params(method, params ?? {});
      const later = this.#later.size === 0 ? undefined : this.#needed(method, read);
      if (later !== undefined) return later.then(() => this.#answer(method, params));
      const result = handler(read);
      return result instanceof Promise ? result.catch((error) => responseError(error)) : result ?? null;
    } catch (error) {
      return responseError(error);
    }
  }

  /** What must be restored before a request can be carried out. */
  #needed(method: string, params: Params): Promise<void> | undefined {
    if (method.startsWith("changes/")) return this.#restoreAll();
    const buffer = params.maybeNumber("buffer");
    return buffer === undefined || method === "session/begin"
      ? undefined
      : this.#later.get(buffer as BufferId)?.done();
  }

  #allHandlers(): Readonly<Record<string, (params: Params) => unknown>> {
    const desk = this.#desk;
    const text = (params: Params) => desk.text(params.buffer());
    return {
      "session/hello": (): HelloResult => {
        const { version, session } = this.#options;
        const capabilities = this.#optional?.capabilities ?? [];
        return { protocol: PROTOCOL, version, pid: Deno.pid, session: session ?? null, capabilities };
      },
      "session/begin": (params) => this.#begin(params),
      "session/ping": () => null,
      "text/open": (params) => this.#open(params),
      "text/close": (params) => this.#close(params),
      "text/read": (params) => {
        const revision = params.maybeNumber("revision");
        return desk.read(text(params), {
          ...(revision === undefined ? {} : { revision }),
          ...(params.has("range") ? { range: params.range("range") } : {}),
        });
      },
      "text/edit": (params) => {
        const [step, changeSet] = [params.maybeText("step"), params.maybeText("changeSet")];
        const edit = {
          revision: params.number("revision"),
          changes: params.changes(),
          author: params.author(),
          ...(step === undefined ? {} : { step }),
          ...(changeSet === undefined ? {} : { changeSet }),
        };
        const result = desk.edit(text(params), edit, this.#request(params));
        if (!result.ok) return result;
        const { revision, changes } = result.value;
        return this.#durable({ ok: true, revision, changes: toWire(changes) });
      },
      "text/undo": (params) => this.#step(params, "undo"),
      "text/redo": (params) => this.#step(params, "redo"),
      "text/save": (params) => {
        const [file, encoding] = [params.maybeText("file"), params.maybeText("encoding")];
        return saveText(desk, text(params), {
          ...(file === undefined ? {} : { file }),
          ...(encoding === undefined ? {} : { encoding }),
          overwrite: params.flag("overwrite"),
        });
      },
      "text/announce": (params) => {
        const selections = params.objects("selections").map((each) => ({
          anchor: each.number("anchor"),
          head: each.number("head"),
        }));
        desk.announce(text(params), params.number("revision"), { author: params.author(), selections });
        return this.#durable(null);
      },
      "text/present": (params) => text(params).notes.places.present(),
      "text/mark": (params) =>
        this.#durable(
          desk.mark(text(params), params.number("revision"), params.range("range"), params.flag("grows")),
        ),
      "text/place": (params) => {
        const { buffer, notes } = text(params);
        const range = notes.places.at(params.number("mark"));
        return range === undefined ? null : { ...range, revision: buffer.revision };
      },
      "text/unmark": (params) => {
        desk.unmark(text(params), params.number("mark"));
        return this.#durable(null);
      },
      "text/watch": (params) => this.#watch(params.buffer(), params.number("mark")),
      "text/unwatch": (params) => this.#unwatch(params.buffer(), params.number("mark")),
      ...changeSetMethods(desk, {
        request: (params) => this.#request(params),
        durable: (answer) => this.#durable(answer),
      }),
    };
  }

  async #begin(params: Params): Promise<BeginResult> {
    const protocol = params.number("protocol");
    if (protocol !== PROTOCOL) {
      throw new SymphonyError(
        "unsupported",
        `Cannot speak revision protocol ${protocol}: this editor speaks ${PROTOCOL}`,
      );
    }
    const client = params.text("client");
    const dead = params.list("adopt").filter((each) => typeof each === "string");
    const adopted = new Set(dead.length === 0 ? [] : await this.#options.adopt(dead));
    this.#client = client;
    const resumed: (BufferInfo | null | "later")[] = [];
    for (const each of params.objects("resume")) {
      const id = each.buffer();
      if (adopted.delete(id)) {
        this.#later.set(id, new Later(() => this.#restore(id, each)));
        resumed.push("later");
      } else resumed.push(await this.#resume(each));
    }
    for (const id of adopted) {
      this.#later.set(
        bufferId(id),
        new Later(() => this.#restore(bufferId(id), undefined)),
      );
    }
    this.#options.onBegin?.();
    this.#restoreNext(FIRST_PAUSE_MS);
    return { resumed };
  }

  /** What nobody asks for is restored too, one text after the other; whoever asks for one comes first. */
  #restoreNext(pauseMs: number): void {
    if (this.#later.size === 0 || this.#ended) return;
    this.#restoring = setTimeout(async () => {
      const [next] = this.#later.values();
      await next?.done();
      this.#restoreNext(PAUSE_MS);
    }, pauseMs);
  }

  async #restoreAll(): Promise<void> {
    for (const later of [...this.#later.values()]) await later.done();
  }

  /** Restores an adopted text and gives it to the client, where it had it; else it is let go, and kept for who opens its file. */
  async #restore(id: BufferId, params: Params | undefined): Promise<void> {
    const hold = await this.#options.restored(id).catch(() => undefined);
    const resumed = params === undefined || this.#ended ? null : await this.#resume(params).catch(() => null);
    if (hold !== undefined) this.#desk.letGo(this.#desk.text(id), hold, false);
    this.#later.delete(id);
    if (params !== undefined && resumed === null) {
      this.#tell("text/event", { buffer: id, event: { kind: "closed" } });
    }
  }

  /** Gives back a buffer that the client had in an editor that died; null where it is not to be had as it was. */
  async #resume(params: Params): Promise<BufferInfo | null> {
    const id = params.buffer();
    await this.#options.arrived(id);
    let text = [...this.#desk.texts()].find((each) => each.id === id);
    let opens = params.number("opens");
    const [file, stamp] = [params.maybeText("file"), params.maybeText("stamp")];
    if (text === undefined && file !== undefined) {
      // Nothing that was changed in it was answered, so nothing is written down: the file is the text, if it is as it was.
      const hold = await this.#desk.files.open(file, { id, mayLackFolder: true }).catch(() => undefined);
      if (hold === undefined) return null;
      text = this.#desk.text(bufferId(hold.buffer.id));
      if (text.id !== id || text.buffer.revision !== 0 || this.#stamp(text) !== stamp) {
        hold.release();
        return null;
      }
      this.#hold(text, hold, params.number("revision"));
      opens--;
    }
    if (text === undefined) return null;
    for (; opens > 0; opens--) {
      this.#hold(text, this.#desk.buffers.hold(text.buffer), params.number("revision"));
    }
    for (const mark of params.list("watches")) if (typeof mark === "number") this.#watch(id, mark);
    return this.#desk.info(text);
  }

  /** The state of the file that the text was read from, as one word; undefined where there is none. */
  #stamp({ buffer }: OpenText): string | undefined {
    const { stamp } = this.#desk.files.of(buffer);
    return stamp === undefined ? undefined : JSON.stringify(stamp);
  }

  async #open(params: Params): Promise<unknown> {
    const encoding = params.maybeText("encoding");
    const source: TextSource = params.has("text") ? { text: params.text("text") } : {
      file: params.text("file"),
      mustExist: params.flag("mustExist"),
      mayLackFolder: params.flag("mayLackFolder"),
      ...(encoding === undefined ? {} : { encoding }),
    };
    const { text, hold } = await openText(this.#desk, source);
    if (this.#ended) {
      this.#desk.letGo(text, hold, false);
      throw new SymphonyError("closed", "Cannot open: the connection has ended");
    }
    await this.#desk.durable();
    this.#hold(text, hold, text.buffer.revision);
    const { buffer } = text;
    const sent = buffer.text.length <= MOST_SENT_UNITS ? buffer.text.toString() : null;
    return { ...this.#desk.info(text), text: sent, stamp: this.#stamp(text) };
  }

  #hold(text: OpenText, hold: BufferHold, revision: number): void {
    const held = this.#held.get(text.id);
    if (held !== undefined) {
      held.holds.push(hold);
      return;
    }
    const follow: Follow = new Follow(text, revision, this.#tell, () => {
      this.#behind.add(follow);
      this.#transport.wake();
    });
    this.#behind.add(follow);
    this.#held.set(text.id, { text, holds: [hold], follow, watches: new Map() });
  }

  #close(params: Params): unknown {
    const id = params.buffer();
    const held = this.#held.get(id);
    const hold = held?.holds.pop();
    if (held === undefined || hold === undefined) {
      throw new SymphonyError("not-found", `Cannot close buffer ${id}: it is not open here`);
    }
    if (held.holds.length === 0) this.#forget(held);
    this.#desk.letGo(held.text, hold, params.flag("discard"));
    return this.#durable(null);
  }

  #forget(held: Held): void {
    held.follow[Symbol.dispose]();
    this.#behind.delete(held.follow);
    for (const stop of held.watches.values()) stop();
    this.#held.delete(held.text.id);
  }

  #step(params: Params, way: "undo" | "redo"): unknown {
    const author: AuthorId = params.author();
    const edited = this.#desk.step(this.#desk.text(params.buffer()), author, way, this.#request(params));
    if (edited === undefined) return null;
    return this.#durable({ revision: edited.revision, changes: toWire(edited.changes) });
  }

  #watch(buffer: BufferId, mark: MarkId): null {
    const held = this.#held.get(buffer);
    if (held === undefined) {
      throw new SymphonyError("not-found", `Cannot watch in buffer ${buffer}: it is not open here`);
    }
    if (held.watches.has(mark)) return null;
    const stop = this.#desk.watch(held.text, mark, (range, revision) => {
      held.follow.bring();
      this.#tell("text/touched", { buffer, mark, range, revision });
    });
    held.watches.set(mark, stop);
    return null;
  }

  #unwatch(buffer: BufferId, mark: MarkId): null {
    const held = this.#held.get(buffer);
    held?.watches.get(mark)?.();
    held?.watches.delete(mark);
    return null;
  }

  readonly #tell: Tell = (method, params) => {
    this.#transport.send(JSON.stringify({ jsonrpc: "2.0", method, params }));
  };

  /** Before a write: what has changed goes behind every answer that it includes, and not before it is safe. */
  #bring(): void {
    if (this.#behind.size === 0) return;
    const durable = this.#desk.durable();
    if (durable !== undefined) {
      const wake = () => this.#transport.wake();
      durable.then(wake, wake);
      return;
    }
    const follows = [...this.#behind];
    this.#behind.clear();
    for (const follow of follows) follow.bring();
  }

  #durable<T>(answer: T): T | Promise<T> {
    const durable = this.#desk.durable();
    return durable === undefined ? answer : durable.then(() => answer);
  }

  #request(params: Params): RequestName | undefined {
    const seq = params.maybeNumber("seq");
    return seq === undefined || this.#client === undefined ? undefined : { client: this.#client, seq };
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#restoring);
    this.#restoreAll();
    this.#optional?.[Symbol.dispose]();
    for (const held of [...this.#held.values()]) {
      this.#forget(held);
      for (const hold of held.holds) this.#desk.letGo(held.text, hold, false);
    }
    this.#connection.dispose();
    this.#options.onEnd();
  }
}

/** Work that is done once, when it is first needed. */
class Later {
  readonly #work: () => Promise<void>;
  #done: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  done(): Promise<void> {
    return this.#done ??= this.#work();
  }
}

/** What the library sends as an error: the code that both sides know goes along. */
function responseError(error: unknown): ResponseError<{ code: string; hint?: string | undefined }> {
  if (error instanceof ResponseError) return error;
  if (error instanceof SymphonyError) {
    return new ResponseError(REFUSED, error.message, { code: error.code, hint: error.hint });
  }
  return new ResponseError(-32_603, messageOf(error), { code: "io" });
}
