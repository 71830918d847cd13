/** Pits in folders that go away with the test. @module */

import { type OpenPit, openPit, type PitSurroundings } from "../../pit/open_pit.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { Subject } from "../contracts/subject.ts";
import { noInstances } from "./no_instances.ts";
import { temporaryFolder } from "./temporary_store.ts";

/** A passphrase without waiting long for it. */
export const easySecret: PitSurroundings = {
  secret: {
    passphrase: () => Promise.resolve("correct horse battery staple"),
    fromKeyring: () => Promise.resolve(undefined),
    toKeyring: () => Promise.resolve(false),
  },
  newPassphrase: () => Promise.resolve("correct horse battery staple"),
  scryptCost: 2 ** 10,
};

/** A Pit in a folder of its own. */
export async function temporaryPit(
  clock: ClockPort,
  surroundings: PitSurroundings = easySecret,
): Promise<Subject<OpenPit>> {
  const folder = temporaryFolder();
  const pit = await openPit(folder.path, noInstances, clock, surroundings);
  return {
    port: pit,
    async [Symbol.asyncDispose]() {
      await pit[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
