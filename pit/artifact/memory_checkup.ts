/**
 * Checkup and encryption where everything is in memory: nothing lies anywhere that could be damaged or read by others.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { ArtifactPort } from "../../core/ports/artifact.ts";
import type { ArtifactCheckupPort, CheckupFinding } from "../../core/ports/artifact_checkup.ts";
import type { ArtifactEncryptionPort } from "../../core/ports/artifact_encryption.ts";

/** ArtifactCheckupPort over artifacts in memory. */
export class MemoryCheckup implements ArtifactCheckupPort {
  readonly #artifacts: ArtifactPort;

  constructor(artifacts: ArtifactPort) {
    this.#artifacts = artifacts;
  }

  async *check(): AsyncIterable<CheckupFinding> {
    for await (const { id, fault } of this.#artifacts.verify()) {
      yield { kind: fault, what: `artifact ${id}: its content has changed`, artifact: id, runs: [] };
    }
  }
}

/** ArtifactEncryptionPort that refuses. */
export class MemoryEncryption implements ArtifactEncryptionPort {
  status(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  encrypt(): Promise<never> {
    return this.#refuse();
  }

  rotate(): Promise<never> {
    return this.#refuse();
  }

  changeSecret(): Promise<never> {
    return this.#refuse();
  }

  decrypt(): Promise<never> {
    return this.#refuse();
  }

  #refuse(): Promise<never> {
    return Promise.reject(
      new SymphonyError("unsupported", "Cannot encrypt artifacts that are only in memory"),
    );
  }
}
