/** What the commands about artifacts share: opening, numbers, times, bytes. @module */

import { SymphonyError } from "../core/errors.ts";
import type { ArtifactId } from "../core/ids.ts";
import type { ArtifactInfo } from "../core/ports/artifact.ts";
import type { Arguments } from "./command.ts";
import type { CliServices, Store } from "./services.ts";
import { cleanLine } from "./text.ts";

const DAY_MS = 86_400_000;

/** The data folder, with everything filed that runs left behind. */
export async function openLibrary(services: CliServices, args: Arguments): Promise<Store> {
  const store = await services.openStore(services.dataFolder(args.value("data")));
  await store.pit.library.filing.catchUp();
  return store;
}

/** One JSON value, or the text. */
export async function say(
  services: CliServices,
  args: Arguments,
  record: unknown,
  text: () => string,
): Promise<void> {
  await services.stdout.write(args.has("json") ? `${JSON.stringify(record)}\n` : text());
}

/** A number flag from `least` to `most`; undefined where it was not given. @throws SymphonyError `bad-input` */
export function numberFlag(
  args: Arguments,
  name: string,
  { least, most = Number.MAX_SAFE_INTEGER, isWhole = true }: {
    readonly least: number;
    readonly most?: number;
    readonly isWhole?: boolean;
  },
): number | undefined {
  const text = args.value(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  const isRight = text.trim() !== "" && value >= least && value <= most &&
    (!isWhole || Number.isInteger(value));
  if (isRight) return value;
  const kind = isWhole ? "a whole number" : "a number";
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  throw new SymphonyError(
    "bad-input",
    `Cannot read --${name} "${cleanLine(text)}": expected ${kind} ${range}`,
  );
}

/**
 * A time flag as Unix milliseconds: a date, a date with a time, or so long ago: `90m`, `36h`, `7d`.
 * @throws SymphonyError `bad-input`
 */
export function timeFlag(args: Arguments, name: string, now: number): number | undefined {
  const text = args.value(name);
  if (text === undefined) return undefined;
  const span = /^(\d+(?:\.\d+)?)([mhd])$/.exec(text);
  if (span !== null) {
    const unit = { m: 60_000, h: 3_600_000, d: DAY_MS }[span[2] as "m" | "h" | "d"];
    return now - Number(span[1]) * unit;
  }
  // A date alone means the person's own midnight.
  const time = /^\d{4}-\d{2}-\d{2}/.test(text)
    ? Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00` : text)
    : NaN;
  if (!Number.isNaN(time)) return time;
  throw new SymphonyError(
    "bad-input",
    `Cannot read --${name} "${
      cleanLine(text)
    }": expected a date as 2026-11-26, 2026-11-26T14:00, or 90m, 36h, 7d ago`,
  );
}

/** The content. @throws SymphonyError `not-found` | `corrupt` */
export async function bytesOf(store: Store, id: ArtifactId): Promise<Uint8Array> {
  const bytes = await store.pit.artifacts.get(id);
  if (bytes !== undefined) return bytes;
  throw new SymphonyError("not-found", `Cannot find artifact ${id}: its bytes are missing`);
}

/** An artifact as JSON shows it. */
export function artifactRecord(info: ArtifactInfo): Record<string, unknown> {
  return { ...info, createdAt: isoTime(info.createdAt) };
}

/** `2026-11-26T09:30:00.000Z`. */
export function isoTime(unixMs: number): string {
  return new Date(unixMs).toISOString();
}

/** The beginning of an id, as tables show it. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}
