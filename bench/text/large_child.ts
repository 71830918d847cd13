/**
 * A text of 100 MB in one engine and one process: how long it takes to load, inserts at random places, offsets to lines, memory. Argument:
 * the engine's name.
 *
 * @module
 */

import { TextDocument } from "../../editor/text/document.ts";
import { Rope } from "../../editor/text/rope.ts";
import { print } from "../tail.ts";

const MEGABYTES = 100;
const INSERTS = 2000;

interface Large {
  insert(at: number, text: string): void;
  lineAt?(offset: number): number;
  readonly length: number;
}

const MAKERS: Readonly<Record<string, (text: string) => Promise<Large>>> = {
  "symphony TextDocument": (text) => {
    const document = new TextDocument(Rope.of(text));
    return Promise.resolve({
      insert: (at, what) => void document.replace(at, at, what),
      lineAt: (offset) => document.text.lineAt(offset),
      get length() {
        return document.length;
      },
    });
  },
  "CodeMirror Text": async (text) => {
    const { Text } = await import("@codemirror/state");
    let all = Text.of(text.split("\n"));
    return {
      insert: (at, what) => void (all = all.replace(at, at, Text.of([what]))),
      lineAt: (offset) => all.lineAt(offset).number,
      get length() {
        return all.length;
      },
    };
  },
  "diamond-types": async (text) => {
    const { default: types } = await import("diamond-types-node");
    const document = new types.Doc("one");
    document.ins(0, text);
    let length = text.length;
    return {
      insert: (at, what) => {
        document.ins(at, what);
        length += what.length;
      },
      get length() {
        return length;
      },
    };
  },
  "Loro": async (text) => {
    const { LoroDoc } = await import("loro-crdt");
    const all = new LoroDoc().getText("text");
    all.insert(0, text);
    return {
      insert: (at, what) => all.insert(at, what),
      get length() {
        return all.length;
      },
    };
  },
  "Yjs": async (text) => {
    const { Doc } = await import("yjs");
    const all = new Doc().getText("text");
    all.insert(0, text);
    return {
      insert: (at, what) => all.insert(at, what),
      get length() {
        return all.length;
      },
    };
  },
  "plain string": (text) => {
    let all = text;
    return Promise.resolve({
      insert: (at, what) => {
        all = all.slice(0, at) + what + all.slice(at);
        all.charCodeAt(at); // a chain of pieces is no text yet
      },
      get length() {
        return all.length;
      },
    });
  },
};

export const LARGE_ENGINES = Object.keys(MAKERS);

let state = 1;
function below(limit: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor(state / 0x100000000 * limit);
}

function largeText(): string {
  let megabyte = "";
  while (megabyte.length < 1e6) {
    megabyte += `${"the quick brown fox jumps over the lazy dog ".slice(0, 10 + below(34))}\n`;
  }
  return megabyte.slice(0, 1e6).repeat(MEGABYTES);
}

async function measure(name: string): Promise<void> {
  const start = Deno.memoryUsage().rss;
  const text = largeText();
  text.charCodeAt(1);
  const cpu = process.cpuUsage();
  const large = await MAKERS[name]!(text);
  const used = process.cpuUsage(cpu);
  const buildMs = (used.user + used.system) / 1000;
  // Run with `--v8-flags=--expose-gc`: what loading left behind is not what the text needs.
  (globalThis as { gc?: () => void }).gc?.();
  const memory = (Deno.memoryUsage().rss - start) / 1e6;
  const times: number[] = [];
  const count = name === "plain string" ? 50 : INSERTS;
  for (let step = 0; step < count; step++) {
    const at = below(large.length);
    const began = performance.now();
    large.insert(at, "hello");
    times.push(performance.now() - began);
  }
  const sorted = times.toSorted((a, b) => a - b);
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  let lineUs: number | undefined;
  if (large.lineAt !== undefined) {
    let sum = 0;
    const began = performance.now();
    for (let step = 0; step < 50_000; step++) sum += large.lineAt(below(large.length));
    lineUs = (performance.now() - began) / 50;
    if (sum === 0) throw new Error("no line was found");
  }
  print(
    [
      name.padEnd(24),
      `build ${buildMs.toFixed(0).padStart(6)} ms CPU`,
      `insert ${(mean * 1000).toFixed(1).padStart(9)} µs mean ${
        (sorted[sorted.length >> 1]! * 1000).toFixed(1).padStart(9)
      } p50`,
      `worst ${sorted.at(-1)!.toFixed(1).padStart(7)} ms`,
      `offset to line ${lineUs === undefined ? "   –" : lineUs.toFixed(2)} µs`,
      `${(memory / MEGABYTES).toFixed(2)} MB a MB of text`,
    ].join("   "),
  );
}

if (import.meta.main) await measure(Deno.args[0]!);
