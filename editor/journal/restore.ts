/**
 * A log to the text that it is of.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../../core/errors.ts";
import type { BufferFile } from "../buffer_files.ts";
import { fileState, sameContent } from "../files/file_stamp.ts";
import { Breath } from "../files/breath.ts";
import { loadFile } from "../files/load.ts";
import { ropeOfChunks } from "../files/rope_of_chunks.ts";
import { TextNotes } from "../revision/text_notes.ts";
import { TextDocument } from "../text/document.ts";
import { Rope } from "../text/rope.ts";
import type { SavedUndoGroups } from "../undo_groups.ts";
import type { Frames } from "./frame.ts";
import { readLog } from "./log_file.ts";
import { basePath } from "./session_folder.ts";
import { type FileRecord, LOG_VERSION, type LogRecord, readRecord } from "./record.ts";

/** A text as its log has it. */
export interface RestoredText {
  readonly buffer: number;
  readonly language: string;
  readonly path: string | undefined;
  readonly document: TextDocument;
  readonly notes: TextNotes;
  readonly person: SavedUndoGroups;
  readonly file: BufferFile;
  /** How far the log is good. */
  readonly goodBytes: number;
}

/** What was found so far, while records are gone through. */
interface Restoring {
  document: TextDocument;
  readonly notes: TextNotes;
  person: SavedUndoGroups;
  file: FileRecord;
  saving: (LogRecord & { readonly k: "saving" }) | undefined;
}

const noPerson: SavedUndoGroups = { groups: [0], done: 1 };

/**
 * The text of the log at `path`; a torn end is left out.
 * @throws SymphonyError `corrupt` where the log has no whole base; `io`
 */
export async function restoreLog(path: string): Promise<RestoredText> {
  return await restoreFrames(readLog(path), path);
}

/** The same of what was read from there. */
export async function restoreFrames({ records, goodBytes }: Frames, path: string): Promise<RestoredText> {
  const [begin, ...rest] = records.map(readRecord);
  const corrupt = (why: string) => new SymphonyError("corrupt", `Cannot restore from "${path}": ${why}`);
  if (begin?.k !== "begin") throw corrupt("it has no beginning");
  if (begin.version !== LOG_VERSION) {
    throw corrupt(`it has version ${begin.version}, this program reads ${LOG_VERSION}`);
  }
  const ready = rest.findIndex((record) => record?.k === "ready");
  if (ready < 0) throw corrupt("its base is not complete");
  const [base, events] = [rest.slice(0, ready), rest.slice(ready + 1)];
  const found = begin.base.kind === "copy"
    ? await baseOfCopy(base, basePath(path), begin.base.encoding, corrupt)
    : await baseOfText(base, corrupt);
  try {
    const breath = new Breath();
    for (const record of events) {
      if (record !== undefined) take(found, record);
      const pause = breath.take();
      if (pause !== undefined) await pause;
    }
  } catch (cause) {
    throw new SymphonyError("corrupt", `Cannot restore from "${path}": ${messageOf(cause)}`, { cause });
  }
  return {
    buffer: begin.buffer,
    language: begin.language,
    path: found.file.path ?? undefined,
    document: found.document,
    notes: found.notes,
    person: found.person,
    file: await fileOf(found),
    goodBytes,
  };
}

type Corrupt = (why: string) => SymphonyError;

async function baseOfCopy(
  records: readonly (LogRecord | undefined)[],
  place: string,
  encoding: string,
  corrupt: Corrupt,
): Promise<Restoring> {
  const file = fileRecordIn(records, corrupt);
  const loaded = await loadFile(place, { encoding }).catch(() => undefined);
  // A copy that was not finished is of no use, and of no harm: nothing was acknowledged before it was.
  if (loaded === undefined || loaded.stamp.sizeBytes !== file.stamp?.sizeBytes) {
    throw corrupt("the copy of the file that it begins with is not complete");
  }
  const document = new TextDocument(await ropeOfChunks(loaded.chunks));
  return { document, notes: new TextNotes(), person: noPerson, file, saving: undefined };
}

async function baseOfText(records: readonly (LogRecord | undefined)[], corrupt: Corrupt): Promise<Restoring> {
  const text = await ropeOfChunks(records.flatMap((record) => record?.k === "text" ? [record.t] : []));
  const state = records.find((record) => record?.k === "state");
  if (state === undefined) throw corrupt("its base has no state");
  const document = TextDocument.load({ ...state.document, text });
  const notes = new TextNotes();
  notes.load(state.notes);
  return { document, notes, person: state.person, file: fileRecordIn(records, corrupt), saving: undefined };
}

function fileRecordIn(records: readonly (LogRecord | undefined)[], corrupt: Corrupt): FileRecord {
  const record = records.find((each) => each?.k === "file");
  if (record === undefined) throw corrupt("its base does not name its file");
  return record.file;
}

function take(found: Restoring, record: LogRecord): void {
  switch (record.k) {
    case "rev": {
      const revision = found.document.replay(record.e);
      if (revision !== undefined) found.notes.revised(revision, record.c);
      if (record.p !== undefined) found.person = record.p;
      return;
    }
    case "note":
      return found.notes.noted(record.n);
    case "file":
      found.file = record.file;
      found.saving = undefined;
      return;
    case "saving":
      found.saving = record;
      return;
    case "begin":
    case "text":
    case "state":
    case "ready":
      return;
    default:
      record satisfies never;
  }
}

/** What is on the disk, as far as the log knows; a save that the death cut short is looked at. */
async function fileOf({ document, file, saving }: Restoring): Promise<BufferFile> {
  const known = recorded(document, file);
  if (saving === undefined) return known;
  await Deno.remove(saving.temporary).catch(() => undefined);
  const state = await fileState(saving.path).catch(() => undefined);
  if (state === undefined || (known.stamp !== undefined && sameContent(state.stamp, known.stamp))) {
    return known;
  }
  const loaded = await loadFile(saving.path, { encoding: file.form.encoding }).catch(() => undefined);
  if (loaded === undefined || saving.revision < document.oldest) return known;
  // The save had taken the file's place before it could be noted.
  const onDisk = await ropeOfChunks(loaded.chunks);
  const text = document.textAt(saving.revision);
  const lastEnding = onDisk.length > text.length ? onDisk.sliceString(text.length) : "";
  if (!onDisk.equals(lastEnding === "" ? text : text.replace(text.length, text.length, lastEnding))) {
    return known;
  }
  return { ...known, stamp: loaded.stamp, onDisk, revision: saving.revision, lastEnding };
}

function recorded(document: TextDocument, file: FileRecord): BufferFile {
  const { form, lines, readOnly, revision, lastEnding } = file;
  const known = { form, lines, readOnly, stamp: file.stamp ?? undefined, lastEnding, conflict: undefined };
  if (revision === null || revision < document.oldest) {
    return { ...known, onDisk: Rope.of(file.text ?? ""), revision: undefined };
  }
  const text = document.textAt(revision);
  const onDisk = lastEnding === "" ? text : text.replace(text.length, text.length, lastEnding);
  return { ...known, onDisk, revision };
}
