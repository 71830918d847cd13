/**
 * Short messages of extensions to the person: for whatever shows them, a terminal or a page.
 *
 * @module
 */

import type { ExtensionId } from "../ids.ts";

export type NoticeLevel = "info" | "warn" | "error";

export interface Notice {
  readonly extension: ExtensionId;
  readonly level: NoticeLevel;
  /** One line of plain text, cleaned by the core: no markup, no control characters, nothing that turns its direction. */
  readonly text: string;
  /** Unix milliseconds. */
  readonly at: number;
}

export interface NotificationPort {
  /** Calls `listener` with each notice from now on, until the returned function is called. */
  watch(listener: (notice: Notice) => void): () => void;
}
