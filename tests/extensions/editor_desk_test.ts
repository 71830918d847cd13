/**
 * How many texts wait for a review, for whom: over an editor that only counts.
 *
 * @module
 */

import assert from "node:assert/strict";
import { type ExtensionId, extensionId } from "../../core/ids.ts";
import { EditorDesk, type EditorTexts } from "../../extensions/editor_desk.ts";

const [one, other] = [extensionId("acme/one"), extensionId("acme/other")];

function deskOf() {
  let opened = 0;
  const waiting = new Set<number>();
  const texts = {
    editing: {
      open: () => Promise.resolve({ buffer: ++opened, file: "/f", length: 1 }),
      close: () => Promise.resolve(),
    },
    proposals: {
      propose: (buffer: number) => {
        waiting.add(buffer);
        return Promise.resolve({ ok: true, value: { changes: [1], waiting: 0 } });
      },
      changeSets: () => Promise.resolve(["set"]),
      review: () => Promise.resolve({ buffers: [...waiting].map((buffer) => ({ buffer })) }),
    },
  } as unknown as EditorTexts;
  const desk = new EditorDesk(() => Promise.resolve(texts), () => {});
  const propose = (extension: ExtensionId, file: string) =>
    desk.withText(extension, file, (text) => text.propose({} as never)).then(() => "ok", String);
  return { propose, reviewed: () => waiting.clear() };
}

Deno.test("texts of one extension that wait for a review are no other's, and make room once they were reviewed", async () => {
  const { propose, reviewed } = deskOf();
  for (let at = 0; at < 200; at++) assert.equal(await propose(one, `/f${at}`), "ok");
  assert.match(await propose(one, "/more"), /200 texts of this extension wait for a review/);
  assert.equal(await propose(one, "/f7"), "ok");
  assert.equal(await propose(other, "/more"), "ok");
  reviewed();
  assert.equal(await propose(one, "/more"), "ok");
});

Deno.test("texts that are proposed to at the same time count before any of them waits", async () => {
  const { propose } = deskOf();
  const all = await Promise.all(Array.from({ length: 400 }, (_, at) => propose(one, `/f${at}`)));
  assert.equal(all.filter((text) => text === "ok").length, 200);
});
