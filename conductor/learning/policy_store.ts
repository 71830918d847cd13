/**
 * Where policies are kept: a few named files, each replaced as a whole or not at all.
 *
 * Ring: conductor, pure; the adapter for a folder is folder_policies.ts.
 *
 * @module
 */

export interface PolicyStorePort {
  /** The bytes kept under `name`; undefined where there are none. @throws SymphonyError `io` | `permission` */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Replaces them: durable when it resolves, the old ones until then. @throws SymphonyError `disk-full` | `io` */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Removing what is not there is harmless. */
  remove(name: string): Promise<void>;
  /** Sorted. */
  names(): Promise<readonly string[]>;
}

export class MemoryPolicies implements PolicyStorePort {
  readonly #files = new Map<string, Uint8Array>();

  read(name: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#files.get(name));
  }

  write(name: string, bytes: Uint8Array): Promise<void> {
    this.#files.set(name, Uint8Array.from(bytes));
    return Promise.resolve();
  }

  remove(name: string): Promise<void> {
    this.#files.delete(name);
    return Promise.resolve();
  }

  names(): Promise<readonly string[]> {
    return Promise.resolve([...this.#files.keys()].sort());
  }
}
