/**
 * Run control in memory, for tests and benches: one process, so a claim is a set.
 *
 * @module
 */

import type { RunId } from "../../core/ids.ts";
import type { UserCommand } from "../../core/orchestration/command.ts";
import type { RunClaim, RunControlPort } from "../../core/ports/run_control.ts";

/** RunControlPort that forgets everything with the process. */
export class MemoryRunControl implements RunControlPort {
  readonly #claims = new Map<RunId, RunClaim>();
  readonly #inbox = new Map<RunId, string[]>();

  claim(run: RunId): Promise<RunClaim | undefined> {
    if (this.#claims.has(run)) return Promise.resolve(undefined);
    const claim: RunClaim = {
      release: () => {
        if (this.#claims.get(run) === claim) this.#claims.delete(run);
        return Promise.resolve();
      },
    };
    this.#claims.set(run, claim);
    return Promise.resolve(claim);
  }

  isClaimed(run: RunId): Promise<boolean> {
    return Promise.resolve(this.#claims.has(run));
  }

  send(run: RunId, command: UserCommand): Promise<void> {
    const left = this.#inbox.get(run) ?? [];
    left.push(JSON.stringify(command));
    this.#inbox.set(run, left);
    return Promise.resolve();
  }

  receive(run: RunId): Promise<readonly UserCommand[]> {
    const left = this.#inbox.get(run) ?? [];
    this.#inbox.delete(run);
    return Promise.resolve(left.map((text) => JSON.parse(text) as UserCommand));
  }
}
