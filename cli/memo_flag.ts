/** `--memo on|off`: kept results for all nodes of a run, whatever they say. @module */

import { SymphonyError } from "../core/errors.ts";
import type { ReuseRequest } from "../core/orchestration/reuse.ts";
import type { Arguments, Flag } from "./command.ts";
import { cleanLine } from "./text.ts";

export const memoFlag: Flag = {
  name: "memo",
  value: "on|off",
  summary: "take kept results for every node that may have them, instruments too, or for none",
};

/** What the flag asks for; nothing where it is absent. @throws SymphonyError `bad-input` */
export function readMemo(args: Arguments): Pick<ReuseRequest, "memo"> {
  const text = args.value("memo");
  if (text === undefined) return {};
  if (text === "on" || text === "off") return { memo: text };
  throw new SymphonyError("bad-input", `Cannot read --memo "${cleanLine(text)}": expected on or off`);
}
