/**
 * What triggers wait for outside: schedules, files, git and the web.
 *
 * @module
 */

import type { Json } from "../json.ts";

/** A call from the web whose secret was right. */
export interface Hook {
  /** The trigger that it names. */
  readonly trigger: string;
  readonly body: Json;
  /** Equal where the caller sends the same again; absent where it does not say. */
  readonly delivery?: string;
}

/** What is answered to a call. */
export interface HookAnswer {
  /** HTTP status. */
  readonly status: number;
  readonly message: string;
}

export interface HookServer extends AsyncDisposable {
  readonly port: number;
}

export interface TriggerSourcePort {
  /**
   * The first moment after `after` (Unix milliseconds) that a cron expression means, in `zone` or the machine's own;
   * undefined where there is none. @throws SymphonyError `bad-input` for an expression or a zone that is none
   */
  nextMoment(expression: string, zone: string | undefined, after: number): number | undefined;
  /**
   * A text that is another one as soon as a file below `path` (or `path` itself) is added, removed or written; undefined
   * where there is nothing. @throws SymphonyError `io`
   */
  stateOf(path: string): Promise<string | undefined>;
  /** The commit that a branch is at; undefined where there is no such branch or repository. */
  commitOf(repository: string, branch: string): Promise<string | undefined>;
  /**
   * Takes calls `POST /hooks/TRIGGER` on 127.0.0.1. A call must carry its trigger's secret: as `authorization: Bearer …`,
   * or as `x-hub-signature-256`, the HMAC-SHA-256 of the body. Others are answered 401 and not passed on; an unknown
   * trigger too, so that nobody learns which there are. @throws SymphonyError `io` where the port is taken
   */
  listen(
    port: number,
    hooks: {
      readonly secretOf: (trigger: string) => Promise<string | undefined>;
      readonly received: (hook: Hook) => Promise<HookAnswer>;
    },
  ): Promise<HookServer>;
}
