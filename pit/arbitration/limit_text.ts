/**
 * Limits as a person writes them: `4` of something at once, `60/min`, `90k/min burst 20k`.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { checkPoolLimit } from "../pool/bound_limits.ts";
import type { Capacity, Rate } from "./limits.ts";
import { isWeight, readWeight } from "./user_weights.ts";

const PER_MINUTE: Readonly<Record<string, number>> = { s: 60, min: 1, h: 1 / 60, day: 1 / 1440 };
const TIMES: Readonly<Record<string, number>> = { "": 1, k: 1e3, M: 1e6, G: 1e9 };
const KIND = /^[a-z][a-z0-9-]*(?::(?:key:)?[a-z0-9][a-z0-9./-]*)?$/;
const LIMIT = /^([0-9]+(?:\.[0-9]+)?)([kMG]?)(?:\/(s|min|h|day)(?: burst ([0-9]+(?:\.[0-9]+)?)([kMG]?))?)?$/;

/** Reads a limit. @throws SymphonyError `bad-input` with what was found and what would be right */
export function readLimit(kind: string, text: string): Capacity | Rate {
  if (isWeight(kind)) return readWeight(kind, text);
  if (!KIND.test(kind)) {
    throw new SymphonyError(
      "bad-input",
      `Cannot limit "${
        kind.slice(0, 80)
      }": expected a kind such as cpu, memory, calls, calls:symphony/openai, tokens:key:openai or weight:ann`,
    );
  }
  const [, amount, times = "", per, burst, burstTimes = ""] = LIMIT.exec(text.trim()) ?? [];
  const value = Number(amount) * (TIMES[times] as number);
  if (amount === undefined || !(value > 0)) {
    throw new SymphonyError(
      "bad-input",
      `Cannot limit ${kind} to "${
        text.slice(0, 80)
      }": expected a number above 0 such as 4, 60/min or 90k/min burst 20k`,
    );
  }
  const limit = per === undefined ? { total: value } : {
    perMinute: value * (PER_MINUTE[per] as number),
    burst: burst === undefined ? value : Number(burst) * (TIMES[burstTimes] as number),
  };
  checkPoolLimit(kind, limit);
  if (per === undefined) return limit;
  if (/^(?:cpu|memory)(?::|$)/.test(kind)) {
    throw new SymphonyError(
      "bad-input",
      `Cannot limit ${kind} to "${text.slice(0, 80)}": it comes back when a call ends; expected ${
        kind.startsWith("cpu") ? "cores such as 2 or 0.5" : "bytes such as 4G or 512M"
      }`,
    );
  }
  return limit;
}
