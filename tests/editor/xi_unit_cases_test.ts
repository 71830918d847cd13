/**
 * The shared unit cases (selection, recordings, finds, wraps, whitespace, line endings) against our own modules. Offsets there are bytes;
 * their texts are ASCII, where those are ours. Skipped where the shared data is not there.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Json, JsonObject } from "../../core/json.ts";
import {
  detectIndentation,
  firstLineEnding,
  greatestCommonDivisor,
  indentationOf,
} from "../../editor/config/whitespace.ts";
import { Delta, type DeltaElement } from "../../editor/text/delta.ts";
import { Rope } from "../../editor/text/rope.ts";
import type { BufferEvent, EditEvent } from "../../editor/view/events.ts";
import { Query } from "../../editor/view/find/query.ts";
import { regexPattern } from "../../editor/view/find/regex.ts";
import { Lines } from "../../editor/view/lines.ts";
import { parseEditEvent } from "../../editor/view/parse_event.ts";
import { Recorder } from "../../editor/view/recorder.ts";
import { columnRuler } from "../../editor/view/ruler.ts";
import { type Drift, Selection } from "../../editor/view/selection.ts";
import { WrapTasks } from "../../editor/view/wrap_tasks.ts";

const file = new URL("../../../shared/data/xi/xi-cases.json", import.meta.url);
const there = await Deno.stat(file).then(() => true, () => false);

interface Step {
  readonly method: string;
  readonly params: Json;
  readonly expect?: JsonObject;
}
interface UnitCase {
  readonly name: string;
  readonly kind: string;
  readonly given: JsonObject;
  readonly steps: readonly Step[];
  readonly expect: JsonObject;
}

const numbers = (value: Json | undefined) => (Array.isArray(value) ? value : []).map(Number);
const at = (value: Json | undefined, index: number) => numbers(value)[index] ?? NaN;
const pairs = (value: Json | undefined) => (Array.isArray(value) ? value : []).map(numbers);
const selectionOf = (value: Json | undefined) =>
  Selection.from(pairs(value).map(([start, end]) => ({ start: start ?? NaN, end: end ?? NaN })));
const plain = (selection: Iterable<{ start: number; end: number }>) =>
  Array.from(selection, ({ start, end }) => [start, end]);

function selectionCase({ given, steps, expect }: UnitCase): void {
  let selection = selectionOf(given.regions);
  for (const { method, params, expect: expected } of steps) {
    if (method === "add_region") selection = selection.add({ start: at(params, 0), end: at(params, 1) });
    else if (method === "clear") selection = Selection.empty;
    else if (method === "delete_range") {
      selection = selection.remove(at(params, 0), at(params, 1), Array.isArray(params) && params[2] === true);
    } else if (method === "regions_in_range") {
      assert.deepEqual(plain(selection.touching(at(params, 0), at(params, 1))), expected?.returns);
    } else if (method === "apply_delta") {
      const { delta, after, drift } = params as JsonObject;
      const { base_len, els } = delta as JsonObject;
      const made = Delta.fromElements(Number(base_len), els as unknown as DeltaElement[]);
      selection = selection.map(made, after === true, String(drift) as Drift);
    } else throw new Error(`Unknown method ${method}`);
    if (expected?.regions !== undefined) assert.deepEqual(plain(selection), expected.regions);
  }
  if (expect.regions !== undefined) assert.deepEqual(plain(selection), expect.regions);
}

function recorderCase({ steps, expect }: UnitCase): void {
  const recorder = new Recorder();
  recorder.toggle("r");
  for (const { params } of steps) {
    if (typeof params === "string") recorder.record(parseEditEvent(params, undefined));
    else {
      const chars = String((params as JsonObject).insert);
      recorder.record({ domain: "buffer", event: { type: "insert", chars } });
    }
  }
  recorder.toggle("r");
  const named = (event: EditEvent): Json => {
    if (event.domain !== "buffer") return event.event.type;
    const inner: BufferEvent = event.event;
    return inner.type === "insert" ? { insert: inner.chars } : inner.type.replace(" ", "_");
  };
  assert.deepEqual(recorder.get("r")?.map(named), expect.saved);
}

function findCase({ given, steps }: UnitCase): void {
  const text = Rope.of(String(given.text));
  const terms = {
    chars: String(given.query),
    caseSensitive: given.case_sensitive === true,
    regex: given.regex === true,
    wholeWords: given.whole_words === true,
  };
  for (const { method, params, expect } of steps) {
    const query = new Query(1);
    query.set(terms, regexPattern);
    const { start, end, include_slop, reverse, wrapped, selection } = params as JsonObject;
    if (method === "update_find") {
      query.search(text, Number(start), Number(end), include_slop === true);
      assert.equal(query.matches.length, expect?.occurrences);
      const first = query.matches.at(0);
      assert.deepEqual([first.start, first.end], expect?.first);
    } else {
      query.search(text, 0, text.length, false);
      const found = query.nearest(text, selectionOf(selection), reverse === true, wrapped === true);
      assert.deepEqual(found === undefined ? null : [found.start, found.end], expect?.returns ?? null);
    }
  }
}

function wrapCase({ given, steps }: UnitCase): void {
  const text = Rope.of(String(given.text));
  const lines = new Lines();
  lines.setRuler(text, columnRuler(Number(given.wrap_bytes)));
  while (!lines.isConverged) lines.wrapSome(text, 0, 10);
  for (const { method, params, expect } of steps) {
    const value = at(params, 0);
    if (method === "visual_line_of_offset") assert.equal(lines.lineAt(text, value), expect?.returns);
    else if (method === "offset_of_visual_line") assert.equal(lines.lineStart(text, value), expect?.returns);
    else if (method === "iter_lines") {
      const shown = Array.from(
        lines.from(text, value, Infinity),
        ({ start, end }) => text.sliceString(start, end),
      );
      assert.deepEqual(shown, expect?.returns);
    } else throw new Error(`Unknown method ${method}`);
  }
}

function tasksCase({ steps }: UnitCase): void {
  const tasks = new WrapTasks();
  for (const { method, params, expect } of steps) {
    if (method === "add_task") tasks.add(at(params, 0), at(params, 1));
    else if (method === "patchup") tasks.edit(at(params, 0), at(params, 1), at(params, 2));
    else tasks.remove(at(params, 0), at(params, 1));
    if (expect !== undefined) {
      assert.deepEqual(tasks.ranges.map(({ start, end }) => [start, end]), expect.tasks);
    }
  }
}

function whitespaceCase({ steps }: UnitCase): void {
  for (const { method, params, expect } of steps) {
    const [first = "", second] = Array.isArray(params) ? params : [];
    if (method === "gcd") {
      assert.equal(greatestCommonDivisor(Number(first), Number(second)), expect?.returns);
      continue;
    }
    const found = method === "parse_line"
      ? indentationOf(String(first))
      : detectIndentation(Rope.of(String(first)));
    const named = found === "mixed"
      ? "mixed"
      : found?.type === "spaces"
      ? { spaces: found.width }
      : found?.type;
    assert.deepEqual(named ?? null, expect?.error ?? expect?.returns ?? null);
  }
}

function lineEndingCase({ steps }: UnitCase): void {
  for (const { params, expect } of steps) {
    const found = firstLineEnding(String(Array.isArray(params) ? params[0] : ""));
    const named = found === "\n" ? "lf" : found === "\r\n" ? "crlf" : found;
    assert.equal(named ?? null, expect?.error ?? expect?.returns ?? null);
  }
}

const runs: Readonly<Record<string, (one: UnitCase) => void>> = {
  "unit:selection": selectionCase,
  "unit:recorder": recorderCase,
  "unit:find": findCase,
  "unit:wrap": wrapCase,
  "unit:wrap-tasks": tasksCase,
  "unit:whitespace": whitespaceCase,
  "unit:line-ending": lineEndingCase,
};

/** Run by `text/xi_cases_test.ts`. */
const ofTextCore = ["unit:engine", "unit:engine-merge", "unit:delta", "unit:subset", "unit:rope"];

Deno.test({
  name: "every unit kind of the shared cases is run through our modules",
  ignore: !there,
  async fn() {
    const cases: UnitCase[] = JSON.parse(await Deno.readTextFile(file));
    const kinds = new Set(cases.map(({ kind }) => kind).filter((kind) => kind.startsWith("unit:")));
    assert.deepEqual([...kinds].filter((kind) => !(kind in runs) && !ofTextCore.includes(kind)), []);
  },
});

for (const [kind, run] of Object.entries(runs)) {
  Deno.test({
    name: `the shared cases ${kind} hold for our modules`,
    ignore: !there,
    async fn(test) {
      const cases: UnitCase[] = JSON.parse(await Deno.readTextFile(file));
      for (const one of cases.filter((candidate) => candidate.kind === kind)) {
        await test.step(one.name, () => run(one));
      }
    },
  });
}
