/**
 * The cold tier: objects in an S3-compatible store, through aws4fetch, which signs requests. Objects are written whole, with
 * the SHA-256 of their content in the signature, so the store refuses what was damaged on the way; they are read in ranges.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { AwsClient } from "aws4fetch";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import type { ColdTarget } from "../../core/ports/retention.ts";

/** A request that takes longer has failed. */
const TIMEOUT_MS = 60_000;

/** Gives the value of an environment variable. */
export type Environment = (name: string) => string | undefined;

export class ColdStore {
  readonly #target: ColdTarget;
  readonly #client: AwsClient;

  /** @throws SymphonyError `permission` where the keys are not in the environment */
  constructor(target: ColdTarget, environment: Environment) {
    this.#target = target;
    const key = (name: string): string => {
      const value = environment(name);
      if (value !== undefined && value !== "") return value;
      throw new SymphonyError("permission", `Cannot reach the cold tier: the environment has no ${name}`, {
        hint: `Set ${target.keyIdFrom} and ${target.secretFrom}`,
      });
    };
    this.#client = new AwsClient({
      accessKeyId: key(target.keyIdFrom),
      secretAccessKey: key(target.secretFrom),
      service: "s3",
      region: target.region,
      retries: 3,
    });
  }

  /** Stores an object, and looks whether it is there as a whole. @throws SymphonyError `permission` | `io` */
  async put(name: string, bytes: Uint8Array): Promise<void> {
    const sha256 = createHash("sha256").update(bytes).digest();
    await this.#send("store", name, {
      method: "PUT",
      body: new Uint8Array(bytes),
      headers: {
        "x-amz-content-sha256": sha256.toString("hex"),
        "content-md5": Buffer.from(createHash("md5").update(bytes).digest()).toString("base64"),
        "content-type": "application/octet-stream",
      },
    });
    const size = await this.size(name);
    if (size !== bytes.length) {
      throw new SymphonyError(
        "io",
        `Cannot store "${name}" in the cold tier: it has ${size} of ${bytes.length} bytes there`,
      );
    }
  }

  /** Bytes of an object. @throws SymphonyError `not-found` | `permission` | `io` */
  async get(name: string, offset: number, length: number): Promise<Uint8Array> {
    const range = `bytes=${offset}-${offset + length - 1}`;
    const response = await this.#send("read", name, { headers: { range } });
    const bytes = new Uint8Array(await response.arrayBuffer());
    // A store that knows no ranges gives everything.
    const part = response.status === 206 ? bytes : bytes.subarray(offset, offset + length);
    if (part.length === length) return part;
    throw new SymphonyError("corrupt", `Cannot read "${name}" from the cold tier: it is shorter than it was`);
  }

  /** The size of an object; undefined where there is none. @throws SymphonyError `permission` | `io` */
  async size(name: string): Promise<number | undefined> {
    try {
      const response = await this.#send("look at", name, { method: "HEAD" });
      return Number(response.headers.get("content-length"));
    } catch (error) {
      if (error instanceof SymphonyError && error.code === "not-found") return undefined;
      throw error;
    }
  }

  /** Removes an object, if it is there. @throws SymphonyError `permission` | `io` */
  async remove(name: string): Promise<void> {
    const response = await this.#send("remove", name, { method: "DELETE" });
    await response.body?.cancel();
  }

  async #send(action: string, name: string, init: RequestInit): Promise<Response> {
    const { endpoint, bucket, prefix } = this.#target;
    const path = `${prefix}${name}`.split("/").map(encodeURIComponent).join("/");
    const fail = (code: "permission" | "not-found" | "io", found: string, cause?: unknown) =>
      new SymphonyError(code, `Cannot ${action} "${name}" in the cold tier ${endpoint}/${bucket}: ${found}`, {
        cause,
      });
    let response: Response;
    try {
      response = await this.#client.fetch(`${endpoint}/${bucket}/${path}`, {
        ...init,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (cause) {
      throw fail("io", messageOf(cause), cause);
    }
    if (response.ok) return response;
    const text = (await response.text().catch(() => "")).slice(0, 500);
    const said = /<Message>([^<]*)/.exec(text)?.[1] ?? `status ${response.status}`;
    if (response.status === 404) throw fail("not-found", said);
    throw fail(response.status === 401 || response.status === 403 ? "permission" : "io", said);
  }
}
