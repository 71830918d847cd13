/**
 * The unit cases of the xi suite that concern the text core, run through this one.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
  factor,
  insertedBy,
  isSimpleDelete,
  shrinkInserts,
  simpleInsert,
  synthesize,
} from "../../../editor/text/delta_algebra.ts";
import { Delta, type DeltaElement } from "../../../editor/text/delta.ts";
import { TextDocument } from "../../../editor/text/document.ts";
import { Rope } from "../../../editor/text/rope.ts";
import { Subset } from "../../../editor/text/subset.ts";
import { graphemeAfter, graphemeBefore } from "../../../editor/view/graphemes.ts";
import { Reader } from "../../../editor/view/reader.ts";
import { type XiCase, xiCases } from "./shared_data.ts";

interface XiDelta {
  readonly "base_len": number;
  readonly els: readonly DeltaElement[];
}

/** The texts of these cases are ASCII: bytes are units. */
function deltaOf(delta: XiDelta): Delta {
  return Delta.fromElements(delta.base_len, delta.els);
}

function runEngine({ given, steps, expect }: XiCase): void {
  const document = new TextDocument(given.initial as string);
  const revisions = [0];
  const revisionOf = (name: string) =>
    name === "head" ? document.revision : revisions[Number(name.slice(1))] ?? -1;
  for (const { method, params, expect } of steps) {
    const step = () => {
      if (method === "edit_rev") {
        const { delta, base_rev, undo_group, priority } = params;
        document.edit({ delta: deltaOf(delta), revision: revisionOf(base_rev), group: undo_group, priority });
        revisions.push(document.revision);
      } else if (method === "undo") {
        document.setUndone(params.groups);
        revisions.push(document.revision);
      } else if (method === "gc") document.freeze(params.groups);
      else if (method === "delta_rev_head") {
        const delta = document.changesSince(revisionOf(params.base_rev));
        assert.equal(delta.applyToString(expect.applies_to), document.text.toString());
      } else assert.fail(`unknown method ${method}`);
    };
    if (expect?.error === true) assert.throws(step, RangeError);
    else step();
    if (expect?.head !== undefined) assert.equal(document.text.toString(), expect.head);
  }
  if (expect.head !== undefined) assert.equal(document.text.toString(), expect.head);
}

function runMerge({ given, steps }: XiCase): void {
  // Sessions are i × 1000; names sort as they do.
  const peers = Array.from(
    { length: given.peers },
    (_, at) => new TextDocument("", { replica: `${at}`.padStart(4, "0") }),
  );
  for (const { method, params } of steps) {
    const peer = peers[params.peer]!;
    if (method === "edit") {
      const elements: DeltaElement[] = [];
      let at = 0;
      for (const char of params.delta as string) {
        if (char === "-") elements.push({ copy: [at, ++at] });
        else if (char === "!") at++;
        else elements.push({ insert: char });
      }
      peer.edit({
        delta: Delta.fromElements(at, elements),
        priority: params.priority,
        group: params.undo_group,
      });
    } else if (method === "merge") {
      const into = peers[params.into]!;
      into.apply(peers[params.from]!.eventsSince(into.version()));
    } else if (method === "assert_text") assert.equal(peer.text.toString(), params.text);
    else if (method === "assert_all") {
      for (const one of peers) assert.equal(one.text.toString(), params.text);
    } else if (method === "assert_max_undo") {
      assert.equal(Math.max(...peer.eventsSince({}).map(({ group }) => group)), params.group);
    } else assert.fail(`unknown method ${method}`);
  }
}

function runDelta({ given, steps, expect }: XiCase): void {
  const text = (given.text ?? "") as string;
  const delta = given.delta === undefined ? Delta.identity(0) : deltaOf(given.delta);
  for (const { method, params, expect: expected } of steps) {
    const want = expected ?? expect;
    if (method === "apply") {
      assert.equal(delta.applyToString(text), want.text);
      if (want.new_document_len !== undefined) assert.equal(delta.newLength, want.new_document_len);
    } else if (method === "factor_then_synthesize" || method === "inverse_synthesize_applied_to") {
      const { inserts, deletes } = factor(delta);
      const union = inserts.apply(Rope.of(text));
      const inserted = insertedBy(inserts);
      const deleted = deletes.expand(inserted);
      if (method === "factor_then_synthesize") {
        const tombstones = inserted.complement().deleteFrom(union);
        assert.equal(synthesize(tombstones, inserted, deleted).applyToString(text), want.text);
      } else {
        const tombstones = deleted.complement().deleteFrom(union);
        assert.equal(synthesize(tombstones, deleted, inserted).applyToString(params), want.text);
      }
    } else if (method === "iter_inserts") {
      let shift = 0;
      const inserts = [...delta.changes()].flatMap(({ from, to, insert }) => {
        const at = { "old_offset": from, "new_offset": from + shift, "len": insert.length };
        shift += insert.length - (to - from);
        return insert === "" ? [] : [at];
      });
      assert.deepEqual(inserts, want.returns);
    } else if (method === "inserts_shrunk_to") {
      const { inserts } = factor(delta);
      assert.equal(shrinkInserts(inserts, keeping(text, params)).applyToString(params), want.text);
    } else if (method === "is_simple_delete") assert.equal(isSimpleDelete(deltaOf(params)), want.returns);
    else if (method === "as_simple_insert") assert.equal(simpleInsert(deltaOf(params)) ?? null, want.returns);
    else assert.fail(`unknown method ${method}`);
  }
}

/** The set of what `kept` lacks of `full`, whose characters differ. */
function keeping(full: string, kept: string): Subset {
  const gone = [...full].flatMap((char, at): [number, number][] => kept.includes(char) ? [] : [[at, at + 1]]);
  return Subset.ofRanges(full.length, gone);
}

function runSubset({ given, steps, expect }: XiCase): void {
  const full = given.full as string;
  for (const { method, expect: expected } of steps) {
    const want = expected ?? expect;
    if (method === "delete_from") {
      assert.equal(
        Subset.ofRanges(full.length, given.deleted_ranges).deleteFrom(Rope.of(full)).toString(),
        want.text,
      );
      continue;
    }
    const first = keeping(full, given.kept_1);
    const second = keeping(given.kept_1, given.kept_2_of_1);
    if (method === "transform_expand") {
      assert.equal(second.expand(first).deleteFrom(Rope.of(full)).toString(), want.kept_of_full);
    } else if (method === "transform_shrink_roundtrip") {
      const expanded = second.expand(first);
      const rest = expanded.deleteFrom(Rope.of(full));
      assert.equal(first.shrink(expanded).deleteFrom(rest).toString(), want.text);
    } else if (method === "transform_union_delete_from_full") {
      assert.equal(second.expandUnion(first).deleteFrom(Rope.of(full)).toString(), want.text);
    } else assert.fail(`unknown method ${method}`);
  }
}

function runRope({ given, steps }: XiCase): void {
  const unit = given.text?.text_repeat ?? given.text_repeat;
  const text = unit === undefined
    ? (given.text ?? "") as string
    : unit.unit.repeat(200) + "🇺" + unit.unit.repeat(100);
  const rope = Rope.of(text);
  const reader = new Reader(rope);
  const inBytes = (offset: number | undefined) => offset === undefined ? null : rope.bytesAt(offset);
  for (const { method, params, expect } of steps) {
    const at = Array.isArray(params) && typeof params[0] === "number"
      ? rope.offsetOfBytes(Math.min(params[0], rope.bytes))
      : 0;
    if (method === "edit") {
      assert.equal(rope.replace(params[0], params[1], params[2]).toString(), expect.text);
    } else if (method === "lines") {
      const own = Rope.of(params);
      const count = own.lines - (params === "" || params.endsWith("\n") ? 1 : 0);
      const lines = Array.from(
        { length: count },
        (_, line) => own.sliceString(own.lineStart(line), own.lineEnd(line)),
      );
      assert.deepEqual(lines.map((line) => line.replace(/\r$/, "")), expect.returns);
    } else if (method === "line_of_offset") assert.equal(rope.lineAt(at), expect.returns);
    else if (method === "prev_codepoint_offset") {
      assert.equal(at === 0 ? null : inBytes(rope.snap(at - 1)), expect.returns);
    } else if (method === "next_codepoint_offset") {
      assert.equal(at === rope.length ? null : inBytes(rope.snap(at + 1, 1)), expect.returns);
    } else if (method === "prev_grapheme_offset") {
      assert.equal(inBytes(graphemeBefore(reader, at)), expect.returns);
    } else if (method === "next_grapheme_offset") {
      assert.equal(inBytes(graphemeAfter(reader, at)), expect.returns);
    } else if (method === "property") {
      // Flags pair up from the start of the run.
      for (let flag = 0; flag < 300; flag++) {
        assert.equal(graphemeAfter(reader, flag * 4), flag * 4 + 4);
        assert.equal(graphemeBefore(reader, flag * 4 + 4), flag * 4);
      }
    } else assert.fail(`unknown method ${method}`);
  }
}

const RUNNERS = {
  "unit:engine": runEngine,
  "unit:engine-merge": runMerge,
  "unit:delta": runDelta,
  "unit:subset": runSubset,
  "unit:rope": runRope,
};

for (const [kind, run] of Object.entries(RUNNERS)) {
  const cases = xiCases(kind);
  Deno.test({
    name: `the text core passes xi's cases of ${kind}`,
    ignore: cases.length === 0,
    fn: async (test) => {
      for (const one of cases) await test.step(one.name, () => run(one));
    },
  });
}
