/** When logs are compacted by themselves, where a person says nothing. @module */

import type { LogPolicy } from "../ports/retention.ts";

export const defaultLogPolicy: Required<LogPolicy> = {
  enabled: true,
  endedForHours: 24,
  growsBeyondBytes: 32 * 2 ** 20,
};
