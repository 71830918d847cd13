/**
 * `symphony-editor replay FILE…`: replays recorded editing sessions through the text core and compares the text they end with.
 *
 * @module
 */

import { gunzipSync } from "node:zlib";
import { messageOf } from "../core/errors.ts";
import { prepareTrace, type Replay, type Trace } from "./text/trace.ts";

/** How long one file is replayed again and again for its figure, in ms, once it was replayed right. */
const MEASURE_MS = 1000;

/**
 * Replays each file (JSON, gzipped or not) and writes a line for it: ok or wrong, patches per second.
 * @param write takes a line without its end; default: standard output
 * @returns the exit code: 0 all right, 1 some text was wrong, 2 a file could not be read or replayed
 */
export async function replay(
  files: readonly string[],
  write: (line: string) => void = (line) => void Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`)),
): Promise<number> {
  if (files.length === 0) {
    write("Usage: replay FILE.json[.gz]…");
    return 2;
  }
  let code = 0;
  for (const file of files) {
    try {
      const { line, wrong } = replayText(await readTrace(file));
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

function replayText(value: Trace | Trace[]): { readonly line: string; readonly wrong: number } {
  const cases = Array.isArray(value) ? value : [value];
  const replays = cases.map(prepareTrace);
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
    const reason = "its patches fit only if its authors sort as they did when it was made";
    throw new Error(`${messageOf(error)}: ${reason}`, { cause: error });
  }
}
