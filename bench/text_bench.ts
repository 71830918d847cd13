/**
 * The text core beside its rivals: recorded editing sessions replayed, one engine a process, each final text compared; sessions of authors
 * who did not know of each other; a text of 100 MB; ten thousand carets; a line of 1.5 MB; a million keystrokes. Targets: first among all that keep history and can
 * merge; 100 MB and 10,000 carets like a small text. Run it with `deno run -A bench/text_bench.ts`; it takes some minutes.
 *
 * @module
 */

import { print } from "./tail.ts";
import { ENGINES } from "./text/engines.ts";
import { LARGE_ENGINES } from "./text/large_child.ts";

interface Result {
  readonly trace: string;
  readonly counts: boolean;
  readonly isRight: boolean;
  readonly best: number;
  readonly cpu: number;
}

/** What a child wrote; undefined where it failed or took longer than it may. */
async function child(file: string, args: readonly string[], limitMs = 240_000): Promise<string | undefined> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "-q",
      "--v8-flags=--expose-gc",
      new URL(`./text/${file}`, import.meta.url).pathname,
      ...args,
    ],
    stdin: "null",
    stderr: "inherit",
    signal: AbortSignal.timeout(limitMs),
  }).output();
  return success ? new TextDecoder().decode(stdout).trimEnd() : undefined;
}

const million = (rate: number) => `${(rate / 1e6).toFixed(rate < 1e6 ? 3 : 2)} M`;
const mean = (rates: readonly number[]) =>
  Math.exp(rates.reduce((sum, rate) => sum + Math.log(rate), 0) / rates.length);

print(
  "Sessions of one author: patches/s of the quickest run, and by processor time (a shared machine disturbs the first, not the second)\n",
);
let floor: number | undefined;
for (const [at, { name, keeps }] of ENGINES.entries()) {
  const written = await child("replay_child.ts", [`${at}`]);
  if (written === undefined) {
    print(`${name.padEnd(52)} failed, or took longer than four minutes`);
    continue;
  }
  const results = written.split("\n").map((row) => JSON.parse(row) as Result);
  const counted = results.filter((result) => result.counts);
  const best = mean(counted.map((result) => result.best));
  floor ??= best;
  const wrong = results.filter((result) => !result.isRight).map((result) => result.trace);
  print(
    `${name.padEnd(52)} ${million(best).padStart(8)}   ${(floor / best).toFixed(1).padStart(6)} × floor   ${
      keeps.padEnd(20)
    } ` +
      `by processor time ${million(mean(counted.map((result) => result.cpu)))}` +
      (wrong.length === 0 ? "" : `   WRONG TEXT: ${wrong.join(", ")}`),
  );
  print(`    ${results.map((result) => `${result.trace} ${million(result.best)}`).join("   ")}`);
}
print("\nSessions of several authors at once\n");
print(await child("merge_child.ts", []) ?? "failed");
print("\nA text of 100 MB\n");
for (const name of LARGE_ENGINES) {
  print(
    await child("large_child.ts", [name]) ?? `${name.padEnd(24)} failed, or took longer than four minutes`,
  );
}
print("the real xi-core         1,020 ms to the first update, 200 µs an insert, 1.1 MB a MB (xi-engine.md)");
print("");
print(await child("carets_child.ts", []) ?? "failed");
print("");
print(await child("history_child.ts", []) ?? "failed");
