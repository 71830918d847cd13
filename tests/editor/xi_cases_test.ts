/**
 * The shared cases, observed on the real core, against our own: those of edits, searches, wraps and settings through a session in this
 * process, those of raw messages through the real program. Skipped where the shared data is not there.
 *
 * @module
 */

import assert from "node:assert/strict";
import { editorProgram } from "./program.ts";
import { canonicalJson, isObject, type Json, type JsonObject } from "../../core/json.ts";
import { TestFrontEnd } from "./session/front_end.ts";

const shared = new URL("../../../shared/data/xi/", import.meta.url);
const there = await Deno.stat(new URL("xi-cases.json", shared)).then(() => true, () => false);

interface Step {
  readonly method: string;
  readonly expect?: JsonObject;
}
interface Case {
  readonly name: string;
  readonly kind: string;
  readonly quirk?: string;
  readonly given: JsonObject;
  readonly steps: readonly Step[];
  readonly expect?: JsonObject;
}

/** What of the shared driver is used: it drives a core through `raw` and reads its state from what it says. */
interface Core {
  viewId: string;
  dir: string;
  snapshot(viewId: string): Promise<JsonObject>;
  onMsg(message: JsonObject): void;
}
interface Drive {
  readonly Core: { readonly prototype: object };
  readonly LineCache: new () => object;
  runStep(core: Core, step: Step): Promise<JsonObject | undefined>;
  check(expect: JsonObject, snapshot: JsonObject, response: JsonObject | undefined, core: Core): string[];
}

/** Cases in which we are better on purpose; see editor/README.md. */
const BETTER = new Set(["gesture/deprecated-click-drag", "duplicate_line/empty-doc"]);

async function runCase(drive: Drive, given: JsonObject, one: Case): Promise<string[]> {
  const dir = await Deno.makeTempDir();
  const core: Core = Object.assign(Object.create(drive.Core.prototype), {
    pending: new Map(),
    log: [],
    views: new Map(),
    nextId: 1000,
    count: 0,
    dir,
    viewId: "",
  });
  using front = new TestFrontEnd({ unitWidth: Number(given.unit_width ?? 1) }, (message) => {
    if (message.method !== "measure_width") core.onMsg(message);
  });
  Object.assign(core, {
    raw: (message: Json) => front.raw(typeof message === "string" ? message : JSON.stringify(message)),
    settle: () => front.settled(),
  });
  front.notify("client_started", {});
  if (given.config !== undefined) {
    front.notify("modify_user_config", { domain: "general", changes: given.config });
  }
  let path: string | undefined;
  if (given.file_name !== undefined || (given.text ?? "") !== "") {
    path = `${dir}/${String(given.file_name ?? "case")}`;
    if (typeof given.text === "string") await Deno.writeTextFile(path, given.text);
  }
  core.viewId = await front.open(path);
  if (given.size !== undefined) front.edit(core.viewId, "resize", given.size);
  if (given.scroll !== undefined) front.edit(core.viewId, "scroll", given.scroll);
  select(front, core.viewId, String(given.text ?? ""), given.selections);
  await front.settled();
  const errors: string[] = [];
  let response: JsonObject | undefined;
  for (const step of one.steps) {
    const answer = await drive.runStep(core, step);
    if (answer !== undefined) response = answer;
    if (step.expect !== undefined) {
      errors.push(
        ...drive.check(step.expect, await core.snapshot(core.viewId), answer, core).map((error) =>
          `${step.method}: ${error}`
        ),
      );
    }
  }
  if (one.expect !== undefined) {
    errors.push(...drive.check(one.expect, await core.snapshot(core.viewId), response, core));
  }
  await Deno.remove(dir, { recursive: true });
  return errors;
}

/** Selects as a person would: a click, a shift-click, further ones with multi. */
function select(front: TestFrontEnd, viewId: string, text: string, selections: Json | undefined): void {
  const bytes = new TextEncoder().encode(text);
  const place = (offset: number) => {
    const before = bytes.subarray(0, offset);
    const start = before.lastIndexOf(10) + 1;
    return { line: before.filter((byte) => byte === 10).length, col: offset - start };
  };
  (Array.isArray(selections) ? selections : []).forEach((pair: Json, index: number) => {
    const [start, end] = (Array.isArray(pair) ? pair : []).map(Number);
    const ty = { select: { granularity: "point", multi: index > 0 } };
    front.edit(viewId, "gesture", { ...place(start ?? 0), ty });
    if (start !== end) {
      front.edit(viewId, "gesture", { ...place(end ?? 0), ty: { select_extend: { granularity: "point" } } });
    }
  });
}

Deno.test({
  name: "Session shows what the real core shows, in the shared cases of edits, finds, wraps and settings",
  ignore: !there,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(test) {
    const drive: Drive = await import(new URL("xi-drive.mjs", shared).href);
    const cases: Case[] = JSON.parse(await Deno.readTextFile(new URL("xi-cases.json", shared)));
    for (const kind of ["edit", "edit-segment", "find", "wrap", "config"]) {
      const own = cases.filter((one) => one.kind === kind);
      await test.step({
        name: `${kind}: ${own.length} cases`,
        sanitizeOps: false,
        sanitizeResources: false,
        async fn() {
          const failed: string[] = [];
          for (const one of own) {
            const errors = await runCase(drive, one.given, one);
            if ((errors.length > 0) !== BETTER.has(one.name)) {
              failed.push(`${one.name}: ${errors.join("; ") || "passes"}`);
            }
          }
          assert.deepEqual(failed, []);
        },
      });
    }
  },
});

interface Batch {
  readonly send: readonly Json[];
  readonly expect?: readonly JsonObject[];
}

/** What is compared of a message: as the shared runner has it. */
function comparable(message: JsonObject, dir: string): string {
  const plain = JSON.parse(JSON.stringify(message).replaceAll(dir, "$DIR")) as Record<string, Json>;
  if (isObject(plain.error)) plain.error = { code: plain.error.code ?? null };
  if (["alert", "available_themes", "available_languages"].includes(String(plain.method))) plain.params = {};
  if (isObject(plain.params) && plain.method === "theme_changed") {
    plain.params = { ...plain.params, theme: "…" };
  }
  // An empty list of carets is what the real core leaves out.
  return canonicalJson(plain).replaceAll('"cursor":[],', "");
}

async function runWireCase(one: Case): Promise<string[]> {
  const dir = await Deno.makeTempDir();
  for (const [name, content] of Object.entries(one.given.files ?? {})) {
    const path = `${dir}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(path, bytesOf(content));
  }
  let got: JsonObject[] = [];
  using front = new TestFrontEnd({ unitWidth: 10 }, (message) => got.push(message));
  const errors: string[] = [];
  for (const [index, batch] of (one.steps as unknown as Batch[]).entries()) {
    got = [];
    // What comes in one write is read at once.
    const lines = batch.send.map((message) =>
      typeof message === "string" ? message : JSON.stringify(message)
    );
    front.receive(lines.map((line) => line.replaceAll("$DIR", dir)));
    await front.settled();
    if (batch.expect === undefined) continue;
    const seen = got.map((message) => comparable(message, dir));
    const wanted = batch.expect.map((message) => comparable(message, dir));
    if (one.expect?.filtered === true) {
      let next = 0;
      for (const message of seen) if (message === wanted[next]) next++;
      if (next < wanted.length) errors.push(`batch ${index}: missing ${wanted[next]}`);
    } else if (JSON.stringify(seen) !== JSON.stringify(wanted)) {
      const at = wanted.findIndex((message, place) => message !== seen[place]);
      errors.push(
        `batch ${index}: expected ${wanted[at] ?? "nothing more"}, got ${seen[at < 0 ? wanted.length : at]}`,
      );
    }
  }
  await Deno.remove(dir, { recursive: true });
  return errors;
}

function bytesOf(content: Json): Uint8Array {
  if (isObject(content)) return Uint8Array.from(atob(String(content.base64)), (char) => char.charCodeAt(0));
  return new TextEncoder().encode(String(content));
}

Deno.test({
  name: "Session answers raw messages as the real core does, in the shared cases",
  ignore: !there,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const cases: Case[] = JSON.parse(await Deno.readTextFile(new URL("xi-cases.json", shared)));
    const failed: string[] = [];
    for (const one of cases) {
      // Those about exit codes are the program's.
      if (one.kind !== "wire" || one.quirk !== undefined || one.expect?.exit === 1) continue;
      const errors = await runWireCase(one);
      if (errors.length > 0) failed.push(`${one.name}: ${errors.join("; ")}`);
    }
    assert.deepEqual(failed, []);
  },
});

for (
  const [what, line, code] of [
    ["ends with status 1 at a line that is no message", "[5, 7]", 1],
    ["ends with status 1 at broken JSON", '{"method":', 1],
    ["goes on after a notification it does not know", '{"method":"nope","params":{}}', 0],
    [
      "goes on after an edit method it does not know",
      '{"method":"edit","params":{"view_id":"view-id-1","method":"nope"}}',
      0,
    ],
  ] as const
) {
  Deno.test(`symphony-editor ${what}`, async () => {
    const { program, args } = editorProgram("--no-journal");
    const child = new Deno.Command(program, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const writer = child.stdin.getWriter();
    const opening = '{"method":"client_started","params":{}}\n{"id":0,"method":"new_view","params":{}}\n';
    await writer.write(new TextEncoder().encode(`${opening}${line}\n`));
    if (code === 0) {
      await writer.write(
        new TextEncoder().encode('{"id":7,"method":"debug_get_contents","params":{"view_id":"view-id-1"}}\n'),
      );
    }
    const ended = child.output();
    // At what is no message the program ends by itself.
    if (code === 0) await writer.close();
    const { code: status, stdout } = await ended;
    await writer.close().catch(() => undefined);
    assert.equal(status, code);
    assert.ok(
      new TextDecoder().decode(stdout).includes(code === 0 ? '"id":7,"result":""' : '"result":"view-id-1"'),
    );
  });
}
