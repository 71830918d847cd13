/**
 * The real program as a real process, for tests.
 *
 * @module
 */

const main = new URL("../../main.ts", import.meta.url).pathname;

export interface Finished {
  readonly code: number;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

/** One JSON line of `--json`. */
export interface JsonEvent {
  readonly type: string;
  readonly run: string;
  readonly node?: string;
  readonly item?: number;
  readonly attempt?: number;
  readonly seq?: number;
  readonly [field: string]: unknown;
}

/** The arguments that start the program under the Deno that runs the test. */
export function symphonyArgs(args: readonly string[]): string[] {
  return [
    "run",
    "-A",
    "-q",
    "--no-prompt",
    "--unstable-worker-options",
    "--v8-flags=--enable-experimental-regexp-engine-on-excessive-backtracks",
    main,
    ...args,
  ];
}

/** With `SYMPHONY_EXECUTABLE` it is that executable. */
function command(args: readonly string[], env: Record<string, string>, cwd?: string): Deno.Command {
  const executable = Deno.env.get("SYMPHONY_EXECUTABLE");
  return new Deno.Command(executable ?? Deno.execPath(), {
    args: executable === undefined ? symphonyArgs(args) : [...args],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...(cwd === undefined ? {} : { cwd }),
  });
}

/** Runs the program to its end. */
export async function symphony(
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string } = {},
): Promise<Finished> {
  const { code, signal, stdout, stderr } = await command(args, options.env ?? {}, options.cwd).output();
  return { code, signal, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

/** The events of a `--json` output; throws where a line is not JSON. */
export function jsonEvents(out: string): JsonEvent[] {
  return out.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as JsonEvent);
}

/**
 * Starts the program and kills it with SIGKILL once `shouldKill` says so of an event or `afterMs` have passed. Gives the
 * complete lines that came out before: what was acknowledged.
 */
export async function symphonyKilled(
  args: readonly string[],
  kill: { afterMs: number; shouldKill?: (event: JsonEvent) => boolean; env?: Record<string, string> },
): Promise<{ events: JsonEvent[]; wasKilled: boolean; err: string }> {
  const child = command(args, kill.env ?? {}).spawn();
  let wasKilled = false;
  const stop = () => {
    if (wasKilled) return;
    try {
      child.kill("SIGKILL");
      wasKilled = true;
    } catch {
      // It has ended by itself.
    }
  };
  const timer = setTimeout(stop, kill.afterMs);
  const err = new Response(child.stderr).text();
  const events: JsonEvent[] = [];
  let rest = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() as string;
    for (const line of lines) {
      const event = JSON.parse(line) as JsonEvent;
      events.push(event);
      if (kill.shouldKill?.(event) === true) stop();
    }
  }
  clearTimeout(timer);
  const status = await child.status;
  return { events, wasKilled: wasKilled && status.signal === "SIGKILL", err: await err };
}
