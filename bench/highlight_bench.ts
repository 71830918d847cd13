/**
 * Highlighting: parsing a file of 1 MB whole and after an edit, and the time until what is shown is coloured. Beside each the floor it cannot
 * beat: tree-sitter alone, told of the same edits, reading from one string cut in pieces.
 *
 * The edits are a person's: a statement typed letter by letter at random places and taken back, a letter into a name, a bracket, quote or
 * comment that opens and closes. A process's own share of the processor is given too, because the machine may be busy.
 *
 * @module
 */

import process from "node:process";
import { type Parser, type Tree } from "web-tree-sitter";
import { Buffers } from "../editor/buffers.ts";
import { PluginHost } from "../editor/plugins/plugin_host.ts";
import { loadGrammar, startEngine } from "../editor/syntax/grammar.ts";
import { languageNamed } from "../editor/syntax/language_of.ts";
import { readAt, SyntaxTree } from "../editor/syntax/syntax_tree.ts";
import { editTree } from "../editor/syntax/tree_edit.ts";
import { Delta } from "../editor/text/delta.ts";
import { Rope } from "../editor/text/rope.ts";
import { percentile, print, type Sample } from "./tail.ts";

const SIZE = 1024 * 1024;
const SHOWN_LINES = 60;
const PLACES = 25;
/** What is typed: a whole statement, and one that stays half-written for a while, over which tree-sitter's error recovery takes seconds. */
const STATEMENTS: Readonly<Record<string, { readonly plain: string; readonly half: string }>> = {
  TypeScript: { plain: "const found = table.get(key); ", half: "const found = table.get(key, { a: 1 }); " },
  Python: { plain: "found = table.get(key); ", half: "found = [table.get(key) for key in " },
};
const OPENERS = ["{", "(", "/*", "`", '"'];

const now = () => performance.now();
const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Real code, repeated to the size. */
function source(folder: string, ending: string): string {
  let one = "";
  const read = (at: string) => {
    for (const { name, isDirectory } of [...Deno.readDirSync(at)].sort((a, b) => a.name < b.name ? -1 : 1)) {
      if (isDirectory) read(`${at}/${name}`);
      else if (name.endsWith(ending)) one += Deno.readTextFileSync(`${at}/${name}`);
    }
  };
  read(folder);
  let text = "";
  while (text.length < SIZE) text += one;
  return text;
}

interface Step {
  readonly kind: "typing" | "name" | "opener" | "half-written";
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

/** Edits that leave the text as it was. */
function session(text: string, language: string): Step[] {
  const steps: Step[] = [];
  let seed = 7;
  const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
  const lineAt = () => {
    for (;;) {
      const start = text.indexOf("\n", Math.floor(random() * (text.length - 1000))) + 1;
      const indent = /^ {2,}(?=[a-z]\w+.*[;)]\n)/.exec(text.slice(start, start + 200));
      if (indent !== null) return start + indent[0].length;
    }
  };
  for (let place = 0; place < PLACES; place++) {
    const at = lineAt();
    const statement = STATEMENTS[language]!.plain;
    for (const [index, letter] of [...statement].entries()) {
      steps.push({ kind: "typing", at: at + index, remove: 0, insert: letter });
    }
    steps.push({ kind: "typing", at, remove: statement.length, insert: "" });
    const name = lineAt();
    steps.push({ kind: "name", at: name + 1, remove: 0, insert: "x" }, {
      kind: "name",
      at: name + 1,
      remove: 1,
      insert: "",
    });
    const opener = OPENERS[place % OPENERS.length]!;
    const open = lineAt();
    steps.push({ kind: "opener", at: open, remove: 0, insert: opener }, {
      kind: "opener",
      at: open,
      remove: opener.length,
      insert: "",
    });
  }
  const at = lineAt();
  const { half } = STATEMENTS[language]!;
  for (const [index, letter] of [...half].entries()) {
    steps.push({ kind: "half-written", at: at + index, remove: 0, insert: letter });
  }
  steps.push({ kind: "half-written", at, remove: half.length, insert: "" });
  return steps;
}

/** Times by kind of edit, on the clock and of the processor. */
type Times = Map<string, { readonly wall: number[]; readonly used: number[] }>;

function note(
  times: Times,
  kind: string,
  { ms, cpuMs }: { readonly ms: number; readonly cpuMs: number },
): void {
  const lists = times.get(kind) ?? { wall: [], used: [] };
  lists.wall.push(ms);
  lists.used.push(cpuMs);
  times.set(kind, lists);
}

function show(name: string, times: Times, floor: Times | undefined): void {
  for (const [kind, { wall, used }] of times) {
    const clock: Sample = wall.sort((a, b) => a - b);
    const processor: Sample = used.sort((a, b) => a - b);
    const base = floor?.get(kind);
    const ratio = base === undefined
      ? "floor"
      : `${(percentile(processor, 0.5) / percentile(base.used, 0.5)).toFixed(2)} × floor`;
    const ms = (value: number) => value.toFixed(2).padStart(8);
    print(
      `  ${`${name}, ${kind}`.padEnd(52)} p50${ms(percentile(clock, 0.5))}  p95${
        ms(percentile(clock, 0.95))
      }  worst${ms(clock.at(-1)!)} ms;` +
        ` processor p50${ms(percentile(processor, 0.5))}  p95${ms(percentile(processor, 0.95))}  ${ratio}`,
    );
  }
}

function timed<T>(act: () => T): { readonly result: T; readonly ms: number; readonly cpuMs: number } {
  const [wall, used] = [now(), cpu()];
  const result = act();
  return { result, ms: now() - wall, cpuMs: cpu() - used };
}

/** tree-sitter alone: edit, parse, nothing else. */
function bare(parser: Parser, begun: Tree, text: string, steps: readonly Step[]): Times {
  const times: Times = new Map();
  let tree = begun;
  let rope = Rope.of(text);
  for (const { kind, at, remove, insert } of steps) {
    const delta = Delta.replace(rope.length, at, at + remove, insert);
    const after = delta.apply(rope);
    const step = timed(() => {
      editTree(tree, delta, rope, after);
      return parser.parse((index) => readAt(after, index), tree)!;
    });
    note(times, kind, step);
    tree.delete();
    tree = step.result;
    rope = after;
  }
  tree.delete();
  return times;
}

/** What the editor does in the turn of an edit: the edit, the parse within its budget, what changed, and the spans of what is shown. */
async function inEditor(
  text: string,
  language: string,
  steps: readonly Step[],
): Promise<{ frame: Times; late: number }> {
  const buffers = new Buffers((error) => {
    throw error;
  });
  await using host = new PluginHost(buffers);
  await host.start({});
  await host.ready;
  const { buffer } = buffers.open({ text, language });
  await host.withTree(buffer, () => {});
  const frame: Times = new Map();
  let late = 0;
  for (const { kind, at, remove, insert } of steps) {
    // What is shown stands before the key is pressed.
    const shown = range(buffer.text, at);
    host.layersFor(buffer, shown.from, shown.to);
    const step = timed(() => {
      buffer.edit({
        delta: Delta.replace(buffer.text.length, at, at + remove, insert),
        author: "core",
        kind: "delete",
      });
      host.settle(buffer);
      const after = range(buffer.text, at);
      host.layersFor(buffer, after.from, after.to);
    });
    note(frame, kind, step);
    if (!host.isCurrent(buffer)) late++;
    await host.withTree(buffer, () => {});
  }
  return { frame, late };
}

function range(text: Rope, at: number): { from: number; to: number } {
  const line = text.lineAt(at);
  const first = Math.max(0, line - SHOWN_LINES / 2);
  return { from: text.lineStart(first), to: text.lineStart(Math.min(text.lines, first + SHOWN_LINES)) };
}

async function bench(language: string, text: string): Promise<void> {
  await startEngine();
  const grammar = loadGrammar(languageNamed(language)!)!;
  print(`\n${language}, ${(text.length / 1024 / 1024).toFixed(2)} MB, ${text.split("\n").length} lines`);
  const compiled = timed(() => grammar.highlights());
  print(
    `  highlight query compiled, once a process`.padEnd(54) +
      ` ${compiled.ms.toFixed(0)} ms wall, ${compiled.cpuMs.toFixed(0)} ms of processor`,
  );
  const parser = grammar.newParser();
  parser.parse(text)!.delete();
  const whole = timed(() => parser.parse(text)!);
  print(
    `  whole, tree-sitter from one string`.padEnd(54) +
      ` ${whole.ms.toFixed(0)} ms wall, ${whole.cpuMs.toFixed(0)} ms of processor  floor`,
  );
  const rope = Rope.of(text);
  const sliced = timed(() => {
    const tree = new SyntaxTree(grammar, rope, now);
    let slices = 1;
    while (!tree.work(4)) slices++;
    tree.dispose();
    return slices;
  });
  print(
    `  whole, in slices of 4 ms (${sliced.result}), from the rope`.padEnd(54) +
      ` ${sliced.ms.toFixed(0)} ms wall, ${sliced.cpuMs.toFixed(0)} ms of processor  ${
        (sliced.cpuMs / whole.cpuMs).toFixed(2)
      } × floor`,
  );
  const steps = session(text, language);
  const floor = bare(parser, whole.result, text, steps);
  show("again after an edit, tree-sitter alone", floor, undefined);
  const { frame, late } = await inEditor(text, language, steps);
  show(`edit to coloured frame of ${SHOWN_LINES} lines`, frame, floor);
  print(`  frames that did not wait for their parse: ${late} of ${steps.length}`);
  parser.delete();
}

/** From a buffer opened to its first lines coloured. */
async function firstFrame(): Promise<void> {
  print("\nTime to the first coloured frame (engine running, language loaded before or not)");
  const text = source(new URL("../editor", import.meta.url).pathname, ".ts");
  for (
    const [name, size] of [["10 KB", 10_240], ["100 KB", 102_400], ["1 MB", SIZE], [
      "10 MB",
      10 * SIZE,
    ]] as const
  ) {
    const content = text.repeat(Math.ceil(size / text.length)).slice(0, size);
    const buffers = new Buffers((error) => {
      throw error;
    });
    await using host = new PluginHost(buffers);
    await host.start({});
    await host.ready;
    const rope = Rope.of(content);
    const opened = timed(() => {
      const { buffer } = buffers.open({ text: rope, language: "TypeScript" });
      const layers = host.layersFor(buffer, 0, rope.lineStart(Math.min(SHOWN_LINES, rope.lines)));
      return [...layers[0]!.spans.within(0, 4000)].length;
    });
    print(
      `  TypeScript, ${name}`.padEnd(54) +
        ` ${opened.ms.toFixed(1)} ms wall, ${
          opened.cpuMs.toFixed(1)
        } ms of processor, ${opened.result} spans`,
    );
  }
}

if (import.meta.main) {
  await startEngine();
  const root = new URL("..", import.meta.url).pathname;
  const cold = timed(() => loadGrammar(languageNamed("TypeScript")!)!.highlights());
  print(
    `TypeScript loaded for the first time: ${cold.ms.toFixed(0)} ms wall, ${
      cold.cpuMs.toFixed(0)
    } ms of processor`,
  );
  await bench("TypeScript", source(`${root}core`, ".ts"));
  await bench("Python", source(`${root}tests/fixtures/plugins`, ".py"));
  await firstFrame();
}
