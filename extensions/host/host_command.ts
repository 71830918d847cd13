/**
 * How a host process is started: the executable and its arguments, and on POSIX a shell that sets limits first.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { SymphonyError } from "../../core/errors.ts";
import type { BootKind } from "./boot.ts";

const LINEAR = "--enable-experimental-regexp-engine-on-excessive-backtracks";

export interface HostCommand {
  readonly execPath: string;
  /** The arguments, given the core's address (`unix:PATH` or `pipe:PATH`) and what will be booted. */
  args(address: string, kind: BootKind): string[];
}

/** The hidden subcommand by which the compiled executable starts itself as a host. */
export const HOST_SUBCOMMAND = "__extension-host";

/** Starts hosts under `deno run`. */
export function denoHostCommand(): HostCommand {
  const main = fileURLToPath(new URL("./host_main.ts", import.meta.url));
  return {
    execPath: Deno.execPath(),
    args: (address, kind) => [
      "run",
      "--allow-all",
      "--no-prompt",
      "--no-config",
      "--no-lock",
      "--no-npm",
      "--no-remote",
      "--quiet",
      "--unstable-worker-options",
      // A regular expression that backtracks too much goes on in V8's linear-time engine. No code from texts, but where a
      // compartment, which is made from a text, refuses it to the extension.
      kind === "sealed"
        ? `--v8-flags=${LINEAR}`
        : `--v8-flags=--disallow-code-generation-from-strings,${LINEAR}`,
      main,
      address,
    ],
  };
}

/** Starts hosts from the compiled executable, whose flags are baked for all kinds; its workers refuse code from texts. */
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
  args: readonly string[],
  { command: { execPath }, memoryMb }: { readonly command: HostCommand; readonly memoryMb?: number },
): { exec: string; args: string[] } {
  if (Deno.build.os === "windows") return { exec: execPath, args: [...args] };
  const memory = Deno.build.os === "linux" && memoryMb !== undefined
    ? `ulimit -d ${(MEMORY_FLOOR_MB + memoryMb) * 1024}; `
    : "";
  const script = `${memory}ulimit -c 0; exec nice -n 10 "$0" "$@"`;
  return { exec: "/bin/sh", args: ["-c", script, execPath, ...args] };
}

let prlimit: Promise<boolean> | undefined;

/** True where the memory of a running process can be limited, or needs no limit of the system. */
export function canFence(): Promise<boolean> {
  if (Deno.build.os !== "linux") return Promise.resolve(true);
  return prlimit ??= succeeds("prlimit", ["--version"]);
}

/** Limits the data of a running process. @throws SymphonyError `extension` where that cannot be done */
export async function fence(pid: number, memoryMb: number): Promise<void> {
  if (Deno.build.os !== "linux") return;
  const bytes = (MEMORY_FLOOR_MB + memoryMb) * 2 ** 20;
  if (await succeeds("prlimit", ["--pid", String(pid), `--data=${bytes}:${bytes}`])) return;
  throw new SymphonyError("extension", "Cannot limit the memory of a host process: prlimit failed");
}

async function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  const options: Deno.CommandOptions = { args: [...args], stdin: "null", stdout: "null", stderr: "null" };
  return await new Deno.Command(program, options).output().then(({ success }) => success, () => false);
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
