/**
 * Carries a template out over a real git repository: the bundled extensions with their real capabilities, in process,
 * and the real runner over a Pit in memory.
 *
 * @module
 */

import { SimpleConductor } from "../../conductor/simple_conductor.ts";
import type { JsonObject } from "../../core/json.ts";
import { extensionId } from "../../core/ids.ts";
import type { RunEvent } from "../../core/orchestration/event.ts";
import type { RunOutcome } from "../../core/orchestration/run_handle.ts";
import { Runner } from "../../core/orchestration/runner.ts";
import { checkWorkflow } from "../../core/workflow/check.ts";
import checkExtension from "../../extensions/bundled/check/main.ts";
import dataExtension from "../../extensions/bundled/data/main.ts";
import diffExtension from "../../extensions/bundled/diff/main.ts";
import codeExtension from "../../extensions/bundled/code/main.ts";
import filesExtension from "../../extensions/bundled/files/main.ts";
import gitExtension from "../../extensions/bundled/git/main.ts";
import reportExtension from "../../extensions/bundled/report/main.ts";
import tasksExtension from "../../extensions/bundled/tasks/main.ts";
import { InProcessExtensions } from "../../extensions/in_process.ts";
import type { ExtensionDefinition } from "../../extensions/sdk/define.ts";
import { memoryPit } from "../../pit/memory_pit.ts";
import { SystemClock } from "../../system/clock.ts";
import { SystemRandom } from "../../system/random.ts";
import { codeAssets } from "../bundled/code/assets.ts";

const QUICKJS = "npm:@jitl/quickjs-wasmfile-release-sync/dist/emscripten-module.wasm";
const templates = new URL("../../templates/", import.meta.url);

/** The names of the templates, as their files have them. */
export function templateNames(): string[] {
  return [...Deno.readDirSync(templates)].map(({ name }) => name.replace(/\.workflow\.jsonc$/, "")).sort();
}

/** The text of a template. */
export function templateText(name: string): string {
  return Deno.readTextFileSync(new URL(`${name}.workflow.jsonc`, templates));
}

/** The bundled extensions that templates use, and `more`. */
export function bundledExtensions(
  more: Readonly<Record<string, ExtensionDefinition>> = {},
): InProcessExtensions {
  const assets = Object.fromEntries(
    Object.entries(codeAssets).map(([name, path]) => [name, Deno.readFileSync(path)]),
  );
  const quickjs = Deno.readFileSync(
    new URL(`../../node_modules/${QUICKJS.slice("npm:".length)}`, import.meta.url),
  );
  const groups = {
    data: dataExtension,
    diff: diffExtension,
    files: filesExtension,
    git: gitExtension,
    report: reportExtension,
    tasks: tasksExtension,
    ...more,
  };
  return new InProcessExtensions([
    { id: extensionId("symphony/code"), definition: codeExtension, assets },
    { id: extensionId("symphony/check"), definition: checkExtension, assets: { [QUICKJS]: quickjs } },
    ...Object.entries(groups).map(([name, definition]) => ({
      id: extensionId(`symphony/${name}`),
      definition,
    })),
  ]);
}

export interface TemplateRun {
  readonly outcome: RunOutcome;
  readonly events: readonly RunEvent[];
  /** Nodes that were skipped as a whole. */
  readonly skipped: readonly string[];
}

/** Runs a template in `workspace` to its end. */
export async function runTemplate(
  name: string,
  workspace: string,
  options: {
    inputs?: JsonObject;
    more?: Readonly<Record<string, ExtensionDefinition>>;
    mayWrite?: boolean;
  } = {},
): Promise<TemplateRun> {
  const extensions = bundledExtensions(options.more);
  const { definition, problems } = checkWorkflow(templateText(name), name, await extensions.describe());
  if (definition === undefined) throw new Error(problems.map(({ message }) => message).join("\n"));
  const clock = new SystemClock();
  const pit = memoryPit({
    warm: (id) => extensions.activate(id),
    cool: (id) => extensions.deactivate(id),
    isAlive: (id) => extensions.isAlive(id),
  }, clock);
  const services = {
    pit,
    control: pit.control,
    extensions,
    conductor: new SimpleConductor(),
    clock,
    random: new SystemRandom(),
  };
  const events: RunEvent[] = [];
  try {
    const runner = new Runner(services, () => extensions.describe());
    const inputs = { ...defaultsOf(definition.inputs), ...options.inputs };
    const handle = await runner.start(
      { definition, inputs, workspace, mayWrite: options.mayWrite ?? false },
      (live) => {
        if (live.durable) events.push(live.event);
      },
    );
    const outcome = await handle.done;
    const skipped = events.flatMap((event) => event.type === "node.skipped" ? [`${event.node}`] : []);
    return { outcome, events, skipped };
  } finally {
    await pit[Symbol.asyncDispose]();
    await extensions.close();
  }
}

function defaultsOf(inputs: ReadonlyMap<string, { readonly default?: unknown }>): JsonObject {
  const defaults: Record<string, JsonObject[string]> = {};
  for (const [name, input] of inputs) {
    if (input.default !== undefined) defaults[name] = input.default as JsonObject[string];
  }
  return defaults;
}
