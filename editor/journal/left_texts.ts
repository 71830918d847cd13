/**
 * Texts that dead processes have left: their logs become this process's own at once, which is only a rename; each is
 * read when somebody needs it.
 *
 * @module
 */

import { messageOf } from "../../core/errors.ts";
import type { BufferFiles } from "../buffer_files.ts";
import type { BufferHold, Buffers } from "../buffers.ts";
import { type RestoredText, restoreLog } from "./restore.ts";
import {
  fileKey,
  type FoundLog,
  leftLogs,
  logPath,
  mayHold,
  moveLog,
  otherSessions,
  removeLog,
  SessionFolder,
} from "./session_folder.ts";

export interface LeftTextsParts {
  /** The folder of all journals. */
  readonly journals: string;
  readonly buffers: Buffers;
  readonly files: BufferFiles;
  /** This process's own folder. */
  session(): SessionFolder;
  /** Told of a text before it is opened. */
  opening(restored: RestoredText): void;
  /** Told of a text that was opened from the log at `path`, which goes on. */
  opened(hold: BufferHold, restored: RestoredText, path: string): void;
  /** Told in words of what cannot be restored. */
  tell(message: string): void;
}

/** A log that is ours, and whose text nobody has asked for yet. */
interface Taken {
  readonly id: number;
  readonly key: string;
  /** Reads the log, once. */
  readonly hold: () => Promise<BufferHold | undefined>;
}

/** Someone who tidies may hold the session of a dead process for a moment, in milliseconds. */
const CLAIM_MS = 500;
const CLAIM_AGAIN_MS = 10;

export class LeftTexts {
  readonly #parts: LeftTextsParts;
  readonly #taken = new Map<number, Taken>();

  constructor(parts: LeftTextsParts) {
    this.#parts = parts;
  }

  /** Makes everything of a dead process this one's own; gives the numbers of the texts, for `restored`. */
  async adopt(session: string): Promise<readonly number[]> {
    if (session === this.#parts.session().name) return [];
    const dead = await this.#claim(session);
    if (dead === undefined) return [];
    try {
      return dead.logs().flatMap((log) => this.#take(log, log.buffer)?.id ?? []);
    } finally {
      dead[Symbol.dispose]();
    }
  }

  /** The text of an adopted log, opened under its number and held for whoever asks first; undefined where there is none. */
  async restored(id: number): Promise<BufferHold | undefined> {
    const taken = this.#taken.get(id);
    const hold = await taken?.hold();
    return this.#taken.get(id) === taken && this.#taken.delete(id) ? hold : undefined;
  }

  /** Resolves once an adopted text is open, for those who do not ask for its hold; undefined where it is, or there is none. */
  arrived(id: number): Promise<unknown> | undefined {
    return this.#taken.get(id)?.hold();
  }

  /** What was left of the file at `place`, opened and held; undefined where nothing was. */
  async ofFile(place: string): Promise<BufferHold | undefined> {
    const key = fileKey(place);
    const { journals } = this.#parts;
    for (const taken of this.#taken.values()) {
      const hold = taken.key === key ? await taken.hold() : undefined;
      if (hold !== undefined) return this.#parts.buffers.hold(hold.buffer);
    }
    for (const path of leftLogs(journals, key).reverse()) {
      const hold = await this.#takeAndRead({ path, key, older: [] });
      if (hold !== undefined) return hold;
    }
    for (const name of otherSessions(journals, this.#parts.session().name)) {
      if (!mayHold(journals, name, key)) continue;
      const dead = SessionFolder.claim(journals, name);
      if (dead === undefined) continue;
      try {
        for (const log of dead.logs()) {
          const hold = log.key === key ? await this.#takeAndRead(log) : undefined;
          if (hold !== undefined) return hold;
        }
      } finally {
        dead[Symbol.dispose]();
      }
    }
    return undefined;
  }

  async #takeAndRead(log: Pick<FoundLog, "path" | "key" | "older">): Promise<BufferHold | undefined> {
    const taken = this.#take(log, undefined);
    return taken === undefined ? undefined : await this.restored(taken.id);
  }

  /** Makes a log this process's own; undefined where another process was first. */
  #take(
    { path, key, older }: Pick<FoundLog, "path" | "key" | "older">,
    wanted: number | undefined,
  ): Taken | undefined {
    const { buffers } = this.#parts;
    const isFree = wanted !== undefined && buffers.get(wanted) === undefined && !this.#taken.has(wanted);
    const id = isFree ? buffers.reserve(wanted) : buffers.newId();
    const own = logPath(this.#parts.session().path, id, key, 0);
    try {
      for (const old of older) removeLog(old);
      moveLog(path, own);
    } catch {
      return undefined;
    }
    let opened: Promise<BufferHold | undefined> | undefined;
    const taken = { id, key, hold: () => opened ??= this.#open(id, key, own) };
    this.#taken.set(id, taken);
    return taken;
  }

  async #open(id: number, key: string, path: string): Promise<BufferHold | undefined> {
    const { buffers, files, journals } = this.#parts;
    let restored: RestoredText;
    try {
      restored = await restoreLog(path);
    } catch (error) {
      const aside = `${journals}/${key}.${crypto.randomUUID()}.unreadable`;
      await Deno.rename(path, aside).catch(() => undefined);
      this.#parts.tell(`${messageOf(error)}. The journal was put aside as "${aside}"`);
      return undefined;
    }
    const { document, person, file, language } = restored;
    this.#parts.opening(restored);
    const origin = { id, document, language, saved: file.onDisk, undoGroups: person };
    const hold = buffers.open(restored.path === undefined ? origin : { ...origin, path: restored.path });
    hold.buffer.markOnDisk(file.onDisk);
    this.#parts.opened(hold, restored, path);
    if (restored.path !== undefined) await files.restore(hold.buffer, file);
    return hold;
  }

  /** The session of a process that is known to be dead. */
  async #claim(session: string): Promise<SessionFolder | undefined> {
    const { journals } = this.#parts;
    for (let waitedMs = 0;; waitedMs += CLAIM_AGAIN_MS) {
      // A name from outside is only ever compared.
      if (!otherSessions(journals, undefined).includes(session)) return undefined;
      const dead = SessionFolder.claim(journals, session);
      if (dead !== undefined || waitedMs >= CLAIM_MS) return dead;
      await new Promise((resolve) => setTimeout(resolve, CLAIM_AGAIN_MS));
    }
  }
}
