/** The newest messages of extensions, for whoever opens the page. @module */

import type { Notice, NotificationPort } from "../../core/ports/notification.ts";
import type { NoticesEvent } from "../api/topics.ts";

const MOST_KEPT = 50;

export class NoticeBoard implements Disposable {
  readonly #stop: () => void;
  #kept: readonly Notice[] = [];
  #count = 0;

  /** `publish` is told each one under a key of its own. */
  constructor(
    notices: NotificationPort | undefined,
    publish: (key: string, event: NoticesEvent) => void,
  ) {
    this.#stop = notices?.watch((notice) => {
      this.#kept = [...this.#kept, notice].slice(-MOST_KEPT);
      publish(`notice ${++this.#count}`, { kind: "notice", notice });
    }) ?? (() => {});
  }

  snapshot(): NoticesEvent {
    return { kind: "snapshot", notices: this.#kept };
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}
