/**
 * What an editor will be asked to do, done once with a small text in memory, so that a spare takes over with its code
 * compiled.
 *
 * @module
 */

import { authorId, bufferId } from "../../core/ids.ts";
import { BufferFiles } from "../buffer_files.ts";
import { Buffers } from "../buffers.ts";
import { Breath } from "../files/breath.ts";
import { MemoryDisk } from "../files/memory_disk.ts";
import { decodeFrames, encodeFrame } from "../journal/frame.ts";
import { LOG_VERSION, type LogRecord, recordJson } from "../journal/record.ts";
import { restoreFrames } from "../journal/restore.ts";
import { Desk } from "./desk.ts";

/** About as many as a log may hold; see `TextLog`. */
const EDITS = 1_500;

/** Edits a text, writes it down in memory and restores it from that, in pieces; `signal` ends it early. */
export async function warmUp(signal: AbortSignal): Promise<void> {
  const breath = new Breath();
  const buffers = new Buffers(() => {});
  using files = new BufferFiles(buffers, new MemoryDisk());
  using desk = new Desk(buffers, files);
  const { buffer, notes } = desk.text(
    bufferId(desk.begin({ text: "a line of text\n".repeat(100) }).buffer.id),
  );
  const { document } = buffer;
  const lines: Uint8Array[] = [];
  const write = (record: LogRecord) => lines.push(encodeFrame(recordJson(record)).slice());
  const { text, ...saved } = document.save();
  write({ k: "begin", version: LOG_VERSION, buffer: 1, language: "", base: { kind: "text" } });
  write({ k: "text", t: text.toString() });
  write({ k: "state", document: saved, notes: notes.save(), person: buffer.undoGroups.save() });
  const { form, lines: endings, readOnly } = files.of(buffer);
  const file = { path: null, form, lines: endings, readOnly, stamp: null, revision: 0, lastEnding: "" };
  write({ k: "file", file });
  write({ k: "ready" });
  const author = authorId("warm-up");
  for (let at = 0; at < EDITS; at++) {
    const place = (at * 7919) % document.length;
    const change = { from: place, to: Math.min(document.length, place + at % 3), insert: "warm" };
    const request = { client: "warm-up", seq: at };
    desk.edit(
      desk.text(bufferId(buffer.id)),
      { revision: document.revision, changes: [change], author },
      request,
    );
    write({ k: "rev", e: document.record(document.revision), c: { request } });
    await breath.take();
    if (signal.aborted) return;
  }
  const whole = new Uint8Array(lines.reduce((sum, line) => sum + line.length, 0));
  let end = 0;
  for (const line of lines) {
    whole.set(line, end);
    end += line.length;
  }
  await restoreFrames(decodeFrames(whole), "warm-up.log");
}
