/**
 * A whole run in memory: workflow text in, events and outcome out.
 *
 * @module
 */

import { SimpleConductor } from "../../../conductor/simple_conductor.ts";
import type { RunEvent } from "../../../core/orchestration/event.ts";
import type { LiveEvent, RunHandle, RunOutcome } from "../../../core/orchestration/run_handle.ts";
import { Runner } from "../../../core/orchestration/runner.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { ExtensionPort } from "../../../core/ports/extension.ts";
import type { PitPort } from "../../../core/ports/pit.ts";
import {
  type CheckedPart,
  type CheckedWorkflow,
  checkPart,
  checkWorkflow,
} from "../../../core/workflow/check.ts";
import type { Limits } from "../../../pit/arbitration/limits.ts";
import { memoryPit } from "../../../pit/memory_pit.ts";
import type { OpenPit } from "../../../pit/open_pit.ts";
import { SystemClock } from "../../../system/clock.ts";
import { SystemRandom } from "../../../system/random.ts";

/** The Pit in memory over these extensions. */
export function pitOver(extensions: ExtensionPort, limits: Limits = {}): OpenPit {
  return memoryPit(
    {
      warm: (extension) => extensions.activate(extension),
      cool: (instance) => extensions.deactivate(instance),
      isAlive: (instance) => extensions.isAlive(instance),
    },
    new SystemClock(),
    { limits },
  );
}

/** A runner on `pit`. */
export function runnerOver(
  extensions: ExtensionPort,
  pit: PitPort & Pick<OpenPit, "control" | "memo" | "plans">,
): Runner {
  const clock = new SystemClock();
  const services = {
    pit,
    control: pit.control,
    memo: pit.memo,
    plans: pit.plans,
    extensions,
    conductor: new SimpleConductor(),
    clock,
    random: new SystemRandom(),
  };
  return new Runner(services, () => extensions.describe());
}

/** The nodes of a workflow as JSONC text with everything else filled in. */
export function workflowText(nodes: JsonObject, rest: JsonObject = {}): string {
  return JSON.stringify({ schema: 1, id: "test", version: "1.0.0", ...rest, nodes });
}

export interface Ran {
  readonly outcome: RunOutcome;
  readonly events: readonly RunEvent[];
  readonly live: readonly LiveEvent[];
  readonly handle: RunHandle;
}

/** Starts a workflow and waits for its end; `onEvent` may command the run meanwhile. */
export async function runToEnd(
  text: string,
  extensions: ExtensionPort,
  options: {
    inputs?: JsonObject;
    mayWrite?: boolean;
    proposes?: boolean;
    pit?: OpenPit;
    user?: string;
    priority?: number;
    /** Only what these nodes need. */
    to?: readonly string[];
    onEvent?: (event: LiveEvent, handle: () => RunHandle) => void;
  } = {},
): Promise<Ran> {
  const catalog = await extensions.describe();
  const { definition, problems, note }: Partial<CheckedPart> & CheckedWorkflow = options.to === undefined
    ? checkWorkflow(text, "test.workflow.jsonc", catalog)
    : checkPart(text, "test.workflow.jsonc", catalog, options.to);
  if (definition === undefined) {
    throw new Error(problems.map(({ path, message }) => `${path}: ${message}`).join("\n"));
  }
  const pit = options.pit ?? pitOver(extensions);
  const live: LiveEvent[] = [];
  const started: RunHandle[] = [];
  const listener = (event: LiveEvent) => {
    live.push(event);
    options.onEvent?.(event, () => started[0] as RunHandle);
  };
  const request = {
    definition,
    inputs: options.inputs ?? {},
    workspace: "/",
    mayWrite: options.mayWrite ?? false,
    ...options.proposes === undefined ? {} : { proposes: options.proposes },
    ...note === undefined ? {} : { part: note },
    ...options.user === undefined ? {} : { user: options.user },
    ...options.priority === undefined ? {} : { priority: options.priority },
  };
  const handle = await runnerOver(extensions, pit).start(request, listener);
  started.push(handle);
  const outcome = await handle.done;
  const events = live.filter((event) => event.durable).map(({ event }) => event as RunEvent);
  return { outcome, events, live, handle };
}

/** `type node` of the events, for comparing orders. */
export function steps(events: readonly RunEvent[]): string[] {
  return events.map((event) => {
    const node = "node" in event
      ? ` ${event.node}${event.type !== "run.failed" && event.item !== undefined ? `[${event.item}]` : ""}`
      : "";
    return `${event.scope === undefined ? "" : `${event.scope}/`}${event.type}${node}`;
  });
}
