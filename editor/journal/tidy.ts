/**
 * What dead processes have left, put in order: texts that were in no file become files where the person finds them, empty
 * folders go, and so does what nobody has asked for in a month.
 *
 * @module
 */

import { messageOf } from "../../core/errors.ts";
import { restoreLog } from "./restore.ts";
import { fileKey, type FoundLog, otherSessions, removeLog, SessionFolder } from "./session_folder.ts";

/** What nobody has opened for so long is removed. */
const KEPT_MS = 30 * 24 * 3_600_000;
/** A process that has died may be followed by its spare; what it left is left to that first. */
const SPARE_MS = 10_000;

export interface Tidied {
  /** Files that texts without one were saved to. */
  readonly rescued: readonly string[];
  readonly problems: readonly string[];
}

/** Goes through all journals but that of the session `own`; texts are rescued to the folder `rescue`. */
export async function tidyJournals(
  journals: string,
  own: string | undefined,
  rescue: string,
): Promise<Tidied> {
  const rescued: string[] = [];
  const problems: string[] = [];
  for (const name of otherSessions(journals, own)) {
    const dead = SessionFolder.claim(journals, name);
    if (dead === undefined) continue;
    try {
      for (const log of dead.logs()) {
        const age = ageOf(log.path);
        if (age > KEPT_MS) removeAll(log);
        else if (log.key === fileKey(undefined) && age > SPARE_MS) {
          rescued.push(await rescueText(log, rescue));
        }
      }
    } catch (error) {
      problems.push(messageOf(error));
    } finally {
      dead[Symbol.dispose]();
    }
  }
  return { rescued, problems };
}

/** Removes what was let go unsaved and not asked for in a month. */
export async function forgetLeft(left: string): Promise<void> {
  for await (const { name } of Deno.readDir(left)) {
    const path = `${left}/${name}`;
    if (ageOf(path) > KEPT_MS) await Deno.remove(path);
  }
}

async function rescueText(log: FoundLog, folder: string): Promise<string> {
  const { document } = await restoreLog(log.path);
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const when = new Date(Date.now() - ageOf(log.path)).toISOString().replace(/[:.]/g, "-");
  const path = `${folder}/untitled-${when}-${log.buffer}.txt`;
  await Deno.writeTextFile(path, document.text.toString(), { mode: 0o600 });
  removeAll(log);
  return path;
}

function removeAll({ path, older }: FoundLog): void {
  for (const each of [...older, path]) removeLog(each);
}

function ageOf(path: string): number {
  return Date.now() - (Deno.statSync(path).mtime?.getTime() ?? 0);
}
