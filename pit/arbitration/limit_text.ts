/**
 * Limits as a person writes them: `4` of something at once, `60/min`, `90k/min burst 20k`.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { checkPoolLimit } from "../pool/bound_limits.ts";
import type { Capacity } from "./limits.ts";
import type { Rate } from "./rate.ts";
import { isWeight, readWeight } from "./user_weights.ts";

const PER_MINUTE: Readonly<Record<string, number>> = { s: 60, min: 1, h: 1 / 60, day: 1 / 1_440 };
const TIMES: Readonly<Record<string, number>> = { "": 1, k: 1e3, M: 1e6, G: 1e9 };
/** More of anything is a slip of the hand, and less as well. */
const [MOST, LEAST] = [1e15, 1e-9];
const MINUTES_A_DAY = 1440;
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
  const value = numberOf(amount, times);
  const atOnce = burst === undefined ? value : numberOf(burst, burstTimes);
  if (value === undefined || atOnce === undefined) throw wrong(kind, text, "");
  if (per === "day" && atOnce > value) throw wrong(kind, text, `; no more than ${value} go out in a day`);
  const limit: Capacity | Rate = per === undefined
    ? { total: value }
    : per === "day"
    ? dailyRate(value, atOnce)
    : { perMinute: value * (PER_MINUTE[per] as number), burst: atOnce };
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

/** In no 24 hours more than `most` where less than that goes out at once, and else in no day of the calendar. */
function dailyRate(most: number, burst: number): Rate {
  if (burst === most) return { perMinute: most / MINUTES_A_DAY, burst, isDaily: true };
  return { perMinute: (most - burst) / MINUTES_A_DAY, burst };
}

function numberOf(digits: string | undefined, times: string): number | undefined {
  const value = digits === undefined ? NaN : Number(digits) * (TIMES[times] as number);
  return value >= LEAST && value <= MOST ? value : undefined;
}

function wrong(kind: string, text: string, more: string): SymphonyError {
  return new SymphonyError(
    "bad-input",
    `Cannot limit ${kind} to "${
      text.slice(0, 80)
    }": expected a number above 0, at most ${MOST}, such as 4, 60/min or 90k/min burst 20k${more}`,
  );
}
