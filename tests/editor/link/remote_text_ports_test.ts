import { RemoteTextPorts } from "../../../editor/link/remote_text_ports.ts";
import { Supervisor } from "../../../editor/link/supervisor.ts";
import { testTextPorts, type TextSubject } from "../../contracts/text_editing_contract.ts";
import type { Make } from "../../contracts/subject.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { editorCommand } from "./editor_rig.ts";

async function remote(...options: string[]): ReturnType<Make<TextSubject>> {
  const folder = await temporaryFolder();
  const files = `${folder.path}/files`;
  await Deno.mkdir(files);
  const ports = await RemoteTextPorts.open(
    new Supervisor(editorCommand(`${folder.path}/data`, ...options), { spareAfterMs: 60_000 }),
  );
  const { editing, presence, marks, proposals } = ports;
  const port: TextSubject = {
    editing,
    presence,
    marks,
    proposals,
    path: (name) => `${files}/${name.replace(/^\.\//, "")}`,
    async write(name, content, options) {
      const path = `${files}/${name}`;
      await (typeof content === "string" ? Deno.writeTextFile(path, content) : Deno.writeFile(path, content));
      if (options?.readOnly === true) await Deno.chmod(path, 0o444);
    },
    contents: (name) => Deno.readFile(`${files}/${name}`).catch(() => undefined),
  };
  return {
    port,
    async [Symbol.asyncDispose]() {
      await ports[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

testTextPorts("RemoteTextPorts", () => remote());
testTextPorts("RemoteTextPorts with --sync", () => remote("--sync"));
