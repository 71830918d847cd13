/**
 * Stores in folders that go away with the test.
 *
 * @module
 */

import { openStore, type Store } from "../../pit/store.ts";

/** A folder that is removed when disposed. */
export function temporaryFolder(): { readonly path: string } & AsyncDisposable {
  const path = Deno.makeTempDirSync({ prefix: "symphony-pit-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** A port over a store of its own, with what disposes of both. */
export async function overTemporaryStore<T>(
  make: (store: Store, folder: string) => T,
): Promise<{ readonly port: T } & AsyncDisposable> {
  const folder = temporaryFolder();
  const store = await openStore(folder.path);
  return {
    port: make(store, folder.path),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
