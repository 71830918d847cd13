/**
 * What a route's handler is. `Handlers` has one for each route of the contract, so that a route without one does not
 * compile.
 *
 * @module
 */

import type { AnswerOf, BodyOf, ParamsOf, QueryOf, Route } from "../../api/api.ts";

export interface Call<R extends Route> {
  readonly params: Readonly<Record<ParamsOf<R>, string>>;
  readonly query: QueryOf<R>;
  readonly body: BodyOf<R>;
  readonly headers: Headers;
  /** Aborted when nobody waits for the answer any more; made for whoever asks. */
  readonly signal: () => AbortSignal;
}

/** An answer with a status or headers of its own; `body` bytes go out as they are. */
export class Reply<T> {
  readonly answer: T | undefined;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: BodyInit | undefined;

  constructor(options: {
    answer?: T;
    status?: number;
    headers?: Readonly<Record<string, string>>;
    body?: BodyInit;
  }) {
    this.answer = options.answer;
    this.status = options.status ?? 200;
    this.headers = options.headers ?? {};
    this.body = options.body;
  }
}

type Answered<T> = T | Reply<T>;
export type Handler<R extends Route> = (
  call: Call<R>,
) => Answered<AnswerOf<R>> | Promise<Answered<AnswerOf<R>>>;

export type Handlers = { readonly [R in Route]: Handler<R> };
/** The routes that begin with these words. */
export type HandlersOf<R extends Route> = Pick<Handlers, R>;
