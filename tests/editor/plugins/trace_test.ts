/**
 * A recorded session between the real core and a plugin, played again: the same front end and the same plugin say the same, and our
 * core answers both as the real one did, but for the improvements named here. Skipped where the shared data is not there.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Json, JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";
import { type CachedLine, EditorProcess, LineCache } from "./editor_process.ts";
import { Relay } from "./relay.ts";

const file = new URL("../../../../shared/data/xi/xi-plugin-trace.json", import.meta.url);
const there = await Deno.stat(file).then(() => true, () => false);
const fixture = new URL("../../fixtures/plugins/relay/", import.meta.url).pathname;

type Direction = "#" | "frontend->core" | "core->frontend" | "core->plugin" | "plugin->core";

/** Revisions in the record are larger than a number can hold exactly: as text they stay apart. */
function parseRecorded(text: string, dir: string): JsonObject {
  const exact = text.replaceAll(/"rev":(\d+)/g, `"rev":"r$1"`).replaceAll("$DIR", dir);
  return JSON.parse(exact.replace("<1048596 y>", "y".repeat(1_048_596))) as JsonObject;
}

/** What each side of the comparison calls in its own way: revisions, undo groups, requests. */
const NAMES = new Set(["rev", "undo_group", "id"]);

/** Ours for the record's. */
class Names {
  readonly #ours = new Map<string, Json>();

  /** Goes through both, taking note of names; gives ours with the record's names. */
  learn(recorded: Json, ours: Json): Json {
    if (Array.isArray(recorded) && Array.isArray(ours)) {
      return ours.map((item, at) => this.learn(recorded[at] ?? null, item as Json));
    }
    if (!isObject(recorded) || !isObject(ours)) return ours;
    const entries = Object.entries(ours).map(([key, value]): [string, Json] => {
      const named = recorded[key];
      if (NAMES.has(key) && named !== undefined) {
        const known = this.#ours.get(`${key} ${named}`);
        if (known === undefined) this.#ours.set(`${key} ${named}`, value);
        return [key, known === undefined || known === value ? named : `${value}, which the record has not`];
      }
      return [key, this.learn(named ?? null, value)];
    });
    return Object.fromEntries(entries);
  }

  /** The record's message in our names. */
  translate(message: Json): Json {
    if (Array.isArray(message)) return message.map((item) => this.translate(item as Json));
    if (!isObject(message)) return message;
    return Object.fromEntries(
      Object.entries(message).map(([key, value]): [string, Json] => [
        key,
        NAMES.has(key) ? this.#ours.get(`${key} ${value}`) ?? value : this.translate(value),
      ]),
    );
  }
}

/** An edit that is refused uses up no undo group here, so the first undo of the record, which does nothing there, is left out. */
function withoutIdleUndo(trace: [Direction, string][]): [Direction, string][] {
  const begin = trace.findIndex(([kind, text]) => kind === "#" && text === "undo");
  const second = trace.findIndex(([kind, text], at) =>
    at > begin + 1 && kind === "frontend->core" && text.includes(`"undo"`)
  );
  return [...trace.slice(0, begin + 1), ...trace.slice(second)];
}

/** What the record says of these differs here on purpose. */
function isImproved(recorded: JsonObject): boolean {
  return recorded["method"] === "available_languages" || recorded["method"] === "available_themes" ||
    (isObject(recorded["error"]) && (recorded["id"] === 2 || recorded["id"] === 3));
}

Deno.test({
  name: "PluginHost speaks with a plugin as the real core did in a recorded session",
  ignore: !there,
  async fn(t) {
    const trace = withoutIdleUndo(JSON.parse(await Deno.readTextFile(file)) as [Direction, string][]);
    const dir = await Deno.makeTempDir();
    await Deno.mkdir(`${dir}/cfg/plugins`, { recursive: true });
    await Deno.symlink(fixture, `${dir}/cfg/plugins/fake`);
    await Deno.writeTextFile(`${dir}/t.foo`, "fn a\nlet b\n");
    {
      await using relay = new Relay(`${dir}/relay`);
      await using editor = new EditorProcess({ SYMPHONY_TEST_RELAY: relay.path });
      await play(t, trace, dir, editor, relay);
    }
    await Deno.remove(dir, { recursive: true });
  },
});

async function play(
  t: Deno.TestContext,
  trace: readonly [Direction, string][],
  dir: string,
  editor: EditorProcess,
  relay: Relay,
): Promise<void> {
  const names = new Names();
  const caches = new Map<string, LineCache>();
  let at = 0;
  while (at < trace.length) {
    const title = trace[at]![1];
    let end = at + 1;
    while (end < trace.length && trace[end]![0] !== "#") end++;
    const section = trace.slice(at + 1, end);
    at = end;
    await t.step(title, async () => {
      for (const [direction, text] of section) {
        const recorded = parseRecorded(text, dir);
        if (direction === "frontend->core") await fromFrontEnd(editor, recorded);
        else if (direction === "plugin->core") {
          // What the plugin asks it counts itself; what it answers the core has counted.
          const { id } = recorded;
          const ours = names.translate(recorded) as JsonObject;
          await relay.say("method" in recorded && id !== undefined ? { ...ours, id } : ours);
        } else if (direction === "core->plugin") {
          const ours = await relay.inbox.next(text.slice(0, 100));
          if (isImproved(recorded)) assert.ok("result" in ours, `${recorded["id"]} is answered`);
          else if (isUndo(recorded)) names.learn(recorded, ours);
          else if (!("method" in recorded)) assert.deepEqual(ours, recorded);
          else assert.deepEqual(names.learn(recorded, ours), recorded);
        } else await toFrontEnd(editor, recorded, caches);
      }
      for (const [viewId, cache] of caches) {
        await editor.until(
          `the lines of the record in "${title}":\n${shown(cache.lines)}\nbut\n${
            shown(editor.lines(viewId))
          }`,
          () => shown(editor.lines(viewId)) === shown(cache.lines),
        );
      }
    });
  }
}

async function fromFrontEnd(editor: EditorProcess, { id, method, params }: JsonObject): Promise<void> {
  if (typeof id === "number") await editor.request(method as string, params ?? {}, id);
  else editor.notify(method as string, params ?? {});
}

/** Updates are compared by what they lead to; everything else as it is. */
async function toFrontEnd(
  editor: EditorProcess,
  recorded: JsonObject,
  caches: Map<string, LineCache>,
): Promise<void> {
  const { method } = recorded;
  if (method === "update") {
    const { view_id: viewId, update } = recorded["params"] as { view_id: string; update: JsonObject };
    let cache = caches.get(viewId);
    if (cache === undefined) caches.set(viewId, cache = new LineCache());
    cache.apply(update);
    return;
  }
  // Where the caret is told follows each render, and ours renders less often.
  if (method === "scroll_to") return;
  const ours = await editor.inbox.next(String(method), (message) => message["method"] === method);
  if (!isImproved(recorded)) assert.deepEqual(ours, recorded);
}

/** What an undo does to the text is the same; its number of the undo group is not. */
function isUndo(recorded: JsonObject): boolean {
  return isObject(recorded["params"]) && recorded["params"]["edit_type"] === "undo";
}

function shown(lines: readonly (CachedLine | undefined)[]): string {
  return JSON.stringify(
    lines.map((line) =>
      line && { ...line, text: line.text.replaceAll(/y{100,}/g, (run) => `<${run.length} y>`) }
    ),
  );
}
