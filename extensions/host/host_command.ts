/**
 * How a host process is started: the executable and its arguments, and on POSIX a shell that sets limits first.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

export interface HostCommand {
  readonly execPath: string;
  /** The arguments, given the core's address (`unix:PATH` or `tcp:PORT`). */
  args(address: string): string[];
}

/** The hidden subcommand by which the compiled executable starts itself as a host. */
export const HOST_SUBCOMMAND = "__extension-host";

/** Starts hosts under `deno run`. */
export function denoHostCommand(): HostCommand {
  const main = fileURLToPath(new URL("./host_main.ts", import.meta.url));
  return {
    execPath: Deno.execPath(),
    args: (address) => [
      "run",
      "--allow-all",
      "--no-prompt",
      "--no-config",
      "--no-lock",
      "--no-npm",
      "--no-remote",
      "--quiet",
      "--unstable-worker-options",
      // No code from texts; and a regular expression that backtracks too much goes on in V8's linear-time engine.
      "--v8-flags=--disallow-code-generation-from-strings,--enable-experimental-regexp-engine-on-excessive-backtracks",
      main,
      address,
    ],
  };
}

/** Starts hosts from the compiled executable, in which the flags above are baked. */
export function compiledHostCommand(): HostCommand {
  return { execPath: Deno.execPath(), args: (address) => [HOST_SUBCOMMAND, address] };
}

/**
 * V8 and the runtime hold 1,087 MB of address space as data (44 MB of it resident) before an extension has any of its
 * own; with less than that V8 does not start.
 */
export const MEMORY_FLOOR_MB = 1216;

/** The process to start: with limits for memory, core dumps and priority where the system has them. */
export function limited(
  command: HostCommand,
  address: string,
  memoryMb: number,
): { exec: string; args: string[] } {
  const args = command.args(address);
  if (Deno.build.os === "windows") return { exec: command.execPath, args };
  const memory = Deno.build.os === "linux" ? `ulimit -d ${(MEMORY_FLOOR_MB + memoryMb) * 1024}; ` : "";
  const script = `${memory}ulimit -c 0; exec nice -n 10 "$0" "$@"`;
  return { exec: "/bin/sh", args: ["-c", script, command.execPath, ...args] };
}

/** What a host's environment holds: what the runtime needs to start, and the token. */
export function hostEnvironment(token: string): Record<string, string> {
  const environment: Record<string, string> = {
    SYMPHONY_HOST_TOKEN: token,
    DENO_NO_UPDATE_CHECK: "1",
    NO_COLOR: "1",
  };
  for (const name of ["PATH", "HOME", "DENO_DIR", "TMPDIR", "SYSTEMROOT", "TEMP", "LD_LIBRARY_PATH"]) {
    const value = Deno.env.get(name);
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
