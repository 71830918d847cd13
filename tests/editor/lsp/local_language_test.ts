import { SystemDisk } from "../../../editor/files/disk.ts";
import { BufferFiles } from "../../../editor/buffer_files.ts";
import { Buffers } from "../../../editor/buffers.ts";
import { parseLanguageSettings } from "../../../editor/lsp/config/language_settings.ts";
import { LanguageClients } from "../../../editor/lsp/language_clients.ts";
import { LocalLanguage } from "../../../editor/lsp/local_language.ts";
import { Desk } from "../../../editor/revision/desk.ts";
import { LocalTextPorts } from "../../../editor/revision/local_text_editing.ts";
import { SystemClock } from "../../../system/clock.ts";
import { fakeLanguageSettings, testLanguagePort } from "../../contracts/language_contract.ts";

testLanguagePort("LocalLanguage", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "language-" }));
  const buffers = new Buffers((error) => {
    throw error;
  });
  const disk = new SystemDisk({ watch: false });
  const files = new BufferFiles(buffers, disk);
  const desk = new Desk(buffers, files);
  const ports = new LocalTextPorts(desk);
  const { settings } = parseLanguageSettings(JSON.parse(fakeLanguageSettings()));
  const clients = new LanguageClients({ buffers, disk }, new SystemClock(), { settings });
  const { editing, proposals } = ports;
  return {
    port: { language: new LocalLanguage(desk, clients), editing, proposals, folder },
    async [Symbol.asyncDispose]() {
      await clients[Symbol.asyncDispose]();
      ports[Symbol.dispose]();
      desk[Symbol.dispose]();
      files[Symbol.dispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
});
