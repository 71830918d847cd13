/**
 * Who may speak: the one-time address is `http://127.0.0.1:PORT/#t=KEY`; the page exchanges KEY once for a cookie that
 * no script sees. KEY is in the fragment, so that it stands in no log. A view to open may follow it:
 * `#t=KEY/runs/ID`.
 *
 * @module
 */

export interface OpenSession {
  /** What stood behind `#t=`, up to a `/`. Works once. */
  readonly key: string;
}

export interface SessionInfo {
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

export interface ServerInfo {
  readonly version: string;
  /** How hints call the program. */
  readonly program: string;
  /** Changes with each process; positions of topics that are not durable hold within one. */
  readonly epoch: string;
  readonly startedAt: number;
  readonly now: number;
  /** Absolute. */
  readonly data: string;
  /** Absolute folder whose files are shown and that runs may read. */
  readonly workspace: string;
  /** Where pages of extensions are served from: another origin than this one, and a path that nobody else can know. */
  readonly frames: string;
}
