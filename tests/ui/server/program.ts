/**
 * `symphony` in processes of its own, and sessions with it.
 *
 * @module
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { API_BASE } from "../../../ui/api/mod.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** `symphony` in a process of its own. */
export class Program implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;

  constructor(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "-q", "--no-prompt", "--unstable-worker-options", `${root}main.ts`, ...words],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
      env: { ...env },
    }).spawn();
    this.#lines = this.child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  async line(): Promise<string> {
    let text = "";
    while (!text.includes("\n")) {
      const { value, done } = await this.#lines.read();
      if (done) throw new Error(`it ended after: ${text}`);
      text += value;
    }
    return text.trim();
  }

  async kill(signal: Deno.Signal): Promise<Deno.CommandStatus> {
    try {
      this.child.kill(signal);
    } catch {
      // It has ended already.
    }
    await this.#lines.cancel().catch(() => undefined);
    return await this.child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill("SIGKILL");
  }
}

/** Opens a session with a one-time address. */
export async function sessionAt(
  address: string,
): Promise<{ readonly port: number; readonly cookie: string }> {
  const { origin, port, hash } = new URL(address);
  const response = await fetch(`${origin}${API_BASE}/session`, {
    method: "POST",
    headers: { origin, "content-type": "application/json" },
    body: JSON.stringify({ key: hash.slice("#t=".length) }),
  });
  await response.body?.cancel();
  assert.equal(response.status, 200);
  return { port: Number(port), cookie: (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "" };
}

/** Calls a route. */
export async function call(
  session: { readonly port: number; readonly cookie: string },
  route: string,
  body?: object,
) {
  const origin = `http://127.0.0.1:${session.port}`;
  const [method = "", path = ""] = route.split(" ");
  const response = await fetch(`${origin}${API_BASE}${path}`, {
    method,
    headers: { origin, cookie: session.cookie, "content-type": "application/json" },
    ...body === undefined ? {} : { body: JSON.stringify(body) },
  });
  return await response.json();
}
