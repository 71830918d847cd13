import assert from "node:assert/strict";
import fc from "fast-check";
import type { Json } from "../../../core/json.ts";
import { TestFrontEnd } from "./front_end.ts";

/** What a person does, as a plain string with carets understands it too. */
type Act =
  | { readonly type: "caret" | "add caret" | "select to"; readonly at: number }
  | { readonly type: "insert" | "paste"; readonly chars: string }
  | { readonly type: "newline" | "backspace" | "delete" | "select all" | "undo" | "redo" };

/** A text as a string, carets and selections as pairs of offsets, undo as copies of the text. */
class Model {
  text: string;
  regions: [anchor: number, active: number][] = [[0, 0]];
  #done: { group: string; before: string; after: string }[] = [];
  #undone: { group: string; before: string; after: string }[] = [];
  #last = "";

  constructor(text: string) {
    this.text = text;
  }

  /** Selections after undo are mapped through the change: the model takes them over. */
  act(act: Act): boolean {
    if (act.type === "undo" || act.type === "redo") {
      const [from, to] = act.type === "undo" ? [this.#done, this.#undone] : [this.#undone, this.#done];
      const step = from.pop();
      if (step === undefined) return true;
      to.push(step);
      this.text = act.type === "undo" ? step.before : step.after;
      this.#last = act.type;
      return false;
    }
    if (act.type === "caret") this.regions = [[this.#at(act.at), this.#at(act.at)]];
    else if (act.type === "select to") {
      const last = this.regions.pop() as [number, number];
      this.#add([last[0], this.#at(act.at)]);
    } else if (act.type === "add caret") {
      const at = this.#at(act.at);
      const rest = this.regions.filter(([a, b]) => !(Math.min(a, b) <= at && at <= Math.max(a, b)));
      if (rest.length < this.regions.length && rest.length > 0) this.regions = rest;
      else this.#add([at, at]);
    } else if (act.type === "select all") this.regions = [[0, this.text.length]];
    else if (!("at" in act)) {
      this.#edit(act);
      return true;
    }
    this.#last = "";
    return true;
  }

  #at(fraction: number): number {
    return Math.round(fraction * this.text.length);
  }

  #add(region: [number, number]): void {
    let [low, high] = [Math.min(...region), Math.max(...region)];
    let forward = region[1] >= region[0];
    const apart: [number, number][] = [];
    for (const other of this.regions) {
      const [a, b] = [Math.min(...other), Math.max(...other)];
      const isCaret = low === high || a === b;
      if (isCaret ? a <= high && b >= low : a < high && b > low) {
        if (low === high && a !== b) forward = region[1] >= region[0];
        [low, high] = [Math.min(low, a), Math.max(high, b)];
      } else apart.push(other);
    }
    this.regions = [...apart, forward ? [low, high] : [high, low]].sort((a, b) =>
      Math.min(...a) - Math.min(...b)
    ) as [
      number,
      number,
    ][];
  }

  #edit(act: Exclude<Act, { at: number }>): void {
    const before = this.text;
    let text = "";
    let done = 0;
    const carets: number[] = [];
    for (const region of this.regions) {
      const [low, high] = [Math.min(...region), Math.max(...region)];
      let [from, to, chars] = [low, high, ""];
      if (act.type === "insert" || act.type === "paste") chars = act.chars;
      else if (act.type === "newline") chars = "\n";
      else if (act.type === "backspace" && low === high) from = Math.max(done, low - 1);
      else if (act.type === "delete" && low === high) to = Math.min(before.length, high + 1);
      from = Math.max(from, done);
      to = Math.max(to, from);
      text += before.slice(done, from) + chars;
      done = to;
      carets.push(text.length);
    }
    this.text = text + before.slice(done);
    this.regions = [];
    for (const at of carets) if (this.regions.at(-1)?.[0] !== at) this.regions.push([at, at]);
    if (this.text === before && act.type !== "insert" && act.type !== "paste") return;
    this.#remember(act.type, before);
  }

  #remember(type: string, before: string): void {
    const group = type === "insert" ? "insert" : type === "backspace" || type === "delete" ? "delete" : "";
    const top = this.#done.at(-1);
    if (group !== "" && group === this.#last && top !== undefined) top.after = this.text;
    else {
      this.#done.push({ group, before, after: this.text });
      // Nineteen steps can be undone.
      if (this.#done.length > 19) this.#done.shift();
    }
    this.#undone = [];
    this.#last = group;
  }
}

const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const anAct: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constantFrom("caret" as const, "add caret" as const), at: fraction }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("select to" as const), at: fraction }) },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant("insert" as const),
      chars: fc.constantFrom("a", "xyz", "1", "q w", "two\nlines"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("paste" as const), chars: fc.constant("pasted") }) },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constantFrom(
        "newline" as const,
        "backspace" as const,
        "backspace" as const,
        "delete" as const,
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constantFrom("undo" as const, "undo" as const, "redo" as const) }),
  },
  { weight: 1, arbitrary: fc.constant({ type: "select all" as const }) },
);

const METHODS: Readonly<Record<string, string>> = {
  newline: "insert_newline",
  backspace: "delete_backward",
  delete: "delete_forward",
  "select all": "select_all",
  undo: "undo",
  redo: "redo",
};

/** Line and column of an offset in ASCII. */
function place(text: string, offset: number): { line: number; col: number } {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length - 1, col: offset - before.lastIndexOf("\n") - 1 };
}

function send(front: TestFrontEnd, view: string, act: Act, text: string): void {
  if (!("at" in act)) {
    const params: Json = "chars" in act ? { chars: act.chars } : [];
    front.edit(view, METHODS[act.type] ?? act.type, params);
    return;
  }
  const where = place(text, Math.round(act.at * text.length));
  const ty = act.type === "select to"
    ? { select_extend: { granularity: "point" } }
    : { select: { granularity: "point", multi: act.type === "add caret" } };
  front.edit(view, "gesture", { ...where, ty });
}

Deno.test("Session edits, undoes and redoes as a plain string does", async () => {
  let operations = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anAct, { minLength: 30, maxLength: 120 }), async (acts) => {
      using front = new TestFrontEnd();
      front.notify("modify_user_config", { domain: "general", changes: { use_tab_stops: false } });
      const view = await front.open();
      const model = new Model("");
      for (const act of acts) {
        const where = JSON.stringify({ act, text: model.text, regions: model.regions });
        send(front, view, act, model.text);
        const isKnown = model.act(act);
        const regions = front.session.selectionsOf(view).map((
          { start, end },
        ): [number, number] => [start, end]);
        assert.equal(await front.contents(view), model.text, where);
        if (isKnown) assert.deepEqual(regions, model.regions, where);
        else model.regions = regions;
        operations++;
      }
    }),
    { numRuns: 400, seed: 13 },
  );
  assert.ok(operations > 20_000);
});
