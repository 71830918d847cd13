/**
 * A real S3 server on this machine, for tests of the cold tier.
 *
 * @module
 */

import S3rver from "s3rver";
import type { ColdTarget } from "../../core/ports/retention.ts";

export interface S3Server extends AsyncDisposable {
  readonly target: ColdTarget;
  /** Files of the objects, by name. */
  objects(): readonly string[];
  /** Where an object's bytes are. */
  path(name: string): string;
  stop(): Promise<void>;
}

/** Environment variables with the server's keys. */
export const s3Keys = (name: string) => name === "TEST_KEY" || name === "TEST_SECRET" ? "S3RVER" : undefined;

/** Starts a server with one empty bucket. */
export async function s3Server(): Promise<S3Server> {
  const folder = await Deno.makeTempDir({ prefix: "symphony-s3-" });
  const server = new S3rver({
    address: "127.0.0.1",
    port: 0,
    silent: true,
    directory: folder,
    configureBuckets: [{ name: "attic" }],
  });
  const { port } = await server.run();
  let isStopped = false;
  const stop = async () => {
    if (isStopped) return;
    isStopped = true;
    const closed = server.close();
    // Else it waits until connections that are kept for later have been idle long enough.
    server.httpServer.closeAllConnections();
    await closed;
  };
  return {
    target: {
      endpoint: `http://127.0.0.1:${port}`,
      bucket: "attic",
      region: "us-east-1",
      prefix: "symphony/",
      keyIdFrom: "TEST_KEY",
      secretFrom: "TEST_SECRET",
    },
    objects: () => {
      try {
        return [...Deno.readDirSync(`${folder}/attic/symphony`)].map(({ name }) => name)
          .filter((name) => name.endsWith("_object"));
      } catch {
        return [];
      }
    },
    path: (name) => `${folder}/attic/symphony/${name}`,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
