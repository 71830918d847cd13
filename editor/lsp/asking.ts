/**
 * Asking the servers of a document, and carrying what they answer to the text as it is by then.
 *
 * A question is about the newest text: what a server does not have of it is sent first. An answer is about the text that was
 * sent; its places are moved through every edit made since.
 *
 * @module
 */

import type { TextRange } from "../../core/ports/text_editing.ts";
import type { Position, Range } from "vscode-languageserver-protocol";
import { SymphonyError } from "../../core/errors.ts";
import type { Buffer } from "../buffers.ts";
import type { Bias, Delta } from "../text/delta.ts";
import type { LanguageServer } from "./language_server.ts";
import type { PositionMap } from "./position.ts";
import { StaleAnswer } from "./server/channel.ts";
import type { SelectedDocument } from "./server_features.ts";
import type { Session } from "./session.ts";
import type { SentText, SyncedDocument } from "./synced_document.ts";
import { pathOfUri } from "./uri.ts";

/** How long a server may take; longer where it has to look at the whole project. Milliseconds. */
const TIMEOUTS: Readonly<Record<string, number>> = {
  "textDocument/completion": 5_000,
  "completionItem/resolve": 5_000,
  "textDocument/onTypeFormatting": 2_000,
  "textDocument/references": 30_000,
  "textDocument/rename": 30_000,
  "textDocument/prepareRename": 10_000,
  "textDocument/diagnostic": 30_000,
  "workspace/symbol": 30_000,
  "workspace/executeCommand": 60_000,
};
const TIMEOUT_MS = 10_000;
/** How often a question is asked again where the server says that the text changed meanwhile. */
const MOST_TRIES = 3;

export interface AskOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** Only this server. */
  readonly server?: string | undefined;
}

/** What one server answered. */
export interface Answer {
  readonly server: LanguageServer;
  readonly session: Session;
  readonly value: unknown;
  readonly question: Question;
  readonly carried: Carried;
}

/**
 * A question about a document as it was sent. Whoever asks names places in the text of that moment; until the server was ready
 * to be asked, others may have edited.
 */
export class Question {
  readonly server: LanguageServer;
  readonly document: SyncedDocument;
  readonly sent: SentText;
  readonly #moved: Delta;

  /** @param moved from the text of the one who asks to the text that was sent */
  constructor(server: LanguageServer, document: SyncedDocument, sent: SentText, moved: Delta) {
    this.server = server;
    this.document = document;
    this.sent = sent;
    this.#moved = moved;
  }

  /** The document as the protocol names it. */
  get textDocument(): { readonly uri: string } {
    return { uri: this.document.uri };
  }

  offset(offset: number, bias: Bias = 1): number {
    return this.#moved.mapOffset(Math.min(Math.max(offset, 0), this.#moved.baseLength), bias);
  }

  position(offset: number): Position {
    const { map } = this.sent;
    return map.position(map.rope.snap(this.offset(offset)));
  }

  range(span: TextRange): Range {
    const start = this.position(span.from);
    return { start, end: span.to === span.from ? start : this.position(span.to) };
  }
}

/** Makes the parameters of a request. */
export type Params = (question: Question) => unknown;

/** Moves places of a text that was sent to the newest text. */
export class Carried {
  /** The revision that the places are then in. */
  readonly revision: number;
  readonly sent: SentText;
  readonly delta: Delta;

  /** Takes the newest revision of `buffer`. @throws RangeError where the revision of `sent` is forgotten */
  constructor(buffer: Buffer, sent: SentText) {
    this.sent = sent;
    this.delta = buffer.document.changesSince(sent.revision);
    this.revision = buffer.revision;
  }

  get map(): PositionMap {
    return this.sent.map;
  }

  /** True where nothing was edited since. */
  get isExact(): boolean {
    return this.delta.isIdentity;
  }

  offset(position: Position, bias: Bias): number {
    return this.delta.mapOffset(this.map.offset(position), bias);
  }

  /** Text inserted at an edge stays outside. */
  span(range: Range): TextRange {
    return this.carry(this.map.span(range));
  }

  carry(span: TextRange): TextRange {
    if (this.isExact) return span;
    const from = this.delta.mapOffset(span.from, 1);
    return { from, to: span.to === span.from ? from : Math.max(from, this.delta.mapOffset(span.to, -1)) };
  }
}

/** Whose servers are asked. */
export interface ServersOf {
  /** The servers of a buffer, in order; waits until it is known which they are. */
  serversOf(buffer: Buffer): Promise<readonly LanguageServer[]>;
}

export class Asking {
  readonly #servers: ServersOf;

  constructor(servers: ServersOf) {
    this.#servers = servers;
  }

  /**
   * Asks every server of the buffer that knows `method`. `params` makes the question for a document as it was sent. Servers that
   * fail are left out. @throws the first failure where none answered, SymphonyError `aborted` when cancelled
   */
  async all(
    buffer: Buffer,
    method: string,
    params: Params,
    options: AskOptions = {},
  ): Promise<Answer[]> {
    const asked = buffer.document.hold();
    try {
      const servers = await this.serversFor(buffer, method, options);
      const settled = await Promise.allSettled(
        servers.map((server) => this.one(server, buffer, method, params, options, asked.revision)),
      );
      // Servers answer at different moments; all answers are carried to this one.
      const answers = settled.filter((one) => one.status === "fulfilled")
        .map(({ value }) => ({ ...value, carried: new Carried(buffer, value.question.sent) }));
      const failure = settled.find((one) => one.status === "rejected");
      if (options.signal?.aborted === true) throw new SymphonyError("aborted", `"${method}" was cancelled`);
      if (answers.length === 0 && failure !== undefined) throw failure.reason;
      return answers;
    } finally {
      asked.release();
    }
  }

  /** The first server that gives an answer other than null; undefined where none does. @throws as `all` */
  async first(
    buffer: Buffer,
    method: string,
    params: Params,
    options: AskOptions = {},
  ): Promise<Answer | undefined> {
    const asked = buffer.document.hold();
    let failure: unknown;
    try {
      for (const server of await this.serversFor(buffer, method, options)) {
        try {
          const answer = await this.one(server, buffer, method, params, options, asked.revision);
          if (answer.value !== null && answer.value !== undefined) return answer;
        } catch (error) {
          if (options.signal?.aborted === true) throw error;
          failure ??= error;
        }
      }
    } finally {
      asked.release();
    }
    if (failure !== undefined) throw failure;
    return undefined;
  }

  /** The running servers of the buffer that answer `method`. */
  async serversFor(buffer: Buffer, method: string, options: AskOptions = {}): Promise<LanguageServer[]> {
    const waitMs = timeoutOf(method, options);
    const all = await this.#servers.serversOf(buffer);
    const chosen = all.filter((server) => options.server === undefined || server.name === options.server);
    await Promise.all(chosen.map((server) => server.ready(waitMs, options.signal)));
    return chosen.filter((server) => {
      const document = server.document(buffer);
      if (document === undefined) return false;
      return server.session?.features.options(method, selected(document)) !== undefined;
    });
  }

  /**
   * Asks one server about one of its documents. `asked` is the revision in which the caller names places.
   * @throws as Channel.request, SymphonyError `busy` where it does not read
   */
  async one(
    server: LanguageServer,
    buffer: Buffer,
    method: string,
    params: Params,
    options: AskOptions = {},
    asked = buffer.revision,
  ): Promise<Answer> {
    for (let attempt = 1;; attempt++) {
      const document = await server.flushed(buffer, timeoutOf(method, options), options.signal);
      const session = server.session;
      if (options.signal?.aborted === true) throw new SymphonyError("aborted", `"${method}" was cancelled`);
      if (session === undefined || document === undefined) {
        throw new SymphonyError("busy", `Language server "${server.name}" does not have the text yet`);
      }
      const sent = document.sent;
      const hold = buffer.document.hold(sent.revision);
      try {
        const question = new Question(
          server,
          document,
          sent,
          buffer.document.deltaBetween(asked, sent.revision),
        );
        const value = await session.request(method, params(question), {
          timeoutMs: timeoutOf(method, options),
          signal: options.signal,
        });
        return { server, session, value, question, carried: new Carried(buffer, sent) };
      } catch (error) {
        if (!(error instanceof StaleAnswer)) throw error;
        if (attempt >= MOST_TRIES) {
          throw new SymphonyError(
            "aborted",
            `Language server "${server.name}" gave up "${method}": the text changed`,
          );
        }
      } finally {
        hold.release();
      }
    }
  }
}

/** A document as selectors see it. */
export function selected(document: SyncedDocument): SelectedDocument {
  return { uri: document.uri, path: pathOfUri(document.uri), languageId: document.languageId };
}

/** How long `method` may take. Milliseconds. */
export function timeoutOf(method: string, options: AskOptions = {}): number {
  return options.timeoutMs ?? TIMEOUTS[method] ?? TIMEOUT_MS;
}
