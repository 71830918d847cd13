/**
 * Language servers as people use them, for tests only: installed from npm into a folder of their own, so that neither the program nor
 * a first start carries them.
 *
 * @module
 */

import { dirname } from "node:path";

const FOLDER = new URL("../../fixtures/lsp/servers/", import.meta.url).pathname;
const INSTALL_MS = 300_000;

let installed: Promise<readonly string[]> | undefined;

/** The folders that hold the servers' programs, after they were installed: for `LanguageOptions.path`. */
export function realServers(): Promise<readonly string[]> {
  return installed ??= install();
}

async function install(): Promise<readonly string[]> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["install", "--frozen", "--quiet"],
    cwd: FOLDER,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    signal: AbortSignal.timeout(INSTALL_MS),
  });
  const { success, stderr } = await command.output();
  if (!success) {
    throw new Error(`Cannot install the language servers for tests: ${new TextDecoder().decode(stderr)}`);
  }
  // Deno's own server, wherever this one runs from.
  return [`${FOLDER}node_modules/.bin`, dirname(Deno.execPath())];
}
