/**
 * Schedules, files, git and the web as this machine has them.
 *
 * @module
 */

import { Cron } from "croner";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import type { HookServer, TriggerSourcePort } from "../../core/ports/trigger_source.ts";
import { digestText } from "./digest.ts";
import { listenForHooks } from "./hook_server.ts";

/** Files that count; a folder with more is looked at no further. */
const MOST_FILES = 20_000;
const PASSED_OVER: ReadonlySet<string> = new Set([".git", "node_modules"]);

/** TriggerSourcePort over Deno, git and croner. */
export class SystemTriggers implements TriggerSourcePort {
  nextMoment(expression: string, zone: string | undefined, after: number): number | undefined {
    try {
      const cron = new Cron(expression, { paused: true, ...(zone === undefined ? {} : { timezone: zone }) });
      return cron.nextRun(new Date(after))?.getTime();
    } catch (cause) {
      const where = zone === undefined ? "" : ` in "${zone}"`;
      throw new SymphonyError(
        "bad-input",
        `Cannot read the schedule "${expression}"${where}: ${messageOf(cause)}`,
        {
          cause,
          hint: 'Expected minute, hour, day, month and weekday, for example "0 9 * * MON-FRI"',
        },
      );
    }
  }

  async stateOf(path: string): Promise<string | undefined> {
    const lines: string[] = [];
    const info = await statOf(path);
    if (info === undefined) return undefined;
    if (info.isDirectory) await walk(path, lines);
    else lines.push(lineOf(path, info));
    return await digestText(lines.sort().join("\n"));
  }

  async commitOf(repository: string, branch: string): Promise<string | undefined> {
    const words = ["-C", repository, "rev-parse", "--verify", "--quiet", `refs/heads/${branch}`];
    try {
      const command = new Deno.Command("git", { args: words, stdin: "null", stderr: "null" });
      const { success, stdout } = await command.output();
      return success ? new TextDecoder().decode(stdout).trim() : undefined;
    } catch {
      return undefined;
    }
  }

  listen(port: number, hooks: Parameters<TriggerSourcePort["listen"]>[1]): Promise<HookServer> {
    return listenForHooks(port, hooks);
  }
}

async function walk(folder: string, lines: string[]): Promise<void> {
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (lines.length >= MOST_FILES) return;
      if (PASSED_OVER.has(entry.name)) continue;
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) await walk(path, lines);
      else if (entry.isFile) {
        const info = await statOf(path);
        if (info !== undefined) lines.push(lineOf(path, info));
      }
    }
  } catch (error) {
    // Removed while it was read: the next look sees what is left.
    if (!(error instanceof Deno.errors.NotFound)) throw ioError(folder, error);
  }
}

async function statOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw ioError(path, error);
  }
}

function lineOf(path: string, { size, mtime }: Deno.FileInfo): string {
  return `${path} ${size} ${mtime?.getTime() ?? 0}`;
}

function ioError(path: string, cause: unknown): SymphonyError {
  return new SymphonyError("io", `Cannot look at "${path}": ${messageOf(cause)}`, { cause });
}
