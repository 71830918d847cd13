/**
 * Hostile front ends: messages with wrong types, absurd numbers, unknown names, broken JSON, mixed with a person's typing in one view. The
 * text of that view has to be what was typed, and nothing may be thrown but refusals.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Json } from "../../../core/json.ts";
import { FramingError } from "../../../editor/rpc/peer.ts";
import { EDIT_METHODS } from "../../../editor/view/parse_event.ts";
import { TestFrontEnd } from "./front_end.ts";

export interface FuzzResult {
  readonly messages: number;
  /** Lines that were no message. */
  readonly broken: number;
  /** Messages refused with a reason. */
  readonly refused: number;
  /** Characters in the typed text at the end. */
  readonly typed: number;
}

/** Mulberry32: small, seeded, good enough to choose. */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
  };
}

const TOP = [
  ...[
    "edit",
    "save",
    "close_view",
    "set_theme",
    "set_language",
    "modify_user_config",
    "plugin",
    "tracing_config",
  ],
  ...[
    "client_started",
    "new_view",
    "get_config",
    "debug_get_contents",
    "cancel",
    "",
    "constructor",
    "__proto__",
  ],
];
const KEYS = [
  ...[
    "view_id",
    "method",
    "params",
    "chars",
    "line",
    "col",
    "ty",
    "select",
    "granularity",
    "multi",
    "queries",
    "regex",
  ],
  ...[
    "domain",
    "changes",
    "general",
    "user_override",
    "tab_size",
    "wrap_width",
    "__proto__",
    "constructor",
    "length",
  ],
  ...[
    "theme_name",
    "language_id",
    "command",
    "plugin_name",
    "rpc",
    "recording_name",
    "width",
    "height",
    "id",
  ],
];
const STRINGS = [
  ...[
    "",
    "a",
    "\u0000",
    "\ud800",
    "é😀",
    "x".repeat(3000),
    "view-id-1",
    "view-id-999",
    "../../etc",
    "__proto__",
    "(",
  ],
  ...["[[[[", "(a+)+$", "\\", "general", "point", "select", "\n\n\n", "\u2028", '{"a":1}', "-1", "1e999"],
];
const NUMBERS = [0, 1, -1, 0.5, 2 ** 31, -(2 ** 31), 2 ** 53, 1e308, -1e308, 5e-324, 7];
const LETTERS = ["a", "Z", "9", "é", "字", "😀", "-", "ß"];

export class Fuzzer {
  readonly #next: () => number;
  readonly #views: string[] = [];
  #typed = "";
  #caret = 0;
  #broken = 0;

  constructor(seed: number) {
    this.#next = chance(seed);
  }

  /** Sends `count` messages and checks the typed text over and over. @param folder where files may be written */
  async run(count: number, folder: string): Promise<FuzzResult> {
    using front = new TestFrontEnd({ unitWidth: 1 });
    front.notify("client_started", {});
    const typing = await front.open();
    this.#views.push(await front.open(), await front.open(`${folder}/absent`));
    for (let sent = 1; sent <= count; sent++) {
      const what = this.#next();
      if (what < 0.25) this.#type(front, typing);
      else if (what < 0.3) this.#rawLine(front);
      else this.#hostile(front, typing, folder);
      if (sent % 200 !== 0 && sent !== count) continue;
      assert.equal(await front.contents(typing), this.#typed, `text after ${sent} messages`);
      await front.settled();
      this.#views.splice(2);
      this.#views.push(await front.open());
      const thrown = front.log.find((text) => text.includes("\n    at "));
      assert.equal(thrown, undefined);
    }
    return { messages: count, broken: this.#broken, refused: front.log.length, typed: this.#typed.length };
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#next() * from.length)] as T;
  }

  /** A person's edit at a place of their choice, and the same on the model. */
  #type(front: TestFrontEnd, view: string): void {
    const [before, after] = [[...this.#typed.slice(0, this.#caret)], [...this.#typed.slice(this.#caret)]];
    const what = this.#next();
    if (what < 0.25) {
      const lines = this.#typed.split("\n");
      const line = Math.floor(this.#next() * lines.length);
      const points = [...lines[line] as string];
      const at = points.slice(0, Math.floor(this.#next() * (points.length + 1))).join("");
      const col = new TextEncoder().encode(at).length;
      front.edit(view, "gesture", { line, col, ty: { select: { granularity: "point", multi: false } } });
      this.#caret = lines.slice(0, line).reduce((sum, text) => sum + text.length + 1, 0) + at.length;
    } else {
      // Whatever hostile messages selected, a person's edit happens at one caret: here.
      const lines = before.join("").split("\n");
      const col = new TextEncoder().encode(lines.at(-1)).length;
      front.edit(view, "gesture", {
        line: lines.length - 1,
        col,
        ty: { select: { granularity: "point", multi: false } },
      });
      if (what < 0.8) {
        const chars = this.#pick(LETTERS).repeat(1 + Math.floor(this.#next() * 3));
        front.edit(view, "insert", { chars });
        before.push(...chars);
      } else if (what < 0.87) {
        front.edit(view, "insert_newline", []);
        before.push("\n");
      } else if (what < 0.95) {
        front.edit(view, "delete_backward");
        before.pop();
      } else {
        front.edit(view, "delete_forward");
        after.shift();
      }
      this.#typed = [...before, ...after].join("");
      this.#caret = before.join("").length;
    }
  }

  /** A line that may not even be JSON. */
  #rawLine(front: TestFrontEnd): void {
    const good = JSON.stringify({ method: this.#pick(TOP), params: this.#value(2) });
    const at = Math.floor(this.#next() * good.length);
    const line = this.#pick([
      good.slice(0, at),
      good.slice(0, at) + this.#pick(["\u0000", "}", "[", '"', "\\"]) + good.slice(at),
      "[".repeat(5000),
      "nul",
      "12",
      '"text"',
      "[]",
      `{"id":${this.#pick(NUMBERS)},"result":null}`,
      '{"id":null}',
      "{}",
      "   ",
    ]);
    if (line.includes("close_view") || line.includes("new_view")) return;
    try {
      front.raw(line);
    } catch (error) {
      assert.ok(error instanceof FramingError, String(error));
      this.#broken++;
    }
  }

  /** A message that is JSON but makes no sense, or hardly any. */
  #hostile(front: TestFrontEnd, typing: string, folder: string): void {
    const view = this.#pick([...this.#views, "view-id-777", "", "7", "view-id-", "__proto__"]);
    const what = this.#next();
    if (what < 0.45) {
      front.edit(view, this.#pick(EDIT_METHODS), this.#value(3));
    } else if (what < 0.6) {
      // To the typed view only what cannot change text, whatever its parameters.
      const harmless = EDIT_METHODS.filter((method) =>
        /^(move|scroll|find|select|gesture|goto|click|drag|request|resize|high|multi|coll|add_s)/.test(method)
      );
      front.edit(typing, this.#pick(harmless), this.#value(3));
    } else if (what < 0.65) {
      const changes = {
        [this.#pick(KEYS)]: this.#value(2),
        [this.#pick(["tab_size", "word_wrap", "wrap_width"])]: this.#value(1),
      };
      front.notify("modify_user_config", { domain: { user_override: this.#pick(this.#views) }, changes });
    } else if (what < 0.7) {
      const path = this.#pick([
        `${folder}/f`,
        `${folder}/no/such/f`,
        folder,
        "",
        `${folder}/\u0000`,
        `${folder}/${"n".repeat(400)}`,
      ]);
      front.notify("save", { view_id: this.#pick(this.#views), file_path: path });
    } else if (what < 0.75) {
      const path = this.#pick([`${folder}/f`, folder, `${folder}/x/y`, "", 7, null, { a: 1 }]);
      front.request("new_view", { file_path: path }).then(() => {}, () => {});
    } else if (what < 0.8) {
      front.request(this.#pick(["edit", "get_config", "debug_get_contents", "nope"]), this.#value(2)).then(
        () => {},
        () => {},
      );
    } else if (what < 0.85) front.notify("close_view", { view_id: this.#pick(["view-id-777", "", 5, null]) });
    else if (what < 0.9) front.edit(view, this.#pick(STRINGS), this.#value(2));
    else {
      const method = this.#pick(TOP);
      if (method !== "client_started" && method !== "close_view" && method !== "edit") {
        front.notify(method, this.#value(3));
      }
    }
  }

  #value(depth: number): Json {
    const what = this.#next();
    if (depth <= 0 || what < 0.3) {
      return this.#pick<Json>([
        this.#pick(STRINGS),
        this.#pick(STRINGS),
        this.#pick(NUMBERS),
        this.#pick(NUMBERS),
        null,
        true,
        false,
      ]);
    }
    if (what < 0.5) return Array.from({ length: Math.floor(this.#next() * 5) }, () => this.#value(depth - 1));
    const members = Array.from(
      { length: Math.floor(this.#next() * 5) },
      () => [this.#pick(KEYS), this.#value(depth - 1)] as const,
    );
    return Object.fromEntries(members);
  }
}
