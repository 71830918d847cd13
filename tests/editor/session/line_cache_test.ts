import assert from "node:assert/strict";
import fc from "fast-check";
import { isObject, type JsonObject } from "../../../core/json.ts";
import { Rope } from "../../../editor/text/rope.ts";
import { Lines } from "../../../editor/view/lines.ts";
import { columnRuler } from "../../../editor/view/ruler.ts";
import { LineCache, TestFrontEnd } from "./front_end.ts";
import { aMessage, type RandomMessage } from "./random_messages.ts";

/** A front end that keeps a line cache for each of its views. */
class Caches {
  readonly byView = new Map<string, LineCache>();
  readonly pristine = new Map<string, boolean>();

  take(message: JsonObject): void {
    const { method, params } = message;
    if (method !== "update" || !isObject(params) || !isObject(params.update)) return;
    const id = String(params.view_id);
    const cache = this.byView.get(id) ?? new LineCache();
    cache.apply(params.update);
    this.byView.set(id, cache);
    this.pristine.set(id, params.update.pristine === true);
  }
}

interface Shown {
  readonly text: string;
  readonly ln: number | undefined;
  readonly cursor: readonly number[];
}

/** The lines as they have to be shown, worked out from text and selection alone. */
function linesOf(source: string, regions: readonly { readonly end: number }[], wrapWidth: number): Shown[] {
  const text = Rope.of(source);
  const lines = new Lines();
  lines.setRuler(text, wrapWidth > 0 ? columnRuler(wrapWidth) : undefined);
  while (!lines.isConverged) lines.wrapSome(text, 0, 1000);
  const bytes = (offset: number) => text.bytesAt(offset);
  return Array.from(lines.from(text, 0, Infinity), ({ start, end, logical }) => ({
    text: text.sliceString(start, end),
    ln: logical === undefined ? undefined : logical + 1,
    cursor: regions.map((region) => region.end)
      .filter((at) =>
        (at >= start && at < end) ||
        (at === text.length && at === end && (start === end || text.charCodeAt(at - 1) !== 0x0a))
      )
      .map((at) => bytes(at) - bytes(start)),
  }));
}

async function run(
  messages: readonly RandomMessage[],
  start: string,
  wrapWidth: number,
  insOnly: boolean,
): Promise<void> {
  const caches = new Caches();
  using front = new TestFrontEnd({ form: { insOnly, parts: false } }, (message) => caches.take(message));
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, start);
    front.notify("client_started", {});
    front.notify("modify_user_config", { domain: "general", changes: { wrap_width: wrapWidth } });
    const views = [await front.open(path), await front.open(path)];
    for (const [index, { method, params }] of messages.entries()) {
      front.edit(views[index % 3 === 2 ? 1 : 0] as string, method, params);
      await front.settled();
      const source = await front.contents(views[0] as string);
      for (const id of views) {
        const expected = linesOf(source, front.session.selectionsOf(id), wrapWidth);
        const cache = caches.byView.get(id)?.lines ?? [];
        assert.equal(cache.length, expected.length, `lines of ${id} after ${method}`);
        cache.forEach((line, at) => {
          if (line === undefined) return;
          const { text, ln, cursor } = line;
          const right = expected[at] as Shown;
          assert.deepEqual(
            { text, ln },
            { text: right.text, ln: right.ln },
            `line ${at} of ${id} after ${method}`,
          );
          // Without `update` lines outside the visible part keep the carets they had.
          if (!insOnly) {
            assert.deepEqual(cursor, right.cursor, `carets of line ${at} of ${id} after ${method}`);
          }
        });
        assert.equal(caches.pristine.get(id), source === start, `pristine of ${id} after ${method}`);
      }
    }
    assert.deepEqual(front.log, []);
  } finally {
    await Deno.remove(path);
  }
}

const aStart = fc.constantFrom(
  "",
  "one\ntwo\n",
  "a b c\n\n  d\n字é😀\n".repeat(8),
  "x",
  "long line of words that wraps ".repeat(5),
);

for (
  const [name, wrapWidth, insOnly, runs] of [
    ["every view of a buffer", 0, false, 60],
    ["wrapped lines", 7, false, 60],
    ["a front end that knows no update operation", 0, true, 40],
  ] as const
) {
  Deno.test(`Session keeps the line cache right: ${name}`, async () => {
    await fc.assert(
      fc.asyncProperty(
        aStart,
        fc.array(aMessage, { minLength: 20, maxLength: 60 }),
        (start, messages) => run(messages, start, wrapWidth, insOnly),
      ),
      { numRuns: runs, seed: 11 },
    );
  });
}
