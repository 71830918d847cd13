/**
 * What an editor will be asked to do, done once with a small text in memory, so that a spare takes over with its code
 * compiled.
 *
 * @module
 */

import { authorId, bufferId } from "../../core/ids.ts";
import { BufferFiles } from "../buffer_files.ts";
import { Buffers } from "../buffers.ts";
import { MemoryDisk } from "../files/memory_disk.ts";
import { decodeFrames, encodeFrame } from "../journal/frame.ts";
import { recordJson } from "../journal/record.ts";
import { TextDocument } from "../text/document.ts";
import { Desk } from "./desk.ts";

const EDITS = 600;

/** Edits a text, writes it down in memory and restores it from that. */
export function warmUp(): void {
  const buffers = new Buffers(() => {});
  using files = new BufferFiles(buffers, new MemoryDisk());
  using desk = new Desk(buffers, files);
  const text = desk.text(bufferId(desk.begin({ text: "a line of text\n".repeat(100) }).buffer.id));
  const { document } = text.buffer;
  const author = authorId("warm-up");
  const lines: Uint8Array[] = [];
  for (let at = 0; at < EDITS; at++) {
    const place = (at * 7919) % document.length;
    const change = { from: place, to: Math.min(document.length, place + at % 3), insert: "warm" };
    desk.edit(text, { revision: document.revision, changes: [change], author }, {
      client: "warm-up",
      seq: at,
    });
    lines.push(encodeFrame(recordJson({ k: "rev", e: document.record(document.revision) })).slice());
  }
  const whole = new Uint8Array(lines.reduce((sum, line) => sum + line.length, 0));
  let end = 0;
  for (const line of lines) {
    whole.set(line, end);
    end += line.length;
  }
  decodeFrames(whole);
  TextDocument.load(document.save());
}
