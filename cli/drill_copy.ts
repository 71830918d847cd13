/**
 * `runs drill-copy`: the process that a drill kills. It carries out a copy of a run in a data folder of its own; what
 * would cost, write or leave the machine is answered as the run recorded it. A person's answers are given again too.
 *
 * @module
 */

import { SymphonyError } from "../core/errors.ts";
import { isNodeId, runId } from "../core/ids.ts";
import { own } from "../core/json.ts";
import { EarlierRun } from "../core/orchestration/earlier_run.ts";
import type { UserCommand } from "../core/orchestration/command.ts";
import type { RunEvent } from "../core/orchestration/event.ts";
import { RecordedCalls } from "../core/orchestration/recorded_calls.ts";
import type { LiveEvent, RunHandle } from "../core/orchestration/run_handle.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { durableLine } from "./event_line.ts";
import { sessionOptions } from "./flags.ts";
import { LineWriter } from "./line_writer.ts";
import type { CliServices } from "./services.ts";
import { loadValue } from "./stored_values.ts";

/** Starts the copy, or goes on with it where there is one. */
export async function drillCopyCommand(services: CliServices, args: Arguments): Promise<number> {
  const [from = "", into = ""] = args.positionals.slice(1);
  await using source = await services.openStore(from);
  const earlier = await EarlierRun.read(source.pit.dag, source.pit.artifacts, runId(args.positional(0)));
  const held = args.value("hold");
  if (held !== undefined && !isNodeId(held)) throw new SymphonyError("bad-id", `Cannot hold "${held}"`);
  const { clock } = services;
  await using session = await services.openSession({
    ...sessionOptions(services, args),
    data: into,
    wrap: (extensions) =>
      new RecordedCalls(extensions, earlier, {
        clock,
        load: (ref) => loadValue(source.pit.artifacts, ref),
        held,
      }),
  });
  // What may be done for real is said there.
  await session.extensions.describe();
  const lines = new LineWriter(services.stdout);
  const waiting: WaitingEvent[] = [];
  const listener = ({ durable, event }: LiveEvent) => {
    if (!durable) return;
    lines.write(durableLine(earlier.run, event));
    if (event.type === "node.waiting") waiting.push(event);
  };
  let { state, outputs } = await (await beginCopy(session, earlier, listener)).done;
  // Where it waits for a person only, what was said then is said again.
  while (state === "waiting-for-input") {
    let taken = 0;
    for (const event of waiting.splice(0)) {
      const command = answerOf(earlier, event);
      if (command !== undefined && (await session.runner.command(earlier.run, command)).ok) taken++;
    }
    if (taken === 0) break;
    ({ state, outputs } = await (await session.runner.resume(earlier.run, listener)).done);
  }
  lines.write(`${JSON.stringify({ type: "drill.ended", state, outputs })}\n`);
  await lines.flush();
  return exitCodes.completed;
}

type WaitingEvent = Extract<RunEvent, { readonly type: "node.waiting" }>;

/** What the run was told at this place; undefined where nothing is known. */
function answerOf(earlier: EarlierRun, event: WaitingEvent): UserCommand | undefined {
  const result = earlier.result(event.scope ?? "", event.node, event.item ?? -1);
  if (result === undefined || !("value" in result.output)) return undefined;
  const { value } = result.output;
  if (event.for.kind === "signal") {
    return { type: "signal", signal: event.for.signal, value: own(value, "value") ?? null };
  }
  if (event.for.kind !== "approval") return undefined;
  const approved = result.port !== "rejected";
  const said = own(value, approved ? "approved" : "rejected");
  const input = { approved, value: own(said, "value") ?? null, by: String(own(said, "by") ?? "drill") };
  const where = event.item === undefined ? {} : { item: event.item };
  return { type: "provide-input", node: event.node, ...where, input };
}

async function beginCopy(
  session: Awaited<ReturnType<CliServices["openSession"]>>,
  earlier: EarlierRun,
  listener: (event: LiveEvent) => void,
): Promise<RunHandle> {
  for await (const { run } of session.pit.dag.list()) return await session.runner.resume(run, listener);
  const { kept: { definition }, inputs, workspace, run } = earlier;
  // Nothing is written: RecordedCalls answers every call that would.
  return await session.runner.start({ definition, inputs, workspace, mayWrite: true, run }, listener);
}
