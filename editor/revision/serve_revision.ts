/**
 * Serves one client of the revision protocol until it is gone.
 *
 * @module
 */

import { VERSION } from "../../core/version.ts";
import type { Journal } from "../journal/journal.ts";
import { lazyLanguageMethods } from "../lsp/lazy_methods.ts";
import type { LazyLanguages } from "../lsp/lazy_languages.ts";
import { lazyStructureMethods } from "../structure/lazy_structure.ts";
import type { TreeSource } from "../structure/local_structure.ts";
import type { ByteChannel } from "./byte_channel.ts";
import type { Desk } from "./desk.ts";
import { LineTransport } from "./line_transport.ts";
import { RevisionSession } from "./session.ts";

/** Resolves when the client is gone and what it held is let go. */
export function serveRevision(
  channel: ByteChannel,
  desk: Desk,
  journal: Journal | undefined,
  languages?: LazyLanguages,
  trees?: TreeSource,
  onBegin: () => void = () => {},
): Promise<void> {
  return new Promise((onEnd) => {
    new RevisionSession(desk, new LineTransport(channel, "server"), {
      version: VERSION,
      session: journal?.session,
      async adopt(sessions) {
        const adopted: number[] = [];
        for (const session of sessions) adopted.push(...await journal?.left.adopt(session) ?? []);
        return adopted;
      },
      arrived: (id) => journal?.left.arrived(id),
      restored: (id) => journal?.left.restored(id) ?? Promise.resolve(undefined),
      optional(tell: (method: string, params: object) => void) {
        const language = languages?.isOn === true
          ? lazyLanguageMethods(desk, languages, trees, tell)
          : undefined;
        const structure = trees === undefined ? undefined : lazyStructureMethods(desk, trees);
        return {
          capabilities: [
            ...(language === undefined ? [] : ["language"]),
            ...(structure === undefined ? [] : ["structure"]),
          ],
          handlers: { ...language?.handlers, ...structure },
          [Symbol.dispose]: () => language?.[Symbol.dispose](),
        };
      },
      onBegin,
      onEnd,
    });
  });
}
