/** `pool`: what the pools of this data folder's processes are like. @module */

import type { InstanceState, KindHealth, PoolHistoryPort, PoolStatus } from "../core/ports/pool.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { freeText, isAtWork, waitingCallsText } from "./sharing_text.ts";
import { localTime } from "./runs_list_command.ts";
import type { CliServices } from "./services.ts";
import { styleFor } from "./style.ts";
import { cleanLine, duration, size, table } from "./text.ts";

const MOVES = 10;

/** The pools, the newest process first. */
export async function poolCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await services.openStore(services.dataFolder(args.value("data")));
  if (args.has("moves")) return await movesCommand(services, store, args.has("json"));
  const statuses = await store.pools.statuses();
  const shown = args.has("all") ? statuses : statuses.slice(0, 1);
  if (args.has("json")) {
    await services.stdout.write(shown.map((status) => `${JSON.stringify(status)}\n`).join(""));
    return exitCodes.completed;
  }
  const style = styleFor(services, services.stdout);
  const now = services.clock.now();
  const parts = shown.map((status) => statusText(status, now, (text) => style("bold", text)));
  await services.stdout.write(
    parts.length === 0 ? "No pool has held an instance in this data folder\n" : parts.join("\n"),
  );
  return exitCodes.completed;
}

/** Every move that is kept, the oldest first. */
async function movesCommand(
  services: CliServices,
  { pools }: { readonly pools: PoolHistoryPort },
  asJson: boolean,
): Promise<number> {
  let isEmpty = true;
  for await (const move of pools.moves()) {
    isEmpty = false;
    const { at, process, extension, from, to, reason } = move;
    const pid = process.split("-").at(-1);
    const words = `${localTime(at)}  ${pid}  ${cleanLine(extension)}  ${from} → ${to}  ${cleanLine(reason)}`;
    await services.stdout.write(`${asJson ? JSON.stringify(move) : words}\n`);
  }
  if (isEmpty && !asJson) await services.stdout.write("No instance has moved in this data folder\n");
  return exitCodes.completed;
}

function statusText(status: PoolStatus, now: number, bold: (text: string) => string): string {
  const { counters, health } = status;
  const end = status.endedAt !== undefined
    ? `ended after ${duration(status.endedAt - status.startedAt)}`
    : isAtWork(status, now)
    ? "at work"
    : "gone";
  const asked = counters.hits + counters.misses;
  const rate = asked === 0 ? "" : `, ${Math.round(100 * counters.hits / asked)} % at once`;
  const lines = [
    bold(`Process ${status.pid}, since ${localTime(status.startedAt)}, ${end}`),
    `${asked} leases${rate}; ${counters.coldStarts} cold starts, ${counters.coldStartsAvoided} avoided by ${counters.prewarmed} started ahead; ` +
    `${counters.evictions} evicted, ${counters.failures} failed; ${duration(counters.loadMs)} spent starting`,
    ...boundsText(status),
  ];
  const healthOf = new Map<string, KindHealth>(health.map((one) => [one.extension, one]));
  const rows = [...byExtension(status)].map(([extension, states]) => {
    const { state, reason, calls, meanMs, memoryBytes = 0 } = healthOf.get(extension) ??
      { state: "unknown", reason: "", calls: 0, meanMs: 0 };
    return [
      cleanLine(extension),
      [...states].map(([name, count]) => count === 1 ? name : `${count} ${name}`).join(", "),
      calls === 0 ? "" : `${calls} calls, mean ${duration(meanMs)}`,
      memoryBytes > 0 ? size(memoryBytes) : "",
      state === "healthy" || state === "unknown" ? state : cleanLine(`${state}: ${reason}`),
    ];
  });
  const moves = status.moves.slice(-MOVES).map(({ at, extension, from, to, reason }) => [
    `  ${localTime(at)}`,
    cleanLine(extension),
    `${from} → ${to}`,
    cleanLine(reason),
  ]);
  const { limits = [], waiting = [] } = isAtWork(status, now) ? status : {};
  const shared = table(limits.map((limit) => [`  ${cleanLine(limit.kind)}`, freeText(limit)]));
  const sharing = limits.length === 0 ? "" : `Shared by its calls\n${shared}`;
  return `${lines.join("\n")}\n${table(rows)}${sharing}${waitingCallsText(waiting, now)}${
    moves.length === 0 ? "" : `Latest moves\n${table(moves)}`
  }`;
}

/** What an older program wrote down has no bounds. */
function boundsText({ bounds, endedAt }: Partial<PoolStatus>): string[] {
  if (bounds === undefined) return [];
  const { instances, mostInstances, memoryBytes, mostMemoryBytes } = bounds;
  // Where there is no bound, JSON has none either.
  const most = (value: number | null, text: string) => value === null ? "any number" : text;
  const counts = most(mostInstances, `${mostInstances}`);
  const bytes = most(mostMemoryBytes, size(mostMemoryBytes));
  if (endedAt !== undefined) return [`Room for ${counts} instances and ${bytes} of memory`];
  return [`${instances} of ${counts} instances, ${size(memoryBytes)} of ${bytes} of memory`];
}

function byExtension({ instances, health }: PoolStatus): Map<string, Map<InstanceState | "none", number>> {
  const found = new Map<string, Map<InstanceState | "none", number>>();
  for (const { extension } of health) found.set(extension, new Map());
  for (const { extension, state } of instances) {
    const states = found.get(extension) ?? new Map<InstanceState | "none", number>();
    found.set(extension, states.set(state, (states.get(state) ?? 0) + 1));
  }
  for (const states of found.values()) if (states.size === 0) states.set("none", 1);
  return found;
}
