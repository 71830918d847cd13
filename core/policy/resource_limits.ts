/**
 * What an extension may use up, and when it is warned or ended: pure. Soft limits are a share of the hard ones.
 *
 * @module
 */

export interface ResourceLimits {
  /** Of its processes' memory, in bytes. */
  readonly memoryBytes?: number;
  /** Milliseconds of CPU a second, on average over `CPU_WINDOW_MS`. */
  readonly cpuMsPerSec?: number;
  /** In one session, both directions. */
  readonly networkBytes?: number;
  /** In one session, in and out. */
  readonly tokens?: number;
  /** In one session. */
  readonly usd?: number;
}

export interface ResourceUse {
  readonly memoryBytes: number;
  /** Undefined until it was watched for the whole window. */
  readonly cpuMsPerSec: number | undefined;
  readonly networkBytes: number;
  readonly tokens: number;
  readonly usd: number;
}

export const CPU_WINDOW_MS = 10_000;
/** The share of a limit from which on it warns. */
export const SOFT_SHARE = 0.8;

export interface LimitVerdict {
  readonly level: "warn" | "end";
  readonly resource: keyof ResourceLimits;
  readonly reason: string;
  /** True where it has used up what it had for the session, so that starting it again would not help. */
  readonly isFinal: boolean;
}

const words: Readonly<Record<keyof ResourceLimits, (amount: number) => string>> = {
  memoryBytes: (amount) => `${Math.round(amount / 2 ** 20)} MB of memory`,
  cpuMsPerSec: (amount) => `${Math.round(amount)} ms of CPU a second`,
  networkBytes: (amount) => `${(amount / 1e6).toFixed(1)} MB over the network`,
  tokens: (amount) => `${Math.round(amount)} tokens`,
  usd: (amount) => `$${amount.toFixed(4)}`,
};

/** The worst that is to be said of `use`; undefined while all is well. */
export function limitVerdict(use: ResourceUse, limits: ResourceLimits): LimitVerdict | undefined {
  let worst: LimitVerdict | undefined;
  for (const resource of Object.keys(words) as (keyof ResourceLimits)[]) {
    const [limit, amount] = [limits[resource], use[resource]];
    if (limit === undefined || amount === undefined || amount < limit * SOFT_SHARE) continue;
    const say = words[resource];
    const isFinal = resource !== "memoryBytes" && resource !== "cpuMsPerSec";
    if (amount > limit) {
      return {
        level: "end",
        resource,
        isFinal,
        reason: `It used ${say(amount)}, over its limit of ${say(limit)}`,
      };
    }
    worst ??= { level: "warn", resource, isFinal, reason: `It uses ${say(amount)} of ${say(limit)}` };
  }
  return worst;
}
