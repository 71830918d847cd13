/**
 * Three authors type, undo, mark and save in two files and a text without one, while the editor is killed at random moments,
 * also while it takes over. What was acknowledged is accounted for revision by revision: each is there once.
 *
 * SYMPHONY_KILLS and SYMPHONY_SEED choose another session.
 *
 * @module
 */

import assert from "node:assert/strict";
import { type AuthorId, authorId, type BufferId } from "../../../core/ids.ts";
import type { Edited, Presence, TextChange } from "../../../core/ports/text_editing.ts";
import { RemoteTextPorts } from "../../../editor/link/remote_text_ports.ts";
import { Supervisor } from "../../../editor/link/supervisor.ts";
import { changed } from "../../contracts/text_editing_contract.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { editorProgram } from "../program.ts";

const KILLS = Number(Deno.env.get("SYMPHONY_KILLS") ?? 200);
const SEED = Number(Deno.env.get("SYMPHONY_SEED") ?? 20261126);

/** Mulberry32: small, seeded, good enough to choose by. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

interface Text {
  readonly buffer: BufferId;
  readonly file: string | undefined;
  readonly first: string;
  /** What was acknowledged, by revision. */
  readonly acknowledged: Map<number, { readonly by: AuthorId; readonly changes: readonly TextChange[] }>;
}

function acknowledge(text: Text, by: AuthorId, { revision, changes }: Edited): void {
  assert.ok(!text.acknowledged.has(revision), `revision ${revision} was acknowledged twice`);
  text.acknowledged.set(revision, { by, changes });
}

/** One author's session: an action at a time until told to stop. */
async function type(
  ports: RemoteTextPorts,
  texts: readonly Text[],
  author: AuthorId,
  seed: number,
  isOver: () => boolean,
) {
  const random = chance(seed);
  const { editing, presence, marks } = ports;
  let word = 0;
  for (let action = 0; !isOver(); action++) {
    const text = texts[random(texts.length)] as Text;
    const { buffer } = text;
    const now = await editing.read(buffer);
    const kind = random(100);
    if (kind < 70) {
      // Some edit a text that they read a while ago.
      const revision = random(4) === 0 ? Math.max(0, now.revision - random(20)) : now.revision;
      const base = revision === now.revision ? now : await editing.read(buffer, { revision });
      const from = random(base.text.length + 1);
      // Large changes make the logs long, so that they are made anew under the kills; large deletions keep the texts short.
      const deleted = base.text.length > 20_000 ? random(8_000) : random(3) === 0 ? random(6) : 0;
      const to = Math.min(base.text.length, from + deleted);
      const insert = `<${author}${word++}>`.padEnd(random(8) === 0 ? 4_000 : 0, "x");
      const edit = { revision, changes: [{ from, to, insert }], author };
      const result = await editing.edit(
        buffer,
        random(3) === 0 ? { ...edit, step: `step${word >> 2}` } : edit,
      );
      assert.ok(result.ok, result.ok ? "" : result.error);
      acknowledge(text, author, result.value);
    } else if (kind < 82) {
      const undone = await (random(3) === 0 ? editing.redo(buffer, author) : editing.undo(buffer, author));
      if (undone !== undefined) acknowledge(text, author, undone);
    } else if (kind < 90) {
      const at = random(now.text.length + 1);
      await presence.announce(buffer, now.revision, { author, selections: [{ anchor: at, head: at }] });
    } else if (kind < 96) {
      const from = random(now.text.length + 1);
      const mark = await marks.mark(buffer, now.revision, { from, to: now.text.length });
      if (random(2) === 0) await marks.unmark(buffer, mark);
    } else if (text.file !== undefined) {
      assert.deepEqual((await editing.save(buffer)).ok, true);
    }
  }
}

/** What all acknowledged revisions make of the first text; each must be there, once. */
function accounted({ first, acknowledged }: Text): { readonly revision: number; readonly text: string } {
  let text = first;
  for (let revision = 1; revision <= acknowledged.size; revision++) {
    const made = acknowledged.get(revision);
    assert.ok(
      made !== undefined,
      `revision ${revision} of ${acknowledged.size} was made but acknowledged to nobody`,
    );
    text = changed(text, made.changes);
  }
  return { revision: acknowledged.size, text };
}

Deno.test(`RemoteTextPorts loses nothing acknowledged when its editor is killed ${KILLS} times (seed ${SEED})`, async () => {
  await using folder = await temporaryFolder();
  // Without --spare: at this pace of dying there is no time to warm up.
  const supervisor = new Supervisor(editorProgram("--data", `${folder.path}/data`), {
    deaths: { most: Infinity, withinMs: 1 },
    spareAfterMs: 0,
  });
  let takeovers = 0;
  await using ports = await RemoteTextPorts.open(supervisor, {
    onTakeover: () => takeovers++,
    deathsOfOne: Infinity,
  });
  const { editing, presence } = ports;
  const texts: Text[] = [];
  for (const name of ["one", "two", undefined]) {
    const file = name === undefined ? undefined : `${folder.path}/${name}`;
    const first = `${name ?? "no file"}\n`.repeat(30);
    if (file !== undefined) await Deno.writeTextFile(file, first);
    const { buffer } = await editing.open(file === undefined ? { text: first } : { file });
    texts.push({ buffer, file, first, acknowledged: new Map() });
  }
  const authors = ["ann", "agent:bob", "agent:cid"].map(authorId);
  const random = chance(SEED);
  let kills = 0;
  for (let round = 0; kills < KILLS; round++) {
    let isOver = false;
    const sessions = authors.map((author, at) =>
      type(ports, texts, author, SEED + round * 31 + at, () => isOver)
    );
    for (let at = 0; at < 20 && kills < KILLS; at++, kills++) {
      const before = takeovers;
      supervisor.current?.kill();
      // Now and then the next one is killed while it takes over.
      if (random(5) === 0) await new Promise((resolve) => setTimeout(resolve, random(25)));
      else while (takeovers === before) await new Promise((resolve) => setTimeout(resolve, 1));
      await new Promise((resolve) => setTimeout(resolve, random(120)));
    }
    isOver = true;
    await Promise.all(sessions);
    const places = new Map<BufferId, readonly Presence[]>();
    for (const text of texts) {
      assert.deepEqual(await editing.read(text.buffer), accounted(text), `after ${kills} kills`);
      places.set(text.buffer, await presence.present(text.buffer));
    }
    supervisor.current?.kill();
    for (const { buffer } of texts) {
      assert.deepEqual(await presence.present(buffer), places.get(buffer), "everyone is where they were");
    }
  }
  for (const text of texts) {
    for (const author of authors.slice(1)) {
      for (let undone = await editing.undo(text.buffer, author); undone !== undefined;) {
        acknowledge(text, author, undone);
        undone = await editing.undo(text.buffer, author);
      }
    }
    const { text: now } = await editing.read(text.buffer);
    assert.equal(now, accounted(text).text);
    if (text.file !== undefined) {
      assert.ok((await editing.save(text.buffer)).ok);
      assert.equal(await Deno.readTextFile(text.file), now);
    }
  }
});
