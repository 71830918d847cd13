/** `runs rerun ID`: a new run of what an earlier one did, as a whole or of what changed. @module */

import { SymphonyError } from "../core/errors.ts";
import { isNodeId, type NodeId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { own } from "../core/json.ts";
import { EarlierRun } from "../core/orchestration/earlier_run.ts";
import type { ReuseRequest } from "../core/orchestration/reuse.ts";
import type { InputDefinition, WorkflowDefinition } from "../core/workflow/definition.ts";
import type { Catalog } from "../core/workflow/catalog.ts";
import { joinedNote, partOf } from "../core/workflow/part_of.ts";
import type { Arguments } from "./command.ts";
import { drive } from "./drive.ts";
import { repeatedData, sessionOptions } from "./flags.ts";
import { readInputs } from "./inputs.ts";
import { readMemo } from "./memo_flag.ts";
import { readPins } from "./pins.ts";
import { findRun } from "./prefix.ts";
import type { CliServices } from "./services.ts";
import {
  checkedWorkflow,
  readWorkflow,
  type RunnableWorkflow,
  unknownNode,
  type WorkflowSource,
} from "./workflow_file.ts";

/** Starts a run that takes over what the flags say. @throws SymphonyError for wrong input, before anything runs. */
export async function runsRerunCommand(services: CliServices, args: Arguments): Promise<number> {
  const file = args.value("workflow");
  const memo = readMemo(args);
  const source = file === undefined ? undefined : readWorkflow(services, file);
  if (args.has("changed") && args.values("from").length > 0) {
    throw new SymphonyError(
      "bad-input",
      "Cannot tell what to do again: found --from and --changed, expected one",
    );
  }
  const options = sessionOptions(services, args);
  await using session = await services.openSession(options);
  const { run } = await findRun(session.pit.dag, args.positional(0));
  const earlier = await EarlierRun.read(session.pit.dag, session.pit.artifacts, run);
  const catalog = await session.extensions.describe();
  const { definition, part } = workflowOf(services, args, { source, earlier, catalog });
  const inputs = inputsOf(services, args, definition, earlier.inputs);
  const from = args.values("from").map((name) => knownNode(name, definition, "--from"));
  const pins = await readPins(services, session.pit.artifacts, args.values("pin"), { definition, catalog });
  const reuse: ReuseRequest = {
    of: run,
    ...memo,
    ...(from.length === 0 ? {} : { from }),
    ...(args.has("changed") ? { changed: true } : {}),
    ...(pins.length === 0 ? {} : { pins }),
  };
  const { workspace } = earlier;
  return await drive(services, session, (listener) =>
    session.runner.start(
      {
        definition,
        inputs,
        workspace,
        mayWrite: args.has("allow-write"),
        reuse,
        ...(part === undefined ? {} : { part }),
      },
      listener,
    ), {
    isJson: args.has("json"),
    title: definition.name,
    data: options.data,
    dataFlag: repeatedData(args),
  });
}

/** Another version of the workflow, or what the earlier run carried out; as far as --to says. */
function workflowOf(
  services: CliServices,
  args: Arguments,
  { source, earlier, catalog }: {
    readonly source: WorkflowSource | undefined;
    readonly earlier: EarlierRun;
    readonly catalog: Catalog;
  },
): RunnableWorkflow {
  const to = args.values("to");
  if (source !== undefined) return checkedWorkflow(services, source, catalog, to);
  const { definition } = earlier.kept;
  const named = to.map((name) => knownNode(name, definition, "--to"));
  const { definition: carried, note } = named.length === 0
    ? { definition, note: undefined }
    : partOf(definition, named, earlier.part);
  const part = joinedNote(earlier.part, note);
  return { definition: carried, ...(part === undefined ? {} : { part }) };
}

/** The earlier run's inputs where the flags do not say otherwise. */
function inputsOf(
  services: CliServices,
  args: Arguments,
  { inputs }: WorkflowDefinition,
  before: JsonObject,
): JsonObject {
  const definitions = new Map([...inputs].map(([name, definition]): [string, InputDefinition] => {
    const value = own(before, name);
    return [name, value === undefined ? definition : { ...definition, default: value }];
  }));
  return readInputs(services, args.values("input"), definitions);
}

/** The node of that name. @throws SymphonyError `bad-input` naming those that there are */
export function knownNode(name: string, { nodes }: WorkflowDefinition, flag: string): NodeId {
  if (isNodeId(name) && nodes.has(name)) return name;
  throw unknownNode(name, nodes.keys(), flag);
}
