// deno-lint-ignore-file camelcase -- the names of the protocol
/**
 * From a method's name and parameters to an event.
 *
 * @module
 */

import type { Json } from "../../core/json.ts";
import type { BufferEvent, EditEvent, Gesture, Granularity, SelectionChange, ViewEvent } from "./events.ts";
import type { QueryTerms } from "./find/query.ts";
import type { Movement } from "./movement.ts";
import {
  asArray,
  asChoice,
  asCount,
  asInteger,
  describe,
  Params,
  ParamsError,
  unknownVariant,
} from "./params.ts";

const GRANULARITIES: readonly Granularity[] = ["point", "word", "line"];
const CHANGES: readonly SelectionChange[] = ["none", "set", "add", "add_removing_current"];

/** Bit of a click's flags: the selection is extended. */
const SHIFT = 2;

const MOVES: Readonly<Record<string, Movement>> = {
  move_up: "up",
  move_down: "down",
  move_left: "left",
  move_right: "right",
  move_word_left: "left word",
  move_word_right: "right word",
  move_to_beginning_of_paragraph: "start of paragraph",
  move_to_end_of_paragraph: "end of paragraph",
  move_to_left_end_of_line: "left of line",
  move_to_right_end_of_line: "right of line",
  move_to_beginning_of_document: "start of document",
  move_to_end_of_document: "end of document",
};

type Parse = (params: Json | undefined) => EditEvent;

const methods = new Map<string, Parse>();

function define(name: string, parse: Parse): void {
  methods.set(name, parse);
}

/** A method without parameters: absent, an empty list and an object are all right. */
function plain(name: string, event: EditEvent): void {
  define(name, (params) => {
    if (params !== undefined && params !== null && typeof params !== "object") {
      throw new ParamsError(`invalid type: ${describe(params)}, expected a map`);
    }
    return event;
  });
}

const view = (event: ViewEvent): EditEvent => ({ domain: "view", event });
const buffer = (event: BufferEvent): EditEvent => ({ domain: "buffer", event });

for (const [name, movement] of Object.entries(MOVES)) {
  plain(name, view({ type: "move", movement, extend: false }));
  plain(`${name}_and_modify_selection`, view({ type: "move", movement, extend: true }));
}
plain("move_backward", view({ type: "move", movement: "left", extend: false }));
plain("move_forward", view({ type: "move", movement: "right", extend: false }));
plain("scroll_page_up", view({ type: "move", movement: "up a page", extend: false }));
plain("scroll_page_down", view({ type: "move", movement: "down a page", extend: false }));
plain("page_up_and_modify_selection", view({ type: "move", movement: "up a page", extend: true }));
plain("page_down_and_modify_selection", view({ type: "move", movement: "down a page", extend: true }));

plain("select_all", view({ type: "select all" }));
plain("collapse_selections", view({ type: "collapse" }));
plain("cancel_operation", view({ type: "collapse" }));
plain("add_selection_above", view({ type: "add selection", movement: "up to exact column" }));
plain("add_selection_below", view({ type: "add selection", movement: "down to exact column" }));
plain("selection_into_lines", view({ type: "into lines" }));
plain("find_all", view({ type: "find all" }));
plain("selection_for_replace", view({ type: "selection for replace" }));

for (
  const [name, type] of [
    ["delete_backward", "backspace"],
    ["insert_newline", "newline"],
    ["insert_tab", "tab"],
    ["yank", "yank"],
    ["transpose", "transpose"],
    ["uppercase", "uppercase"],
    ["lowercase", "lowercase"],
    ["capitalize", "capitalize"],
    ["indent", "indent"],
    ["outdent", "outdent"],
    ["duplicate_line", "duplicate line"],
    ["increase_number", "increase"],
    ["decrease_number", "decrease"],
    ["undo", "undo"],
    ["redo", "redo"],
    ["replace_next", "replace next"],
    ["replace_all", "replace all"],
  ] as const
) plain(name, buffer({ type }));

for (
  const [name, movement, kill] of [
    ["delete_forward", "right", false],
    ["delete_word_forward", "right word", false],
    ["delete_word_backward", "left word", false],
    ["delete_to_end_of_paragraph", "end of paragraph or its line feed", true],
    ["delete_to_beginning_of_line", "left of line", false],
  ] as const
) plain(name, buffer({ type: "delete", movement, kill }));

plain("reindent", { domain: "special", event: { type: "reindent" } });
plain("debug_toggle_comment", { domain: "special", event: { type: "toggle comment" } });
for (const name of ["debug_rewrap", "debug_wrap_width", "debug_print_spans"]) {
  plain(name, { domain: "special", event: { type: "nothing" } });
}

define("insert", (params) => buffer({ type: "insert", chars: Params.of(params).string("chars") }));
define("paste", (params) => buffer({ type: "paste", chars: Params.of(params).string("chars") }));
define("goto_line", (params) => view({ type: "goto line", line: Params.of(params).count("line") }));

define("scroll", (params) => {
  const [first, last, left, right] = asArray(params);
  const event = { type: "scroll", first: need(first), last: need(last) } as const;
  if (left === undefined || right === undefined) return view(event);
  return view({ ...event, columns: [Math.max(0, asInteger(left)), Math.max(0, asInteger(right))] });
});

define("request_lines", (params) => {
  const [first, last] = asArray(params);
  return {
    domain: "special",
    event: { type: "request lines", first: Math.max(0, need(first)), last: Math.max(0, need(last)) },
  };
});

define("resize", (params) => {
  const size = Params.of(params);
  return {
    domain: "special",
    event: { type: "resize", width: size.number("width"), height: size.number("height") },
  };
});

define("gesture", (params) => {
  const members = Params.of(params);
  return view({
    type: "gesture",
    line: members.count("line"),
    column: members.count("col"),
    gesture: parseGesture(members.need("ty")),
  });
});

define("click", (params) => {
  const [line, column, flags, clicks] = asArray(params);
  const granularity = clicks === 2 ? "word" : clicks === 3 ? "line" : "point";
  const isShift = flags !== undefined && (asCount(flags) & SHIFT) !== 0;
  return view({
    type: "gesture",
    line: asCount(line ?? null),
    column: asCount(column ?? null),
    gesture: isShift
      ? { type: "extend", granularity: "point" }
      : { type: "select", granularity, multi: false },
  });
});

define("drag", (params) => {
  const [line, column] = asArray(params);
  return view({
    type: "gesture",
    line: asCount(line ?? null),
    column: asCount(column ?? null),
    gesture: { type: "drag" },
  });
});

define("find", (params) => view({ type: "find", terms: parseTerms(Params.of(params)) }));

define("multi_find", (params) => {
  // The documentation shows a bare list; the protocol's core takes an object.
  const queries = Array.isArray(params) ? params : asArray(Params.of(params).need("queries"));
  return view({
    type: "multi find",
    queries: queries.map((query) => {
      const members = Params.of(query);
      const terms = parseTerms(members);
      return members.get("id") === undefined ? terms : { ...terms, id: members.count("id") };
    }),
  });
});

define("find_next", (params) => view(parseFindNext(Params.of(params), false)));
define("find_previous", (params) => view(parseFindNext(Params.of(params), true)));
define(
  "highlight_find",
  (params) => view({ type: "highlight find", visible: Params.of(params).boolean("visible") }),
);

define("selection_for_find", (params) => {
  const members = Params.of(params);
  return view({ type: "selection for find", caseSensitive: members.flag("case_sensitive") });
});

define("replace", (params) => {
  const members = Params.of(params);
  return view({
    type: "replace",
    chars: members.string("chars"),
    preserveCase: members.flag("preserve_case"),
  });
});

define("request_hover", (params) => {
  const members = Params.of(params);
  const requestId = members.count("request_id");
  const position = members.get("position");
  if (position === undefined) return { domain: "special", event: { type: "hover", requestId } };
  const place = Params.of(position);
  return {
    domain: "special",
    event: { type: "hover", requestId, position: [place.count("line"), place.count("column")] },
  };
});

define("toggle_recording", (params) => {
  const members = Params.of(params);
  return {
    domain: "special",
    event: { type: "toggle recording", name: members.optionalString("recording_name") },
  };
});

define("play_recording", (params) => ({
  domain: "special",
  event: { type: "play recording", name: Params.of(params).string("recording_name") },
}));

define("clear_recording", (params) => ({
  domain: "special",
  event: { type: "clear recording", name: Params.of(params).string("recording_name") },
}));

/** The names of all edit notifications. */
export const EDIT_METHODS: readonly string[] = [...methods.keys()];

/** @throws ParamsError for an unknown method or wrong parameters */
export function parseEditEvent(method: string, params: Json | undefined): EditEvent {
  const parse = methods.get(method);
  if (parse === undefined) throw new ParamsError(unknownVariant(method.slice(0, 200), EDIT_METHODS));
  return parse(params);
}

function need(value: Json | undefined): number {
  return asInteger(value ?? null);
}

const OLD_GESTURES: Readonly<Record<string, Gesture>> = {
  point_select: { type: "select", granularity: "point", multi: false },
  toggle_sel: { type: "select", granularity: "point", multi: true },
  range_select: { type: "extend", granularity: "point" },
  line_select: { type: "select", granularity: "line", multi: false },
  word_select: { type: "select", granularity: "word", multi: false },
  multi_line_select: { type: "select", granularity: "line", multi: true },
  multi_word_select: { type: "select", granularity: "word", multi: true },
  drag: { type: "drag" },
};

function parseGesture(value: Json): Gesture {
  if (typeof value === "string") {
    const gesture = Object.hasOwn(OLD_GESTURES, value) ? OLD_GESTURES[value] : undefined;
    if (gesture !== undefined) return gesture;
    throw new ParamsError(unknownVariant(value.slice(0, 200), ["select", "select_extend", "drag"]));
  }
  const members = Params.of(value);
  const select = members.get("select");
  if (select !== undefined) {
    const inner = Params.of(select);
    return {
      type: "select",
      granularity: asChoice(inner.need("granularity"), GRANULARITIES),
      multi: inner.flag("multi"),
    };
  }
  const extend = Params.of(members.need("select_extend"));
  return { type: "extend", granularity: asChoice(extend.need("granularity"), GRANULARITIES) };
}

function parseTerms(members: Params): QueryTerms {
  return {
    chars: members.string("chars"),
    caseSensitive: members.flag("case_sensitive"),
    regex: members.flag("regex"),
    wholeWords: members.flag("whole_words"),
  };
}

function parseFindNext(members: Params, reverse: boolean): ViewEvent {
  return {
    type: "find next",
    reverse,
    wrap: members.flag("wrap_around"),
    allowSame: members.flag("allow_same"),
    change: members.choice("modify_selection", CHANGES, "set"),
  };
}
