/**
 * What every adapter of LanguagePort promises. The servers behind it are the fake one of `tests/fixtures/lsp/fake_server.js` (mode
 * `diagnose`), for `.json` files.
 *
 * @module
 */

import assert from "node:assert/strict";
import { authorId, type BufferId, bufferId } from "../../core/ids.ts";
import type { SymphonyError } from "../../core/errors.ts";
import type { LanguagePort, TextDiagnostics } from "../../core/ports/language.ts";
import type { TextEditingPort, TextProposalPort } from "../../core/ports/text_editing.ts";
import type { Make } from "./subject.ts";

export interface LanguageSubject {
  readonly language: LanguagePort;
  readonly editing: TextEditingPort;
  readonly proposals: TextProposalPort;
  /** An empty folder for files. */
  readonly folder: string;
}

/** The servers that the subject's editor must have: settings as in `editor/lsp/config/language_settings.ts`. */
export function fakeLanguageSettings(): string {
  const script = new URL("../fixtures/lsp/fake_server.js", import.meta.url).pathname;
  const command = [Deno.execPath(), "run", "-A", "-q", "--no-config", "--no-lock", script, "diagnose"];
  return JSON.stringify({ servers: { json: { command } } });
}

const ann = authorId("agent:ann");
const by = { author: ann };

function refusedWith(code: string): (error: unknown) => boolean {
  return (error) => (error as SymphonyError).code === code;
}

/** Registers the suite for one adapter. */
export function testLanguagePort(name: string, make: Make<LanguageSubject>): void {
  /** The port with an open text that a server knows. */
  async function withText(
    text: string,
    test: (
      subject: LanguageSubject & {
        readonly buffer: BufferId;
        readonly read: () => Promise<string>;
        readonly edit: (from: number, to: number, insert: string) => Promise<number>;
      },
    ) => Promise<void>,
  ): Promise<void> {
    await using made = await make();
    const { language, editing, folder } = made.port;
    const file = `${folder}/a.json`;
    await Deno.writeTextFile(file, text);
    const { buffer } = await editing.open({ file });
    await language.features(buffer);
    let revision = 0;
    await test({
      ...made.port,
      buffer,
      read: async () => (await editing.read(buffer)).text,
      edit: async (from, to, insert) => {
        const edited = await editing.edit(buffer, {
          revision,
          changes: [{ from, to, insert }],
          author: authorId("person"),
        });
        assert.ok(edited.ok);
        return revision = edited.value.revision;
      },
    });
    await editing.close(buffer, { discard: true });
  }

  Deno.test(`${name}.features() says what can be asked, and servers() who answers`, async () => {
    await withText("text", async ({ language, buffer }) => {
      const features = await language.features(buffer);
      for (
        const feature of [
          "diagnostics",
          "completion",
          "hover",
          "rename",
          "codeActions",
          "format",
          "semanticTokens",
        ] as const
      ) {
        assert.ok(features.includes(feature), feature);
      }
      assert.ok(!features.includes("declaration"));
      const [server] = await language.servers();
      assert.deepEqual([server?.name, server?.state, server?.documents], ["json", "running", 1]);
    });
  });

  Deno.test(`${name} knows nothing of a text that no server is for, and refuses one that is not open`, async () => {
    await using made = await make();
    const { language, editing } = made.port;
    const { buffer } = await editing.open({ text: "plain" });
    assert.equal(await language.isServed(buffer), false);
    // Words may be offered without a server; there are none.
    assert.ok((await language.features(buffer)).every((feature) => feature === "completion"));
    const at = { buffer, revision: 0, offset: 0 };
    assert.deepEqual((await language.complete(at)).items, []);
    assert.equal(await language.hover(at), undefined);
    assert.deepEqual((await language.diagnostics(buffer)).diagnostics, []);
    assert.equal(await language.planFormat(buffer, undefined, {}), undefined);
    await assert.rejects(language.hover({ ...at, revision: 9 }), refusedWith("not-found"));
    await assert.rejects(language.hover({ ...at, offset: 99 }), refusedWith("not-found"));
    await assert.rejects(language.hover({ ...at, buffer: bufferId(4711) }), refusedWith("not-found"));
    await editing.close(buffer, { discard: true });
  });

  Deno.test(`${name}.watchDiagnostics() tells what is known now, then of each change, until it is ended`, async () => {
    await withText("bad text", async ({ language, buffer, edit }) => {
      const told: TextDiagnostics[] = [];
      let wake = () => {};
      const stop = language.watchDiagnostics(buffer, (found) => {
        told.push(found);
        wake();
      });
      const next = async (holds: (found: TextDiagnostics) => boolean) => {
        while (!told.some(holds)) await new Promise<void>((done) => wake = done);
        return told.find(holds)!;
      };
      assert.deepEqual((await next(() => true)).diagnostics, []);
      await edit(8, 8, "!");
      const found = await next(({ diagnostics }) => diagnostics.length > 0);
      assert.equal(found.buffer, buffer);
      const [diagnostic] = found.diagnostics;
      assert.deepEqual([diagnostic?.range, diagnostic?.severity, diagnostic?.message], [
        { from: 0, to: 3 },
        "error",
        "of version 1",
      ]);
      stop();
      const before = told.length;
      await edit(0, 0, "x");
      while ((await language.diagnostics(buffer)).diagnostics[0]?.message !== "of version 2") {
        await new Promise((done) => setTimeout(done, 10));
      }
      assert.equal(told.length, before);
    });
  });

  Deno.test(`${name}.takeCompletion() edits in somebody's name, with what the item needs elsewhere`, async () => {
    await withText("one\nx = al;", async ({ language, editing, buffer, read, edit }) => {
      const list = await language.complete({ buffer, revision: 0, offset: 10 }, { limit: 1 });
      assert.deepEqual(list.items.map(({ item, label, range }) => [item, label, range]), [[0, "alpha", {
        from: 8,
        to: 10,
      }]]);
      assert.equal((await language.describeCompletion(list.list, 0)).detail, "resolved");
      await edit(0, 3, "two");
      const taken = await language.takeCompletion(list.list, 0, "insert", { ...by, step: "s" });
      assert.equal(await read(), "import\ntwo\nx = alpha;");
      assert.deepEqual(taken.stops, [{ number: 0, ranges: [{ from: 20, to: 20 }] }]);
      assert.equal(taken.revision, 2);
      await editing.undo(buffer, ann);
      assert.equal(await read(), "two\nx = al;");
      await assert.rejects(language.takeCompletion(list.list, 7, "insert", by), refusedWith("not-found"));
      await assert.rejects(language.takeCompletion(99, 0, "insert", by), refusedWith("not-found"));
    });
  });

  Deno.test(`${name} answers about the text of the revision that is named, in that of the answer`, async () => {
    await withText("abc", async ({ language, buffer, edit }) => {
      await edit(0, 0, "12345\n");
      const hover = await language.hover({ buffer, revision: 0, offset: 2 });
      assert.deepEqual([hover?.revision, hover?.range, hover?.contents.text], [
        1,
        { from: 8, to: 8 },
        "hovered",
      ]);
      const tokens = await language.semanticTokens(buffer, undefined);
      assert.deepEqual([tokens.revision, tokens.value[0]], [1, {
        range: { from: 0, to: 3 },
        type: "variable",
        modifiers: ["static"],
      }]);
      assert.deepEqual(
        (await language.semanticTokens(buffer, { buffer, revision: 1, range: { from: 0, to: 1 } })).value
          .length,
        1,
      );
    });
  });

  Deno.test(`${name}.apply() carries out a plan as one step that can be reviewed and undone, and refuses it where its place was edited`, async () => {
    await withText("foo bar", async ({ language, proposals, buffer, read, edit }) => {
      const plan = await language.planRename({ buffer, revision: 0, offset: 0 }, "hello");
      assert.deepEqual([plan.title, plan.hasCommand, plan.steps.map(({ kind }) => kind)], [
        "Rename to hello",
        false,
        ["edit"],
      ]);
      const [step] = plan.steps;
      assert.ok(step?.kind === "edit");
      assert.deepEqual([step.part, step.changes], [{ buffer, revision: 0 }, [{
        from: 0,
        to: 3,
        insert: "hello",
      }]]);
      assert.equal(await read(), "foo bar");
      await language.apply(plan.plan, { ...by, changeSet: "run-1" });
      assert.equal(await read(), "hello bar");
      await assert.rejects(
        language.apply(plan.plan, by),
        refusedWith("not-found"),
        "a plan is carried out once",
      );
      assert.deepEqual(await proposals.changeSets(), ["run-1"]);
      await proposals.undoChangeSet("run-1");
      assert.equal(await read(), "foo bar");

      await language.apply((await language.planFormat(buffer, undefined, { tabSize: 2 }))!.plan, by);
      const late = await language.planRename({ buffer, revision: 0, offset: 0 }, "again");
      await edit(1, 2, "0");
      await assert.rejects(language.apply(late.plan, by), refusedWith("aborted"));
      assert.equal(await read(), "f0o bar");
    });
  });

  Deno.test(`${name}.planFix() shows what a fix does before it is done, and apply() also has the server do its part`, async () => {
    await withText("wrong here", async ({ language, buffer, read }) => {
      const fixes = await language.fixes({ buffer, revision: 0, range: { from: 0, to: 5 } });
      const named = (title: string) => fixes.find((one) => one.title === title)!;
      assert.deepEqual([named("edit").kind, named("edit").isPreferred, named("disabled").disabled], [
        "quickfix",
        true,
        "not here",
      ]);
      const plan = await language.planFix(named("edit").fix);
      assert.equal(await read(), "wrong here");
      await language.apply(plan.plan, by);
      assert.equal(await read(), "fixed here");
      const command = await language.planFix(named("command").fix);
      assert.deepEqual([command.hasCommand, command.steps], [true, []]);
      await language.apply(command.plan, by);
      assert.equal(await read(), "commanded fixed here");
      await assert.rejects(language.planFix(named("disabled").fix), refusedWith("bad-input"));
      await assert.rejects(language.planFix(4711), refusedWith("not-found"));
    });
  });

  Deno.test(`${name} gives up a question when its signal says so`, async () => {
    await withText("text", async ({ language, buffer }) => {
      const at = { buffer, revision: 0, offset: 0 };
      await assert.rejects(language.hover(at, { signal: AbortSignal.abort() }), refusedWith("aborted"));
      const controller = new AbortController();
      const asked = language.hover(at, { signal: controller.signal });
      controller.abort();
      await assert.rejects(asked, refusedWith("aborted"));
      assert.equal((await language.hover(at))?.contents.text, "hovered");
    });
  });
}
