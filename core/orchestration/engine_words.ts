/**
 * What the log of a run says of each step, in words for a person: who was chosen and why, what was taken over and what was not,
 * what failed and what follows, what was asked and answered, what came out. Pure.
 *
 * @module
 */

import { isObject, type Json, own } from "../json.ts";
import type { Spent } from "../policy/spent.ts";
import type { RunEvent, ValueRef, WaitingFor } from "./event.ts";
import type { LoggedEvent } from "../ports/dag.ts";
import type { Usage } from "../ports/extension.ts";

export interface EngineWords {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly text: string;
}

/** A step as a line of the run's log. */
export interface EngineLine extends EngineWords {
  /** Unix milliseconds. */
  readonly at: number;
  /** Empty for the run itself. */
  readonly node: string;
  readonly scope?: string;
  readonly item?: number;
  readonly isEngine: true;
  /** Its place in the run's log. */
  readonly seq: number;
}

/** The line for one event; undefined for one that says nothing beside others. */
export function engineLine(event: LoggedEvent): EngineLine | undefined {
  const said = engineWords(event);
  if (said === undefined) return undefined;
  const { at, scope, seq } = event;
  const isOfNode = event.type.startsWith("node.") && "node" in event;
  const item = isOfNode && "item" in event ? event.item : undefined;
  return {
    at,
    node: isOfNode ? event.node ?? "" : "",
    ...(scope === undefined ? {} : { scope }),
    ...(item === undefined ? {} : { item }),
    ...said,
    isEngine: true,
    seq,
  };
}

/** The words for one event; undefined for one that says nothing beside others. */
export function engineWords(event: RunEvent): EngineWords | undefined {
  switch (event.type) {
    case "run.created":
      return event.scope === undefined
        ? info(
          `run of ${event.workflow} ${event.version}${event.isMock === true ? ", with made-up values" : ""}${
            event.proposes === true ? ", proposing its changes" : event.mayWrite ? ", may write" : ""
          }`,
        )
        : debug("body begun");
    case "run.started":
      return event.scope === undefined ? info("run started") : undefined;
    case "run.paused":
      return info(`run paused: ${event.reason}`);
    case "run.resumed":
      return info(event.budget === undefined ? "run resumed" : "run resumed with another budget");
    case "run.completed":
      return event.scope === undefined
        ? info(
          `run completed${event.degraded.length === 0 ? "" : `, without ${event.degraded.join(", ")}`}; ${
            sizeOf(event.outputs)
          } of outputs`,
        )
        : debug("body completed");
    case "run.failed":
      return error(
        `${event.scope === undefined ? "run" : "body"} failed${
          event.node === undefined ? "" : ` at ${event.node}`
        }: ${event.failure.message}`,
      );
    case "run.cancelled":
      return event.scope === undefined ? warn(`run cancelled: ${event.reason}`) : undefined;
    case "run.moved":
      return info(
        `run moved to version ${event.version}; ${countOf(event.reset.length, "node")} begun again`,
      );
    case "nodes.reset":
      return info(`begun again: ${event.nodes.join(", ")}`);
    case "node.expanded":
      return info(`has ${countOf(event.count, "item")}`);
    case "node.started":
      return started(event);
    case "node.completed":
      return completed(event);
    case "node.retrying": {
      const seconds = Math.max(0, event.dueAt - event.at) / 1000;
      const next = event.recovery === undefined
        ? `tries again in ${seconds.toFixed(1)} s`
        : `${event.recovery.action}${
          event.recovery.instrument === undefined ? "" : ` to ${event.recovery.instrument}`
        } in ${seconds.toFixed(1)} s: ${event.recovery.reason}`;
      return warn(
        `attempt ${event.attempt} failed (${event.failure.class}): ${event.failure.message}${
          spentIn(event.failure)
        }; ${next}`,
      );
    }
    case "node.failed":
      return error(
        `failed (${event.failure.class}) at attempt ${event.attempt}: ${event.failure.message}${
          event.recovery === undefined ? "" : `; ${event.recovery.action}: ${event.recovery.reason}`
        }${spentIn(event.failure)}`,
      );
    case "node.skipped":
      return (event.failure === undefined ? info : warn)(`skipped: ${event.reason}`);
    case "node.waiting":
      return waiting(event.for);
    case "node.iterated":
      return info(`round ${event.iteration} ended with ${sizeOf(event.output)}`);
    default:
      event satisfies never;
      return undefined;
  }
}

function started(
  { attempt, instrument, reason, memo }: Extract<RunEvent, { readonly type: "node.started" }>,
): EngineWords {
  const chosen = instrument === undefined
    ? ""
    : `, ${instrument}${reason === undefined ? "" : `: ${reason}`}`;
  const missed = memo?.why === undefined ? "" : `; no kept result: ${memo.why}`;
  return info(`attempt ${attempt} begun${chosen}${missed}`);
}

function completed(event: Extract<RunEvent, { readonly type: "node.completed" }>): EngineWords {
  const { output, durationMs, port, usage, instrument, reused } = event;
  if (reused !== undefined) {
    const saved = reused.savedMs === undefined ? "" : `, which saved ${spanOf(reused.savedMs)}`;
    const from = reused.run === undefined ? "" : ` of run ${reused.run}`;
    return info(`${how[reused.how]}${from}${saved}: ${reused.why}; ${sizeOf(output)}`);
  }
  const by = instrument === undefined ? "" : ` by ${instrument}, because the first was late`;
  const way = port === undefined ? "" : `, goes on at ${port}${answerIn(output)}`;
  return info(`completed in ${spanOf(durationMs)}${by}${way}; ${sizeOf(output)}${spentIn(usage)}`);
}

const how = {
  memo: "took a kept result",
  kept: "kept its result",
  pinned: "took what was given",
  passed: "did nothing",
} as const;

function waiting(what: WaitingFor): EngineWords {
  switch (what.kind) {
    case "approval":
      return info(`asks a person: ${firstLine(what.question)}`);
    case "failure":
      return warn(`asks a person whether to try again: ${what.failure.message}${spentIn(what.failure)}`);
    case "signal":
      return info(`waits for the signal ${what.signal}`);
    case "time":
      return info(`waits until ${new Date(what.untilMs).toISOString()}`);
  }
}

/** Who answered at a gate, and what they said. */
function answerIn(output: ValueRef): string {
  if (!("value" in output) || !isObject(output.value)) return "";
  // A gate's answer is under the port it goes on at.
  const [answer] = Object.values(output.value).filter((value): value is Json & object => isObject(value));
  const by = isObject(answer) ? own(answer, "by") : undefined;
  const comment = isObject(answer) ? own(answer, "comment") : undefined;
  return `${typeof by === "string" ? `, answered by ${by}` : ""}${
    typeof comment === "string" && comment !== "" ? `: ${firstLine(comment)}` : ""
  }`;
}

function spentIn({ model, tokensIn, tokensOut, costUsd }: Pick<Usage, "model" | keyof Spent> = {}): string {
  const parts = [
    ...model === undefined ? [] : [model],
    ...tokensIn === undefined && tokensOut === undefined
      ? []
      : [`${tokensIn ?? 0} tokens in, ${tokensOut ?? 0} out`],
    ...costUsd === undefined || costUsd === 0 ? [] : [`$${costUsd.toFixed(4)}`],
  ];
  return parts.length === 0 ? "" : `; ${parts.join(", ")}`;
}

function sizeOf(ref: ValueRef): string {
  const bytes = "artifact" in ref
    ? ref.sizeBytes
    : new TextEncoder().encode(JSON.stringify(ref.value)).length;
  return bytes < 1024
    ? countOf(bytes, "byte")
    : bytes < 1024 * 1024
    ? `${(bytes / 1024).toFixed(1)} KiB`
    : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

function spanOf(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").slice(0, 300);
}

const words = (level: EngineWords["level"]) => (text: string): EngineWords => ({ level, text });
const [debug, info, warn, error] = [words("debug"), words("info"), words("warn"), words("error")];
