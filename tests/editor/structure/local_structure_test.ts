import { BufferFiles } from "../../../editor/buffer_files.ts";
import { Buffers } from "../../../editor/buffers.ts";
import { SystemDisk } from "../../../editor/files/disk.ts";
import { PluginHost } from "../../../editor/plugins/plugin_host.ts";
import { Desk } from "../../../editor/revision/desk.ts";
import { LocalTextPorts } from "../../../editor/revision/local_text_editing.ts";
import { LocalStructure } from "../../../editor/structure/local_structure.ts";
import { testStructurePort } from "../../contracts/structure_contract.ts";

testStructurePort("LocalStructure", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "structure-" }));
  const buffers = new Buffers((error) => {
    throw error;
  });
  const files = new BufferFiles(buffers, new SystemDisk({ watch: false }));
  const desk = new Desk(buffers, files);
  const ports = new LocalTextPorts(desk);
  const host = new PluginHost(buffers);
  return {
    port: { structure: new LocalStructure(desk, host), editing: ports.editing, folder },
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      ports[Symbol.dispose]();
      desk[Symbol.dispose]();
      files[Symbol.dispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
});
