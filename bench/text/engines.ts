/**
 * Who replays the sessions: this text core, its floor, and its rivals, each called as its makers mean it to be called for one local
 * edit after the other.
 *
 * @module
 */

import { TextDocument } from "../../editor/text/document.ts";
import { Rope } from "../../editor/text/rope.ts";
import { TextBuffer } from "../../editor/text/text_buffer.ts";
import type { NamedTrace } from "./trace_files.ts";

export interface Engine {
  readonly name: string;
  /** What it keeps besides the text. */
  readonly keeps: "text only" | "every change" | "history and merging";
  /** Loads the library; the result replays a session and gives the text. */
  load(): Promise<(trace: NamedTrace) => string>;
}

export const ENGINES: readonly Engine[] = [
  {
    name: "floor: gap buffer, no lines, no snapshots",
    keeps: "text only",
    load: () => Promise.resolve(replayGapBuffer),
  },
  {
    name: "symphony TextDocument",
    keeps: "history and merging",
    load: () =>
      Promise.resolve(({ units }) => {
        const document = new TextDocument();
        for (let at = 0; at < units.length; at++) {
          const [from, remove, insert] = units[at]!;
          document.replace(from, from + remove, insert);
        }
        return document.text.toString();
      }),
  },
  {
    name: "symphony TextDocument, a snapshot after each edit",
    keeps: "history and merging",
    load: () =>
      Promise.resolve(({ units }) => {
        const document = new TextDocument();
        let lines = 0;
        for (let at = 0; at < units.length; at++) {
          const [from, remove, insert] = units[at]!;
          document.replace(from, from + remove, insert);
          lines += document.text.lines;
        }
        if (lines === 0) throw new Error("nothing was read");
        return document.text.toString();
      }),
  },
  {
    name: "symphony TextBuffer",
    keeps: "text only",
    load: () =>
      Promise.resolve(({ units }) => {
        const buffer = new TextBuffer(Rope.empty);
        for (let at = 0; at < units.length; at++) {
          const [from, remove, insert] = units[at]!;
          buffer.replace(from, from + remove, insert);
        }
        return buffer.snapshot().toString();
      }),
  },
  {
    name: "diamond-types",
    keeps: "history and merging",
    async load() {
      const { default: types } = await import("diamond-types-node");
      return ({ points }) => {
        const document = new types.Doc("one");
        for (let at = 0; at < points.length; at++) {
          const [from, remove, insert] = points[at]!;
          if (remove > 0) document.del(from, remove);
          if (insert !== "") document.ins(from, insert);
        }
        const text = document.get();
        document.free();
        return text;
      };
    },
  },
  {
    name: "CodeMirror Text",
    keeps: "text only",
    async load() {
      const { Text } = await import("@codemirror/state");
      return ({ units }) => {
        let text = Text.empty;
        for (let at = 0; at < units.length; at++) {
          const [from, remove, insert] = units[at]!;
          text = text.replace(from, from + remove, insert === "" ? Text.empty : Text.of(insert.split("\n")));
        }
        return text.toString();
      };
    },
  },
  {
    name: "CodeMirror ChangeSet, each kept",
    keeps: "every change",
    async load() {
      const { ChangeSet, Text } = await import("@codemirror/state");
      return ({ units }) => {
        let text = Text.empty;
        const kept = [];
        for (let at = 0; at < units.length; at++) {
          const [from, remove, insert] = units[at]!;
          const changes = ChangeSet.of({ from, to: from + remove, insert }, text.length);
          kept.push(changes);
          text = changes.apply(text);
        }
        return text.toString();
      };
    },
  },
  {
    name: "Loro",
    keeps: "history and merging",
    async load() {
      const { LoroDoc } = await import("loro-crdt");
      return ({ units }) => {
        const document = new LoroDoc();
        const text = document.getText("text");
        for (let at = 0; at < units.length; at++) {
          const [from, remove, insert] = units[at]!;
          if (remove > 0) text.delete(from, remove);
          if (insert !== "") text.insert(from, insert);
        }
        document.commit();
        const result = text.toString();
        document.free();
        return result;
      };
    },
  },
  {
    name: "Yjs",
    keeps: "history and merging",
    async load() {
      const { Doc } = await import("yjs");
      return ({ units }) => {
        const document = new Doc();
        const text = document.getText("text");
        for (let at = 0; at < units.length; at++) {
          const [from, remove, insert] = units[at]!;
          if (remove > 0) text.delete(from, remove);
          if (insert !== "") text.insert(from, insert);
        }
        return text.toString();
      };
    },
  },
  {
    name: "Automerge, all in one change",
    keeps: "history and merging",
    async load() {
      const { change, from: make, splice } = await import("@automerge/automerge");
      return ({ units }) => {
        const document = change(make({ text: "" }), (draft) => {
          for (let at = 0; at < units.length; at++) {
            const [from, remove, insert] = units[at]!;
            splice(draft, ["text"], from, remove, insert);
          }
        });
        return document.text;
      };
    },
  },
  {
    name: "plain string",
    keeps: "text only",
    load: () =>
      Promise.resolve(({ units }) => {
        let text = "";
        for (let at = 0; at < units.length; at++) {
          const [from, remove, insert] = units[at]!;
          text = text.slice(0, from) + insert + text.slice(from + remove);
        }
        return text;
      }),
  },
];

/** The least that can be done: an array with a gap where the last edit was. */
function replayGapBuffer({ units }: NamedTrace): string {
  let data = new Uint16Array(1 << 16);
  let gap = 0;
  let gapEnd = data.length;
  for (let step = 0; step < units.length; step++) {
    const [from, remove, insert] = units[step]!;
    if (gapEnd - gap < insert.length) {
      const larger = new Uint16Array(data.length * 2 + insert.length);
      larger.set(data.subarray(0, gap));
      larger.set(data.subarray(gapEnd), larger.length - (data.length - gapEnd));
      gapEnd = larger.length - (data.length - gapEnd);
      data = larger;
    }
    if (from < gap) {
      data.copyWithin(gapEnd - (gap - from), from, gap);
      gapEnd -= gap - from;
    } else if (from > gap) {
      data.copyWithin(gap, gapEnd, gapEnd + from - gap);
      gapEnd += from - gap;
    }
    gap = from;
    gapEnd += remove;
    for (let at = 0; at < insert.length; at++) data[gap++] = insert.charCodeAt(at);
  }
  const decoder = new TextDecoder("utf-16le");
  return decoder.decode(data.subarray(0, gap)) + decoder.decode(data.subarray(gapEnd));
}
