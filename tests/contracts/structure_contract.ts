/**
 * What every adapter of StructurePort promises.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { SymphonyError } from "../../core/errors.ts";
import { authorId, type BufferId } from "../../core/ids.ts";
import type { StructurePort } from "../../core/ports/structure.ts";
import type { TextEditingPort, TextRange } from "../../core/ports/text_editing.ts";
import type { Make } from "./subject.ts";

export interface StructureSubject {
  readonly structure: StructurePort;
  readonly editing: TextEditingPort;
  /** An empty folder for files. */
  readonly folder: string;
}

const ann = authorId("agent:ann");
const SOURCE = `class Stack {
  push(item) { this.items.push(item); return item; }
}
const top = (stack) => stack.items.at(-1);
`;

/** Registers the suite for one adapter. */
export function testStructurePort(name: string, make: Make<StructureSubject>): void {
  async function withText(
    file: string,
    text: string,
    test: (
      subject: StructureSubject & {
        readonly buffer: BufferId;
        readonly edit: (from: number, insert: string) => Promise<void>;
      },
    ) => Promise<
      void
    >,
  ): Promise<void> {
    await using made = await make();
    const path = `${made.port.folder}/${file}`;
    await Deno.writeTextFile(path, text);
    const { buffer } = await made.port.editing.open({ file: path });
    let revision = 0;
    await test({
      ...made.port,
      buffer,
      async edit(from, insert) {
        const edited = await made.port.editing.edit(buffer, {
          revision,
          changes: [{ from, to: from, insert }],
          author: ann,
        });
        assert.ok(edited.ok);
        revision = edited.value.revision;
      },
    });
  }

  const cut = (text: string, range: TextRange | undefined) => range && text.slice(range.from, range.to);

  Deno.test(`${name} names definitions, and what holds a place`, async () => {
    await withText("a.js", SOURCE, async ({ structure, buffer }) => {
      const definitions = await structure.definitions(buffer);
      assert.equal(definitions?.revision, 0);
      assert.deepEqual(definitions.value.map(({ kind, name, path }) => [kind, name, ...path]), [
        ["class", "Stack"],
        ["method", "push", "Stack"],
        ["function", "top"],
      ]);
      const at = SOURCE.indexOf("return");
      const part = { buffer, revision: 0, range: { from: at, to: at } };
      const around = await structure.functionAround(part);
      assert.deepEqual([around?.value.name, cut(SOURCE, around?.value.body)?.slice(0, 6)], [
        "push",
        "{ this",
      ]);
      const ranges = (await structure.rangesAround(part))!.value;
      assert.deepEqual([cut(SOURCE, ranges[0]), cut(SOURCE, ranges[1])], ["return", "return item;"]);
      assert.deepEqual(ranges.at(-1), { from: 0, to: SOURCE.length });
      const brackets = await structure.bracketsAround(part);
      assert.deepEqual([cut(SOURCE, brackets?.value.open), brackets?.value.close.from], [
        "{",
        SOURCE.indexOf("}"),
      ]);
      assert.deepEqual(
        await structure.bracketsAt({ buffer, revision: 0, offset: SOURCE.indexOf("}") }),
        brackets,
      );
      const colours = await structure.colours({ buffer, revision: 0, range: { from: 0, to: SOURCE.length } });
      const tokens = colours?.value ?? [];
      assert.ok(tokens.every(({ range }, at) => range.from >= (tokens[at - 1]?.range.to ?? 0)), "ascending");
      assert.ok(tokens.some(({ range, type }) => type === "keyword" && cut(SOURCE, range) === "return"));
      const piece = await structure.piece("statement", part);
      assert.equal(cut(SOURCE, piece?.value.around), "return item;");
    });
  });

  Deno.test(`${name} colours Markdown, with code in its language, as it is by now`, async () => {
    const text = "# Title\n\nSome *words* and `code`.\n\n```js\nreturn 1;\n```\n";
    await withText("a.md", text, async ({ structure, buffer, edit }) => {
      const shown = async (text: string, revision: number) => {
        const range = { from: 0, to: text.length };
        const colours = await structure.colours({ buffer, revision, range });
        return (colours?.value ?? []).map(({ range, type }) => `${type}: ${cut(text, range)}`);
      };
      const before = await shown(text, 0);
      const expected = [
        "heading: # Title",
        "emphasis: *words*",
        "string: `code`",
        "keyword: return",
        "constant: 1",
      ];
      for (const one of expected) assert.ok(before.includes(one), `${one} in ${before.join(", ")}`);
      await edit(0, "Not a ");
      const after = await shown(`Not a ${text}`, 1);
      assert.ok(
        !after.some((one) => one.startsWith("heading")) && after.includes("keyword: return"),
        after.join(", "),
      );
      assert.equal(await structure.definitions(buffer), undefined);
    });
  });

  Deno.test(`${name} follows a name through its scope, and says when a rename is not safe`, async () => {
    await withText("a.js", SOURCE, async ({ structure, buffer }) => {
      const offset = SOURCE.indexOf("item)");
      const uses = (await structure.nameUses({ buffer, revision: 0, offset }, "value"))!.value;
      assert.deepEqual([uses.name, uses.places.length, uses.doubts], ["item", 3, []]);
      const taken = (await structure.nameUses({ buffer, revision: 0, offset }, "push"))!.value;
      assert.deepEqual(taken.doubts, [], "a member's name is in no scope");
      const hidden =
        (await structure.nameUses({ buffer, revision: 0, offset: SOURCE.indexOf("top") }, "Stack"))!.value;
      assert.deepEqual(hidden.doubts, ["taken"]);
      assert.deepEqual(
        (await structure.nameUses({ buffer, revision: 0, offset: SOURCE.indexOf("at(") }))!.value.doubts,
        ["no-definition"],
      );
    });
  });

  Deno.test(`${name} answers about the newest text to those who saw an older one`, async () => {
    await withText("a.js", SOURCE, async ({ structure, buffer, edit }) => {
      await edit(0, "// é𝒳\n");
      const at = SOURCE.indexOf("return");
      const around = await structure.functionAround({ buffer, revision: 0, range: { from: at, to: at } });
      assert.deepEqual([around?.revision, around?.value.range.from], [1, SOURCE.indexOf("push(") + 7]);
      await assert.rejects(
        structure.bracketsAt({ buffer, revision: 99, offset: 0 }),
        (error) => (error as SymphonyError).code === "not-found",
      );
      await assert.rejects(
        structure.bracketsAt({ buffer, revision: 0, offset: 9_999 }),
        (error) => (error as SymphonyError).code === "bad-input",
      );
    });
  });

  Deno.test(`${name} knows nothing of a text whose language has no grammar, and refuses one that is not open`, async () => {
    await withText("a.txt", "some (text)", async ({ structure, buffer }) => {
      assert.equal(await structure.definitions(buffer), undefined);
      assert.equal(await structure.bracketsAt({ buffer, revision: 0, offset: 5 }), undefined);
      await assert.rejects(
        structure.definitions(9_999 as BufferId),
        (error) => (error as SymphonyError).code === "not-found",
      );
    });
  });
}
