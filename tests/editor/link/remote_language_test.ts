import assert from "node:assert/strict";
import type { TextDiagnostics } from "../../../core/ports/language.ts";
import { authorId } from "../../../core/ids.ts";
import { RemoteTextPorts } from "../../../editor/link/remote_text_ports.ts";
import { Supervisor } from "../../../editor/link/supervisor.ts";
import { fakeLanguageSettings, testLanguagePort } from "../../contracts/language_contract.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { editorCommand } from "./editor_rig.ts";

/** The ports over an editor process with the fake server, and a folder for files. */
async function editor(options: { readonly spareAfterMs: number }) {
  const folder = await temporaryFolder();
  const place = await Deno.realPath(folder.path);
  const settings = `${place}/languages.jsonc`;
  await Deno.writeTextFile(settings, fakeLanguageSettings());
  await Deno.mkdir(`${place}/files`);
  const supervisor = new Supervisor(editorCommand(`${place}/data`, "--languages", settings), options);
  const ports = await RemoteTextPorts.open(supervisor);
  const { editing, proposals, language } = ports;
  return {
    supervisor,
    port: { language, editing, proposals, folder: `${place}/files` },
    async [Symbol.asyncDispose]() {
      await ports[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

testLanguagePort("RemoteLanguage", () => editor({ spareAfterMs: 60_000 }));

Deno.test("RemoteLanguage watches diagnostics over the death of the editor", async () => {
  await using made = await editor({ spareAfterMs: 0 });
  const { language, editing, folder } = made.port;
  await Deno.writeTextFile(`${folder}/a.json`, "bad text");
  const { buffer } = await editing.open({ file: `${folder}/a.json` });
  await language.features(buffer);
  const told: TextDiagnostics[] = [];
  language.watchDiagnostics(buffer, (found) => told.push(found));
  const edit = async (revision: number) => {
    const edited = await editing.edit(buffer, {
      revision,
      changes: [{ from: 0, to: 0, insert: "x" }],
      author: authorId("ann"),
    });
    assert.ok(edited.ok);
    return edited.value.revision;
  };
  const revision = await edit(0);
  const diagnosed = async (since: number) => {
    while (!told.slice(since).some(({ diagnostics }) => diagnostics.length > 0)) {
      await new Promise((done) => setTimeout(done, 10));
    }
  };
  await diagnosed(0);
  const [{ pid }] = [made.supervisor.current!];
  Deno.kill(pid, "SIGKILL");
  assert.ok((await language.features(buffer)).includes("hover"), "the next editor starts its own server");
  const before = told.length;
  await edit(revision);
  await diagnosed(before);
  assert.equal((await editing.read(buffer)).text, "xxbad text");
});
