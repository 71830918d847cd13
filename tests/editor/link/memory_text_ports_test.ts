import { MemoryDisk } from "../../../editor/files/memory_disk.ts";
import { memoryTextPorts } from "../../../editor/link/memory_text_ports.ts";
import { testTextPorts, type TextSubject } from "../../contracts/text_editing_contract.ts";

testTextPorts("MemoryTextPorts", () => {
  const disk = new MemoryDisk();
  const ports = memoryTextPorts(disk, (error) => {
    throw error;
  });
  const { editing, presence, marks, proposals } = ports;
  const path = (name: string) => new URL(name, "file:///files/").pathname;
  const port: TextSubject = {
    editing,
    presence,
    marks,
    proposals,
    path,
    write: (name, content, options) => Promise.resolve(disk.write(path(name), content, options)),
    contents: (name) => Promise.resolve(disk.read(path(name))),
  };
  return Promise.resolve({
    port,
    [Symbol.asyncDispose]: () => Promise.resolve(ports[Symbol.dispose]()),
  });
});
