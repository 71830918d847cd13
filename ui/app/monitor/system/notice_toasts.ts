/** Messages of extensions as they come, under the name of who says them. @module */

import type { Notice } from "../../../../core/ports/notification.ts";
import type { App } from "../../state/app.ts";
import { showToast } from "../../state/toasts.ts";

/** What was said before the page was opened is told only where it is as new as this. */
const FRESH_MS = 15_000;

/** Shows them until the returned function is called. */
export function followNotices(app: App): () => void {
  let shownAt = Date.now() - FRESH_MS;
  return app.live.subscribe("notices", {
    onEvent(event) {
      if (event.kind === "extensions") return;
      const notices = event.kind === "snapshot"
        ? event.notices.filter(({ at }) => at > shownAt)
        : [event.notice];
      for (const notice of notices) show(notice);
      shownAt = Math.max(shownAt, ...notices.map(({ at }) => at));
    },
  });
}

function show({ extension, level, text }: Notice): void {
  showToast({ look: level === "error" ? "bad" : level, title: extension, text });
}
