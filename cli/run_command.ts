/** `run FILE|TEMPLATE`: everything is checked before anything runs. @module */

import { SymphonyError } from "../core/errors.ts";
import type { Arguments } from "./command.ts";
import { drive, promptFor } from "./drive.ts";
import { repeatedData, sessionOptions } from "./flags.ts";
import { readInputs } from "./inputs.ts";
import type { CliServices } from "./services.ts";
import { checkedDefinition, readWorkflow } from "./workflow_file.ts";
import { workspaceOf } from "./workspace.ts";

const MOST_AT_ONCE = 1000;

/** Starts a workflow. @throws SymphonyError for a wrong file, input or flag, before anything runs. */
export async function runCommand(services: CliServices, args: Arguments): Promise<number> {
  const source = readWorkflow(services, args.positional(0));
  const concurrency = readConcurrency(args.value("concurrency"));
  const options = sessionOptions(services, args);
  // The session's own catalogue: reading the extensions twice would be felt before the first node.
  const prompt = promptFor(services, args.has("json"), services.isInteractive === true);
  await using session = await services.openSession(prompt === undefined ? options : { ...options, prompt });
  const definition = checkedDefinition(services, source, await session.extensions.describe());
  const given = readInputs(services, args.values("input"), definition.inputs);
  const asked = args.positionals[1] ?? args.value("workspace");
  const { folder, inputs } = workspaceOf(services, asked, given, definition.inputs);
  return await drive(services, session, (listener) =>
    session.runner.start({
      definition,
      inputs,
      workspace: folder,
      mayWrite: args.has("allow-write"),
      ...concurrency === undefined ? {} : { concurrency },
    }, listener), {
    isJson: args.has("json"),
    title: definition.name,
    data: options.data,
    dataFlag: repeatedData(args),
    ...(prompt === undefined ? {} : { prompt }),
  });
}

function readConcurrency(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= MOST_AT_ONCE) return value;
  throw new SymphonyError(
    "bad-input",
    `Cannot read --concurrency "${text}": expected a whole number from 1 to ${MOST_AT_ONCE}`,
  );
}
