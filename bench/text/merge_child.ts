/**
 * Sessions of authors who did not always know of each other, merged event by event as they come: this text core beside
 * diamond-types, which is given all events first and merges them at once, the way it is quickest.
 *
 * @module
 */

import { prepareTrace } from "../../editor/text/trace.ts";
import { print } from "../tail.ts";
import { concurrentTrace } from "./trace_files.ts";

const RUNS = 12;

function quickest(act: () => string, expected: string): { best: number; isRight: boolean } {
  const isRight = act() === expected;
  let best = Infinity;
  for (let run = 0; run < RUNS; run++) {
    const began = performance.now();
    act();
    best = Math.min(best, performance.now() - began);
  }
  return { best, isRight };
}

const { default: types } = await import("diamond-types-node");
for (const name of ["friendsforever"]) {
  const trace = concurrentTrace(name);
  if (trace === undefined) continue;
  const replay = prepareTrace(trace);
  const ours = quickest(() => replay.run().text.toString(), replay.expected);
  const theirs = quickest(() => {
    const log = new types.OpLog("none");
    const versions: Uint32Array[] = [];
    for (const { parents, agent, patches } of trace.txns) {
      log.setAgent(`agent ${agent}`);
      let version = Uint32Array.from(new Set(parents.flatMap((parent) => [...versions[parent]!]))).sort();
      for (const [at, remove, insert] of patches) {
        if (remove > 0) version = Uint32Array.of(log.del(at, remove, version));
        if (insert !== "") version = Uint32Array.of(log.ins(at, insert, version));
      }
      versions.push(version);
    }
    const branch = log.checkout();
    const text = branch.get();
    branch.free();
    log.free();
    return text;
  }, trace.endContent);
  const rate = (ms: number) => `${Math.round(replay.patches / ms).toLocaleString("en")} k patches/s`;
  print(`${name}, ${replay.patches} patches`);
  print(
    `  symphony TextDocument, as events come      ${rate(ours.best)}${ours.isRight ? "" : "   WRONG TEXT"}`,
  );
  print(
    `  diamond-types, all events, then one merge  ${rate(theirs.best)}${
      theirs.isRight ? "" : "   WRONG TEXT"
    }`,
  );
}
