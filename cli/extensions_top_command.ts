/** `extensions top`: what extensions use, now or in all sessions. @module */

import { type Arguments, exitCodes } from "./command.ts";
import type { ResourceReading } from "../core/ports/resource_monitor.ts";
import type { UsageRecord } from "./safety_desk.ts";
import { safetyOf } from "./safety_command.ts";
import type { CliServices } from "./services.ts";
import { cleanLine, table } from "./text.ts";

type Row = UsageRecord & Partial<Omit<ResourceReading, keyof UsageRecord>>;

/** A row an extension, what uses most CPU first. */
export async function extensionsTopCommand(services: CliServices, args: Arguments): Promise<number> {
  const data = services.dataFolder(args.value("data"));
  const desk = safetyOf(services);
  const isTotal = args.has("total");
  const found: readonly Row[] = isTotal ? await desk.usage(data, 0) : await desk.readings(data);
  if (args.has("json")) {
    await services.stdout.write(found.map((one) => `${JSON.stringify(one)}\n`).join(""));
    return exitCodes.completed;
  }
  const none = isTotal ? "No session has ended yet\n" : "No extension runs at this moment\n";
  const rows = found.toSorted((a, b) => b.cpuMs - a.cpuMs).map(rowOf);
  const head = [
    "extension",
    "CPU",
    "",
    isTotal ? "peak" : "memory",
    "calls",
    "failed",
    "messages",
    "network",
    "tokens",
  ];
  const width = services.stdout.isTerminal ? services.stdout.columns() : undefined;
  const lines = [[...head, "cost", "health", "warning"], ...rows];
  await services.stdout.write(rows.length === 0 ? none : table(lines, width));
  return exitCodes.completed;
}

function rowOf(one: Row): string[] {
  return [
    cleanLine(one.extension),
    `${(one.cpuMs / 1000).toFixed(1)} s`,
    one.cpuMsPerSec === undefined ? "" : `${(one.cpuMsPerSec / 10).toFixed(0)} %`,
    megabytes(one.memoryBytes ?? one.peakMemoryBytes),
    String(one.calls),
    String(one.failures),
    String(one.messages),
    megabytes(one.networkBytes),
    String(one.tokens),
    one.usd === 0 ? "" : `$${one.usd.toFixed(4)}`,
    one.health === undefined || one.health === "healthy" ? "" : one.health,
    cleanLine(one.warning ?? ""),
  ];
}

function megabytes(bytes: number): string {
  return bytes === 0 ? "0" : `${(bytes / 2 ** 20).toFixed(1)} MB`;
}
