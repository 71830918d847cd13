/**
 * `symphony-editor replay [--order ORDER.json] FILE…`: replays recorded editing sessions through the text core and compares the text they end with.
 *
 * @module
 */

import { gunzipSync } from "node:zlib";
import { messageOf } from "../core/errors.ts";
import { prepareTrace, type Replay, type Trace } from "./text/trace.ts";

const USAGE = `usage: replay [--order ORDER.json] FILE.json[.gz]…

ORDER.json is for sessions whose authors' names are lost: the numbers of the transactions that inserted where others did, in the order
in which they stand there.`;

/** How long one file is replayed again and again for its figure, in ms, once it was replayed right. */
const MEASURE_MS = 1000;

/**
 * Replays each file (JSON, gzipped or not) and writes a line for it: ok or wrong, patches per second.
 * @param write takes a line without its end; default: standard output
 * @returns the exit code: 0 all right, 1 some text was wrong, 2 a file could not be read or replayed
 */
export async function replay(
  words: readonly string[],
  write: (line: string) => void = (line) => void Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`)),
): Promise<number> {
  let code = 0;
  let order: readonly number[] = [];
  if (words.length === 0) {
    write(USAGE);
    return 2;
  }
  for (let at = 0; at < words.length; at++) {
    const file = words[at]!;
    try {
      if (file === "--order") {
        order = await readOrder(words[++at]);
        continue;
      }
      const { line, wrong } = replayText(await readTrace(file), order);
      write(`${wrong === 0 ? "ok   " : "WRONG"} ${file}  ${line}`);
      if (wrong > 0) code = Math.max(code, 1);
    } catch (error) {
      write(`ERROR ${file}  ${messageOf(error)}`);
      code = 2;
    }
  }
  return code;
}

async function readTrace(file: string): Promise<Trace | Trace[]> {
  const bytes = await Deno.readFile(file);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const value: unknown = JSON.parse(new TextDecoder().decode(isGzip ? gunzipSync(bytes) : bytes));
  const cases = Array.isArray(value) ? value : [value];
  for (const [at, trace] of cases.entries()) {
    if (typeof trace?.endContent !== "string" || !Array.isArray(trace?.txns)) {
      throw new TypeError(
        `Expected a trace with "endContent" and "txns", or a list of them; case ${at} has none`,
      );
    }
  }
  return cases.length === 1 ? cases[0] as Trace : cases as Trace[];
}

/** Which transactions come first where several inserted at one place: a list of their numbers. */
async function readOrder(file: string | undefined): Promise<readonly number[]> {
  if (file === undefined) throw new TypeError(`Expected a file after "--order"`);
  const order: unknown = JSON.parse(await Deno.readTextFile(file));
  if (!Array.isArray(order) || !order.every((txn) => Number.isInteger(txn))) {
    throw new TypeError("Expected a list of numbers of transactions");
  }
  return order;
}

function replayText(
  value: Trace | Trace[],
  order: readonly number[],
): { readonly line: string; readonly wrong: number } {
  const cases = Array.isArray(value) ? value : [value];
  const replays = cases.map((one) => prepareTrace(one, order));
  const wrong = replays.filter((one) => !isRight(one)).length;
  const patches = replays.reduce((sum, one) => sum + one.patches, 0);
  const times: number[] = [];
  for (let spent = 0; spent < MEASURE_MS && times.length < 100;) {
    const began = performance.now();
    for (const one of replays) one.run();
    times.push(performance.now() - began);
    spent += times.at(-1)!;
  }
  times.sort((a, b) => a - b);
  const perSecond = patches / (times[times.length >> 1]! / 1000);
  const count = cases.length === 1 ? "" : `${cases.length - wrong} of ${cases.length} cases right, `;
  return {
    line: `${count}${patches} patches, ${Math.round(perSecond).toLocaleString("en")} patches/s`,
    wrong,
  };
}

/** @throws Error where the patches do not fit the text they were made for */
function isRight(replay: Replay): boolean {
  try {
    return replay.run().text.toString() === replay.expected;
  } catch (error) {
    if (!replay.isConcurrent) throw error;
    // So it is with sessions whose authors' names were replaced by numbers: which of two inserts at one place comes first is lost.
    const reason = "its patches fit only if its authors sort as they did when it was made (--order)";
    throw new Error(`${messageOf(error)}: ${reason}`, { cause: error });
  }
}
