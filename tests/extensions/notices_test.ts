import assert from "node:assert/strict";
import { extensionId } from "../../core/ids.ts";
import type { Notice } from "../../core/ports/notification.ts";
import { Notices } from "../../extensions/notices.ts";
import { testNotificationPort } from "../contracts/notification_contract.ts";
import { ExtensionFailure } from "../../extensions/sdk/failure.ts";

testNotificationPort("Notices", () => {
  const port = new Notices();
  return { port, say: ({ extension, level, text }) => void port.show(extension, level, text) };
});

const [one, other] = [extensionId("acme/one"), extensionId("acme/other")];

Deno.test("Notices shows ten at once and one each six seconds, of each extension, and says how long to wait", () => {
  let now = 1_000_000;
  const shown: Notice[] = [];
  const notices = new Notices(() => now);
  const stop = notices.watch((notice) => shown.push(notice));
  for (let at = 0; at < 10; at++) notices.show(one, "info", `message ${at}`);
  const refused = (who = one) => {
    try {
      notices.show(who, "info", "again");
      return undefined;
    } catch (error) {
      assert.ok(error instanceof ExtensionFailure);
      assert.equal(error.failureClass, "rate-limit");
      return error.retryAfterMs;
    }
  };
  assert.equal(refused(), 6_000);
  assert.equal(refused(other), undefined);
  now += 4_000;
  assert.equal(refused(), 2_000);
  now += 2_000;
  assert.equal(refused(), undefined);
  assert.equal(refused(), 6_000);
  now += 3_600_000;
  for (let at = 0; at < 10; at++) assert.equal(refused(), undefined);
  assert.equal(refused(), 6_000);
  // A clock that was set back gives nothing.
  now -= 7_200_000;
  assert.notEqual(refused(), undefined);
  assert.equal(shown.length, 22);
  stop();
  notices.show(other, "info", "unheard");
  assert.equal(shown.length, 22);
});

Deno.test("Notices shows one line of plain text, however it was written", () => {
  const notices = new Notices();
  const shown = (text: string) => notices.show(one, "warn", text).text;
  assert.equal(shown("a\r\nb\tc   d "), "a b c d");
  assert.equal(shown("\x1b[31mred\x1b[0m\x07"), "[31mred[0m");
  assert.equal(shown("safe\u202egnp.exe\u2066\u200e\u200b"), "safegnp.exe");
  assert.equal(shown("<b>bold</b>"), "<b>bold</b>");
  const long = shown("🙂".repeat(1_000));
  assert.equal([...long].length, 300);
  assert.ok(long.endsWith("🙂…"));
  assert.throws(() => notices.show(one, "info", " \u202e\n "), /without words/);
  for (
    const blank of [
      "\u3164",
      "\u2800",
      "\u00ad",
      "\u{e0041}\u{e007f}",
      "\u115f\uffa0",
      "\ufe0f",
      "\u0301",
      "\u00a0\u3000",
    ]
  ) {
    assert.throws(() => notices.show(one, "info", blank.repeat(20)), /without words/, JSON.stringify(blank));
  }
  assert.equal(shown(`e${"\u0301".repeat(299)}nd`), `e${"\u0301".repeat(4)}nd`);
  assert.equal(shown("a\u3164\u00adb\u2800 c"), "ab c");
});
