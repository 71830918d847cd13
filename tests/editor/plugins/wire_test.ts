/**
 * What plugins may say and what they are told: bytes for units, refusals with a sentence, nothing believed.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Json, JsonObject } from "../../../core/json.ts";
import { Buffers } from "../../../editor/buffers.ts";
import { dataOf } from "../../../editor/plugins/get_data.ts";
import { Layer } from "../../../editor/plugins/layers.ts";
import { takeMessage } from "../../../editor/plugins/take_message.ts";
import { MessageRefused, parsePluginNotification } from "../../../editor/plugins/wire_in.ts";
import { updateJson } from "../../../editor/plugins/wire_out.ts";
import { Delta, type DeltaElement } from "../../../editor/text/delta.ts";
import { TextDocument } from "../../../editor/text/document.ts";
import { Rope } from "../../../editor/text/rope.ts";

const TEXT = "é𝒳a\n👍b\nplain";
const text = Rope.of(TEXT);

const METHODS = [
  "add_scopes",
  "update_spans",
  "edit",
  "update_annotations",
  "alert",
  "add_status_item",
  "update_status_item",
  "remove_status_item",
  "show_hover",
  "nothing",
];

/** Values near what is expected, so that fuzzing gets past the first check. */
const near: fc.Arbitrary<JsonObject> = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.nat({ max: 24 }),
    fc.constantFrom<Json>(-1, 1e300, 1.5, null, true, "", "x", "Find", "__proto__"),
    fc.array(tie("value"), { maxLength: 4 }),
    tie("object"),
  ),
  object: fc.dictionary(
    fc.constantFrom(
      ...[
        "start",
        "len",
        "end",
        "rev",
        "spans",
        "scope_id",
        "scopes",
        "edit",
        "delta",
        "els",
        "copy",
        "insert",
        "base_len",
        "priority",
      ],
      ...[
        "undo_group",
        "author",
        "annotation_type",
        "Other",
        "data",
        "msg",
        "key",
        "value",
        "alignment",
        "request_id",
        "result",
        "Ok",
        "Err",
      ],
      ...["content", "__proto__", "constructor"],
    ),
    tie("value"),
    { maxKeys: 8 },
  ),
})).object;

function takenFrom(method: string, params: Json): void {
  const { buffer } = new Buffers((error) => {
    throw error;
  }).open({ text });
  const layer = new Layer(1);
  layer.scopes.push(["source"], ["string"]);
  const before = buffer.text.length;
  try {
    const message = parsePluginNotification(method, params, (_view, revision) => {
      try {
        return buffer.document.textAt(revision);
      } catch (error) {
        throw new MessageRefused(String(error));
      }
    });
    takeMessage(message, { pluginId: 1, name: "fuzz", buffer, layer, report: () => {} });
    if (message.type === "edit") {
      assert.equal(buffer.text.length, before + message.delta.newLength - message.delta.baseLength);
    }
    for (const span of layer.spans.within(-1, Infinity)) {
      assert.ok(
        span.from >= 0 && span.from < span.to && span.to <= buffer.text.length &&
          span.value < layer.scopes.length,
      );
    }
    for (const mark of layer.annotations.within(-1, Infinity)) {
      assert.ok(mark.from >= 0 && mark.to <= buffer.text.length);
    }
  } catch (error) {
    assert.ok(error instanceof MessageRefused || error instanceof RangeError, String(error));
    assert.equal(buffer.text.toString(), TEXT);
  }
}

Deno.test("parsePluginNotification() and takeMessage() take or refuse whatever comes", () => {
  const message = fc.tuple(
    fc.constantFrom(...METHODS),
    fc.oneof(
      near.map((params): Json => ({ view_id: "view-id-1", rev: 0, ...params })),
      fc.jsonValue() as fc.Arbitrary<Json>,
    ),
  );
  fc.assert(fc.property(message, ([method, params]) => takenFrom(method, params)), {
    seed: 20_261_126,
    numRuns: 20_000,
  });
});

Deno.test("parsePluginNotification() reads bytes as units, one inside a character as its start, overlapping spans apart", () => {
  const read = (params: JsonObject) =>
    parsePluginNotification(
      "update_spans",
      { view_id: "v", rev: 0, start: 2, len: 15, ...params },
      () => text,
    );
  const spans = (list: readonly (readonly [number, number, number])[]) =>
    list.map(([start, end, scope_id]) => ({ start, end, scope_id }));
  assert.deepEqual(read({ spans: spans([[0, 4, 1], [6, 10, 0]]) }), {
    type: "update_spans",
    viewId: "v",
    revision: 0,
    from: 1,
    to: 12,
    spans: [{ from: 1, to: 3, scope: 1 }, { from: 5, to: 7, scope: 0 }],
  });
  const overlapping = read({ spans: spans([[10, 14, 0], [0, 5, 1], [4, 12, 2], [3, 3, 4]]) });
  assert.deepEqual(overlapping.type === "update_spans" && overlapping.spans, [
    { from: 1, to: 4, scope: 1 },
    { from: 4, to: 9, scope: 2 },
    { from: 9, to: 11, scope: 0 },
  ]);
  assert.throws(() => read({ spans: spans([[0, 16, 0]]) }), /"spans" must be a range within 15 bytes/);
  assert.throws(() => read({ len: 999, spans: [] }), /"len" must be a range within/);
});

Deno.test("parsePluginNotification() reads an edit of bytes, and refuses one that does not fit", () => {
  const edit = (delta: Json) =>
    parsePluginNotification("edit", { view_id: "v", edit: { rev: 0, delta, priority: 1 } }, () => text);
  const read = edit({
    base_len: text.bytes,
    els: [{ copy: [0, 2] }, { insert: "ß" }, { copy: [6, text.bytes] }],
  });
  assert.ok(read.type === "edit");
  assert.equal(read.delta.applyToString(TEXT), "éßa\n👍b\nplain");
  assert.throws(() => edit({ base_len: 3, els: [] }), MessageRefused);
  assert.throws(() => edit({ base_len: text.bytes, els: [{ copy: [9, 4] }] }), MessageRefused);
  assert.throws(() => edit({ base_len: text.bytes, els: [{ move: 1 }] }), /"els" must be/);
});

Deno.test("updateJson() tells a change in bytes, and null for one of more than a megabyte", () => {
  const update = (delta: Delta) => {
    const json = updateJson(3, {
      type: "update",
      viewId: "view-id-1",
      delta,
      before: text,
      after: delta.apply(text),
      revision: 4,
      group: 5,
      kind: "insert",
      author: "core",
    });
    return json["params"] as {
      delta: { base_len: number; els: DeltaElement[] } | null;
      new_len: number;
      new_line_count: number;
    };
  };
  const small = update(Delta.replace(text.length, 1, 3, "ü\n"));
  assert.deepEqual(small.delta, {
    base_len: 19,
    els: [{ copy: [0, 2] }, { insert: "ü\n" }, { copy: [6, 19] }],
  });
  assert.deepEqual([small.new_len, small.new_line_count], [18, 4]);
  assert.equal(update(Delta.replace(text.length, 0, 0, "é".repeat(524_289))).delta, null);
  assert.notEqual(update(Delta.replace(text.length, 0, 0, "é".repeat(524_000))).delta, null);
});

Deno.test("dataOf() gives pieces by byte and by line that join to the text at its revision", () => {
  const document = new TextDocument(TEXT);
  document.replace(0, 0, "later ");
  fc.assert(
    fc.property(fc.integer({ min: 4, max: 30 }), (size) => {
      let whole = "";
      for (let at = 0; at < text.bytes;) {
        const piece = dataOf(document, { rev: 0, start: at, unit: "utf8", max_size: size })!;
        assert.equal(piece["offset"], at);
        const chunk = piece["chunk"] as string;
        const line = piece["first_line"] as number;
        assert.equal(at - (piece["first_line_offset"] as number), text.bytesOfLine(line));
        whole += chunk;
        at += new TextEncoder().encode(chunk).length;
      }
      assert.equal(whole, TEXT);
    }),
    { seed: 20_261_126, numRuns: 50 },
  );
  assert.equal(dataOf(document, { rev: 1, start: 1, unit: "line", max_size: 5 })?.["chunk"], "👍b");
  for (const wrong of [{ rev: 9, start: 0 }, { rev: 0, start: 99 }, { rev: 0, start: 1 }]) {
    assert.equal(dataOf(document, { unit: "utf8", max_size: 5, ...wrong }), null);
  }
  assert.throws(() => dataOf(document, { rev: 0, start: 0, unit: "words", max_size: 1 }), MessageRefused);
});
