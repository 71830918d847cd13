import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { SymphonyError } from "../../../core/errors.ts";
import { authorId } from "../../../core/ids.ts";
import type { EditorCommand, EditorProcess } from "../../../editor/link/editor_process.ts";
import { EditorSocket } from "../../../editor/link/editor_socket.ts";
import { RemoteTextPorts } from "../../../editor/link/remote_text_ports.ts";
import { Supervisor } from "../../../editor/link/supervisor.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { editorCommand } from "./editor_rig.ts";

const script = fileURLToPath(new URL("./processes/moody_editor.ts", import.meta.url));
const ann = authorId("ann");

function moody(folder: string, habit: string): EditorCommand {
  return {
    program: Deno.execPath(),
    args: ["run", "-A", "-q", "--no-check", "--no-config", script, habit, `${folder}/starts`],
  };
}

async function rejected(work: Promise<unknown>): Promise<SymphonyError> {
  const error = await work.then(() => undefined, (reason) => reason);
  assert.ok(error instanceof SymphonyError, `expected a SymphonyError, found ${error}`);
  return error;
}

Deno.test("RemoteTextPorts.open() says why no editor can be started", async () => {
  const absent = await rejected(
    RemoteTextPorts.open(new Supervisor({ program: "/no/such/editor", args: [] })),
  );
  assert.equal(absent.code, "io");
  assert.match(absent.message, /Cannot start the editor "\/no\/such\/editor"/);
  await using folder = await temporaryFolder();
  const supervisor = new Supervisor(moody(folder.path, "dies at start"), {
    deaths: { most: 2, withinMs: 60_000 },
  });
  const dying = await rejected(RemoteTextPorts.open(supervisor));
  assert.equal(dying.code, "closed");
  assert.match(dying.message, /died 3 times in 60 s, last by exit code 7/);
  await supervisor[Symbol.asyncDispose]();
});

Deno.test("RemoteTextPorts refuses a request that three editors have died of, and goes on with the others", async () => {
  await using folder = await temporaryFolder();
  await using ports = await RemoteTextPorts.open(new Supervisor(moody(folder.path, "dies of a request")));
  const others = Array.from({ length: 20 }, () => ports.proposals.changeSets());
  const fatal = await rejected(ports.proposals.accept("run"));
  assert.equal(fatal.code, "closed");
  assert.match(fatal.message, /3 editors have died of it, the last by exit code 1/);
  assert.deepEqual(await Promise.all(others), others.map(() => []));
  assert.deepEqual(await ports.proposals.changeSets(), []);
});

Deno.test("RemoteTextPorts kills an editor that hangs, and the next one answers", async () => {
  await using folder = await temporaryFolder();
  const supervisor = new Supervisor(moody(folder.path, "hangs once"));
  let takeovers = 0;
  await using ports = await RemoteTextPorts.open(supervisor, {
    hangingMs: 300,
    onTakeover: () => takeovers++,
  });
  assert.deepEqual(await ports.proposals.changeSets(), []);
  assert.equal(takeovers, 2);
});

Deno.test("RemoteTextPorts tells of a text that the next editor does not have, and refuses it", async () => {
  await using folder = await temporaryFolder();
  const supervisor = new Supervisor(editorCommand(`${folder.path}/data`));
  await using ports = await RemoteTextPorts.open(supervisor);
  const path = `${folder.path}/file`;
  await Deno.writeTextFile(path, "not edited");
  const same = await ports.editing.open({ file: path });
  const other = `${folder.path}/other`;
  await Deno.writeTextFile(other, "not edited either");
  const { buffer } = await ports.editing.open({ file: other });
  const closed = new Promise<void>((resolve) =>
    ports.editing.subscribe(buffer, (event) => {
      if (event.kind === "closed") resolve();
    })
  );
  // Nothing was written down of a text that nobody has changed; its file is no longer what it was.
  supervisor.current?.kill();
  await Deno.writeTextFile(other, "changed while no editor lived");
  await closed;
  assert.equal((await rejected(ports.editing.read(buffer))).code, "not-found");
  const edit = { revision: 0, changes: [{ from: 0, to: 3, insert: "still " }], author: ann };
  assert.ok((await ports.editing.edit(same.buffer, edit)).ok);
  assert.equal((await ports.editing.read(same.buffer)).text, "still  edited");
});

Deno.test("Supervisor replaces a spare that dies while it waits, and leaves no process behind", async () => {
  await using folder = await temporaryFolder();
  const spares: EditorProcess[] = [];
  const supervisor = new Supervisor(moody(folder.path, "none"), { spareAfterMs: 0 });
  supervisor.onSpare = () => {
    if (supervisor.spare !== undefined) spares.push(supervisor.spare);
  };
  const current = await supervisor.next();
  while (spares.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
  spares[0]?.kill();
  while (spares.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(supervisor.spare, spares[1]);
  await supervisor[Symbol.asyncDispose]();
  for (const { isAlive, pid } of [current, ...spares]) {
    assert.ok(!isAlive);
    await assert.rejects(Deno.stat(`/proc/${pid}`));
  }
  assert.equal((await rejected(supervisor.next())).code, "closed");
});

Deno.test("RemoteTextPorts carries megabytes both ways while others are answered", async () => {
  await using folder = await temporaryFolder();
  await using ports = await RemoteTextPorts.open(
    new Supervisor(editorCommand(`${folder.path}/data`), { spareAfterMs: 60_000 }),
  );
  const { editing } = ports;
  const insert = "zwölf Boxkämpfer 🎼\n".repeat(300_000);
  const big = await editing.open({ text: "" });
  const small = await editing.open({ text: "" });
  let at = 0;
  const [result] = await Promise.all([
    editing.edit(big.buffer, { revision: 0, changes: [{ from: 0, to: 0, insert }], author: ann }),
    (async () => {
      for (; at < 200; at++) {
        const edit = { revision: at, changes: [{ from: at, to: at, insert: "x" }], author: ann };
        assert.ok((await editing.edit(small.buffer, edit)).ok);
      }
    })(),
  ]);
  assert.ok(result.ok);
  assert.equal((await editing.read(big.buffer)).text, insert);
  const again = await editing.open({ text: insert });
  assert.equal((await editing.read(again.buffer, { revision: 0 })).text.length, insert.length);
});

Deno.test("RemoteTextPorts.read() of a text too long for a copy asks the editor, and edits of it land", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/long`;
  await Deno.writeTextFile(path, "0123456789".repeat(900_000));
  const supervisor = new Supervisor(editorCommand(`${folder.path}/data`), { spareAfterMs: 60_000 });
  await using ports = await RemoteTextPorts.open(supervisor);
  const { editing } = ports;
  const { buffer, length } = await editing.open({ file: path });
  assert.equal(length, 9_000_000);
  const edit = { revision: 0, changes: [{ from: 8_999_995, to: 8_999_995, insert: "<here>" }], author: ann };
  assert.ok((await editing.edit(buffer, edit)).ok);
  const range = { from: 8_999_990, to: 9_000_006 };
  assert.deepEqual(await editing.read(buffer, { range }), { revision: 1, text: "01234<here>56789" });
  supervisor.current?.kill();
  assert.deepEqual(await editing.read(buffer, { range }), { revision: 1, text: "01234<here>56789" });
});

Deno.test("RemoteTextPorts does the first edit of a long file once, whenever the editor is killed while it makes that safe", async () => {
  await using folder = await temporaryFolder();
  const supervisor = new Supervisor(editorCommand(`${folder.path}/data`), { spareAfterMs: 0 });
  await using ports = await RemoteTextPorts.open(supervisor);
  const { editing } = ports;
  const long = "0123456789".repeat(300_000);
  for (let round = 0; round < 6; round++) {
    const path = `${folder.path}/${round}`;
    await Deno.writeTextFile(path, long);
    const { buffer } = await editing.open({ file: path });
    const edit = { revision: 0, changes: [{ from: 0, to: 0, insert: "<" }], author: ann };
    const edited = editing.edit(buffer, edit);
    await new Promise((resolve) => setTimeout(resolve, 2 * round));
    supervisor.current?.kill();
    assert.ok((await edited).ok);
    assert.deepEqual(await editing.read(buffer, { range: { from: 0, to: 3 } }), { revision: 1, text: "<01" });
    await editing.close(buffer, { discard: true });
  }
});

Deno.test("EditorSocket shares the texts of an editor that another runs, and both go on when it is killed", async () => {
  await using folder = await temporaryFolder();
  const socket = `${folder.path}/socket`;
  const supervisor = new Supervisor(editorCommand(`${folder.path}/data`, "--listen", socket), {
    spareAfterMs: 0,
  });
  await using owner = await RemoteTextPorts.open(supervisor);
  await using guest = await RemoteTextPorts.open(new EditorSocket(socket));
  const path = `${folder.path}/file`;
  await Deno.writeTextFile(path, "-");
  const { buffer } = await owner.editing.open({ file: path });
  assert.equal((await guest.editing.open({ file: path })).buffer, buffer);
  let word = 0;
  const words: string[] = [];
  const type = async ({ editing }: RemoteTextPorts, author: typeof ann, count: number) => {
    for (let at = 0; at < count; at++) {
      const { revision, text } = await editing.read(buffer);
      const insert = `<${word++}>`;
      // At an edge, so that nobody writes into another's word.
      const from = word % 2 === 0 ? 0 : text.length;
      assert.ok((await editing.edit(buffer, { revision, changes: [{ from, to: from, insert }], author })).ok);
      words.push(insert);
    }
  };
  for (let round = 0; round < 4; round++) {
    const both = Promise.all([type(owner, ann, 20), type(guest, authorId("guest"), 20)]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    supervisor.current?.kill();
    await both;
  }
  const [own, other] = await Promise.all(
    [owner, guest].map((ports) => ports.presence.present(buffer).then(() => ports.editing.read(buffer))),
  );
  assert.deepEqual(own, other);
  for (const each of words) assert.equal(own?.text.split(each).length, 2, `${each} is there once`);
  assert.equal(own?.text.length, 1 + words.join("").length);
});

Deno.test("EditorSocket says where nobody listens", async () => {
  const error = await rejected(RemoteTextPorts.open(new EditorSocket("/no/such/socket", { patienceMs: 20 })));
  assert.equal(error.code, "closed");
  assert.match(error.message, /Cannot reach an editor at "\/no\/such\/socket"/);
});
