/** Events of which each says by its content which it is. @module */

import { nodeId } from "../../../core/ids.ts";
import type { RunEvent } from "../../../core/orchestration/event.ts";

/** Event number `seq`; some 400 bytes that do not repeat much. */
export function eventAt(seq: number): RunEvent {
  let text = "";
  for (let mix = seq + 1; text.length < 300;) {
    mix = (mix * 48271) % 0x7fffffff;
    text += mix.toString(36);
  }
  return { type: "node.skipped", at: seq, node: nodeId("n"), reason: text };
}
