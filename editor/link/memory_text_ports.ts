/**
 * TextEditingPort and its companions without any process or disk: for tests, and for texts that nobody needs to keep.
 *
 * @module
 */

import type { TextPorts } from "../../core/ports/text_editing.ts";
import { BufferFiles } from "../buffer_files.ts";
import { Buffers } from "../buffers.ts";
import { MemoryDisk } from "../files/memory_disk.ts";
import { Desk } from "../revision/desk.ts";
import { LocalTextPorts } from "../revision/local_text_editing.ts";

/** Makes the ports; files are those of `disk`. What a listener throws goes to `onError`. */
export function memoryTextPorts(
  disk: MemoryDisk = new MemoryDisk(),
  onError: (error: unknown) => void = () => {},
): TextPorts & Disposable {
  const buffers = new Buffers(onError);
  const files = new BufferFiles(buffers, disk);
  const desk = new Desk(buffers, files);
  const local = new LocalTextPorts(desk);
  const { editing, presence, marks, proposals } = local;
  return {
    editing,
    presence,
    marks,
    proposals,
    [Symbol.dispose]() {
      local[Symbol.dispose]();
      desk[Symbol.dispose]();
      files[Symbol.dispose]();
    },
  };
}
