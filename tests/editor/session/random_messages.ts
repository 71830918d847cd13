// deno-lint-ignore-file camelcase -- the names of the protocol
/**
 * Messages as front ends might send them: every edit method, with parameters that make sense.
 *
 * @module
 */

import fc from "fast-check";
import type { Json } from "../../../core/json.ts";
import { EDIT_METHODS } from "../../../editor/view/parse_event.ts";

export interface RandomMessage {
  readonly method: string;
  readonly params?: Json;
}

// deno-fmt-ignore
const CHARS = ["a", "b c", "\n", "{", "\"", "12", "é", "e\u0301", "字", "😀", "👩\u200d👧", "🇩🇪", "\t", "  ", "x_y", "\r\n", "one\ntwo", ""];
const chars = fc.constantFrom(...CHARS);
const line = fc.oneof(fc.nat({ max: 12 }), fc.constantFrom(0, 99, 1e9));
const column = fc.oneof(fc.nat({ max: 12 }), fc.constantFrom(0, 500));
const granularity = fc.constantFrom("point", "word", "line");
const terms = fc.record({
  chars: fc.constantFrom("a", "b", "1", "字", "o", "\n", "[ab]+", "e.", ""),
  case_sensitive: fc.boolean(),
  regex: fc.boolean(),
  whole_words: fc.boolean(),
});
const change = fc.constantFrom("none", "set", "add", "add_removing_current");
const name = fc.constantFrom("r", "s");

/** Parameters of the methods that take some. */
const PARAMS: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  insert: fc.record({ chars }),
  paste: fc.record({ chars }),
  goto_line: fc.record({ line }),
  scroll: fc.tuple(fc.integer({ min: -3, max: 30 }), fc.integer({ min: -3, max: 60 })).map((
    [a, b],
  ) => [a, b]),
  request_lines: fc.tuple(fc.nat({ max: 20 }), fc.nat({ max: 30 })).map(([a, b]) => [a, b]),
  resize: fc.record({ width: fc.nat({ max: 200 }), height: fc.nat({ max: 400 }) }),
  click: fc.tuple(line, column, fc.constantFrom(0, 2), fc.nat({ max: 3 })).map((parts) => [...parts]),
  drag: fc.tuple(line, column, fc.constant(0)).map((parts) => [...parts]),
  gesture: fc.record({
    line,
    col: column,
    ty: fc.oneof(
      fc.record({ granularity, multi: fc.boolean() }).map((select) => ({ select })),
      fc.record({ granularity }).map((extend) => ({ select_extend: extend })),
      fc.constantFrom("drag", "toggle_sel", "range_select", "multi_word_select", "point_select"),
    ),
  }),
  find: terms,
  multi_find: fc.array(fc.oneof(terms, terms.map((one) => ({ ...one, id: 1 }))), { maxLength: 3 }).map((
    queries,
  ) => ({
    queries,
  })),
  find_next: fc.record({ wrap_around: fc.boolean(), modify_selection: change }),
  find_previous: fc.record({ wrap_around: fc.boolean(), modify_selection: change }),
  highlight_find: fc.record({ visible: fc.boolean() }),
  selection_for_find: fc.record({ case_sensitive: fc.boolean() }),
  replace: fc.record({ chars }),
  request_hover: fc.record({ request_id: fc.nat() }),
  toggle_recording: fc.record({ recording_name: name }),
  play_recording: fc.record({ recording_name: name }),
  clear_recording: fc.record({ recording_name: name }),
};

/** Edits and gestures are drawn more often than the many movements. */
const FREQUENT = [
  "insert",
  "insert",
  "insert_newline",
  "delete_backward",
  "gesture",
  "gesture",
  "undo",
  "redo",
  "paste",
  "find",
];

export const aMessage: fc.Arbitrary<RandomMessage> = fc.oneof(
  fc.constantFrom(...EDIT_METHODS),
  fc.constantFrom(...FREQUENT),
).chain((method) => {
  const params = PARAMS[method];
  return params === undefined ? fc.constant({ method }) : params.map((value) => ({ method, params: value }));
});
