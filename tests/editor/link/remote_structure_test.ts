import { RemoteTextPorts } from "../../../editor/link/remote_text_ports.ts";
import { Supervisor } from "../../../editor/link/supervisor.ts";
import { testStructurePort } from "../../contracts/structure_contract.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { editorCommand } from "./editor_rig.ts";

testStructurePort("RemoteStructure", async () => {
  const folder = await temporaryFolder();
  const place = await Deno.realPath(folder.path);
  await Deno.mkdir(`${place}/files`);
  const ports = await RemoteTextPorts.open(
    new Supervisor(editorCommand(`${place}/data`), { spareAfterMs: 60_000 }),
  );
  return {
    port: { structure: ports.structure, editing: ports.editing, folder: `${place}/files` },
    async [Symbol.asyncDispose]() {
      await ports[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
});
