/**
 * What every NotificationPort promises; `make` gives one and what has an extension say something through it.
 *
 * @module
 */

import assert from "node:assert/strict";
import { extensionId } from "../../core/ids.ts";
import type { Notice, NotificationPort } from "../../core/ports/notification.ts";

export interface NotificationSubject {
  readonly port: NotificationPort;
  say(notice: Pick<Notice, "extension" | "level" | "text">): void;
}

/** Registers the suite for one adapter. */
export function testNotificationPort(name: string, make: () => NotificationSubject): void {
  const extension = extensionId("acme/one");

  Deno.test(`${name} watch() tells every listener of each notice, in order, until it is stopped`, () => {
    const { port, say } = make();
    const [first, second]: [Notice[], Notice[]] = [[], []];
    const stop = port.watch((notice) => first.push(notice));
    port.watch((notice) => second.push(notice));
    say({ extension, level: "info", text: "one" });
    say({ extension, level: "error", text: "two" });
    stop();
    say({ extension, level: "warn", text: "three" });
    assert.deepEqual(first.map(({ level, text }) => [level, text]), [["info", "one"], ["error", "two"]]);
    assert.deepEqual(second.map(({ text }) => text), ["one", "two", "three"]);
    assert.ok(second.every((notice) => notice.extension === extension && notice.at > 0));
  });

  Deno.test(`${name} watch() is told of nothing that was said before`, () => {
    const { port, say } = make();
    say({ extension, level: "info", text: "before" });
    const found: Notice[] = [];
    port.watch((notice) => found.push(notice));
    assert.deepEqual(found, []);
  });
}
