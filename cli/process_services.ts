/**
 * The operating system's side of the command line, on Deno. The only file of cli/ that knows the runtime.
 *
 * @module
 */

import { dirname, resolve } from "node:path";
import { statfsSync } from "node:fs";
import { userInfo } from "node:os";
import { SymphonyError } from "../core/errors.ts";
import { ReaderGone } from "./reader_gone.ts";
import type { Output, ProcessServices, SelfProcess } from "./services.ts";

/** The services of this process. */
export function processServices(): ProcessServices {
  const folder = Deno.cwd();
  const absolute = (path: string, base = folder) => resolve(base, path);
  return {
    args: Deno.args,
    env: (name) => Deno.env.get(name),
    loginName,
    stdout: outputTo(Deno.stdout),
    stderr: outputTo(Deno.stderr),
    folder,
    onInterrupt,
    exitNow: (code) => Deno.exit(code),
    readFile,
    writeFile,
    confirm,
    isFolder,
    absolute,
    programOutput,
    isInteractive: Deno.stdin.isTerminal(),
    readLine: lineReader(),
    freeSpace,
    makeTempFolder: (prefix) => Deno.makeTempDir({ prefix }),
    removeFolder: (path) => Deno.remove(path, { recursive: true }),
    startSelf,
    platform: `${Deno.build.os} ${Deno.build.arch}, Deno ${Deno.version.deno}, V8 ${Deno.version.v8}`,
  };
}

/** Who is logged in, where the system tells. */
export function loginName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

async function confirm(question: string): Promise<boolean | undefined> {
  if (!Deno.stdin.isTerminal() || !Deno.stdout.isTerminal()) return undefined;
  await Deno.stdout.write(new TextEncoder().encode(`${question} [y/N] `));
  const buffer = new Uint8Array(256);
  const size = await Deno.stdin.read(buffer) ?? 0;
  return /^y(es)?$/i.test(new TextDecoder().decode(buffer.subarray(0, size)).trim());
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

/** Lines of standard input, one at a time; a read that nobody waits for any more serves the next. */
function lineReader(): (signal: AbortSignal) => Promise<string | undefined> {
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(4096);
  let rest = "";
  let reading: Promise<number | null> | undefined;
  return async (signal) => {
    const stopped = new Promise<"stopped">((resolve) =>
      signal.addEventListener("abort", () => resolve("stopped"), { once: true })
    );
    for (;;) {
      const end = rest.indexOf("\n");
      if (end >= 0) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 1);
        return line;
      }
      if (signal.aborted) return undefined;
      reading ??= Deno.stdin.read(chunk).catch(() => null);
      const count = await Promise.race([reading, stopped]);
      if (count === "stopped") return undefined;
      reading = undefined;
      if (count === null) return undefined;
      rest += decoder.decode(chunk.subarray(0, count), { stream: true });
    }
  };
}

type Stream = typeof Deno.stdout;

function outputTo(stream: Stream): Output {
  let last: Promise<void> = Promise.resolve();
  const encoder = new TextEncoder();
  const consoleSize = () => {
    try {
      return Deno.consoleSize();
    } catch {
      return { columns: Number(Deno.env.get("COLUMNS")) || 80, rows: 24 };
    }
  };
  return {
    isTerminal: stream.isTerminal(),
    columns: () => consoleSize().columns || 80,
    rows: () => consoleSize().rows || 24,
    write(text) {
      const bytes = typeof text === "string" ? encoder.encode(text) : text;
      const written = last.then(() => writeAll(stream, bytes));
      last = written.catch(() => undefined);
      return written;
    },
  };
}

async function writeAll(stream: Stream, bytes: Uint8Array): Promise<void> {
  let from = 0;
  while (from < bytes.length) {
    try {
      from += await stream.write(bytes.subarray(from));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) throw new ReaderGone(error);
      throw error;
    }
  }
}

function onInterrupt(handler: () => void): () => void {
  const signals: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) Deno.addSignalListener(signal, handler);
  return () => {
    for (const signal of signals) Deno.removeSignalListener(signal, handler);
  };
}

function readFile(path: string): Uint8Array {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    throw fileError("read", path, error);
  }
}

async function writeFile(path: string, bytes: Uint8Array): Promise<void> {
  const beside = `${path}.${crypto.randomUUID().slice(0, 8)}.part`;
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    const file = await Deno.open(beside, { write: true, createNew: true });
    try {
      for (let from = 0; from < bytes.length;) from += await file.write(bytes.subarray(from));
      await file.sync();
    } finally {
      file.close();
    }
    await Deno.rename(beside, path);
  } catch (error) {
    await Deno.remove(beside).catch(() => undefined);
    throw fileError("write", path, error);
  }
}

function fileError(action: string, path: string, cause: unknown): SymphonyError {
  const [code, found] = cause instanceof Deno.errors.NotFound
    ? ["not-found", "there is no such file"] as const
    : cause instanceof Deno.errors.PermissionDenied || cause instanceof Deno.errors.NotCapable
    ? ["permission", "permission is denied"] as const
    : cause instanceof Deno.errors.IsADirectory ||
        (cause instanceof Error && /is a directory/i.test(cause.message))
    ? ["bad-input", "it is a folder, expected a file"] as const
    : cause instanceof Error && /no space left/i.test(cause.message)
    ? ["disk-full", "the disk is full"] as const
    : ["io", cause instanceof Error ? cause.message : String(cause)] as const;
  return new SymphonyError(code, `Cannot ${action} "${path}": ${found}`, { cause });
}

async function programOutput(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const command = new Deno.Command(program, { args: [...args], stdin: "null", stderr: "null" });
    const { success, stdout } = await command.output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}

/** What this program is started with besides its words; under `deno run` the flags of the tasks. */
function selfArguments(): readonly string[] {
  if (Deno.build.standalone) return [];
  const flags = ["-A", "-q", "--no-prompt", "--unstable-worker-options"];
  const backtracking = "--v8-flags=--enable-experimental-regexp-engine-on-excessive-backtracks";
  return ["run", ...flags, backtracking, Deno.mainModule];
}

function startSelf(words: readonly string[]): SelfProcess {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...selfArguments(), ...words],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return {
    lines: linesOf(child.stdout),
    errors: new Response(child.stderr).text().then(async (text) => {
      await child.status;
      return text;
    }),
    kill: () => {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended already.
      }
    },
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
  if (rest !== "") yield rest;
}

function freeSpace(path: string): number | undefined {
  for (let at = path;;) {
    try {
      const { bavail, bsize } = statfsSync(at);
      return Number(bavail) * Number(bsize);
    } catch {
      const above = dirname(at);
      if (above === at) return undefined;
      at = above;
    }
  }
}
