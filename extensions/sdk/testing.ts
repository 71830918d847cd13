/**
 * Testing an extension's definitions: the real capabilities, in process, over a given or temporary workspace.
 *
 * @module
 */

import { extensionId, nodeId, runId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import { hostMatches, type SecretPermission } from "../../core/policy/permission.ts";
import type { ArtifactPort } from "../../core/ports/artifact.ts";
import { Capabilities } from "../capabilities/broker.ts";
import type { Authority } from "../capabilities/capability.ts";
import { HeldArtifacts } from "../capabilities/held_artifacts.ts";
import { misfit, withDefaults } from "../value_check.ts";
import type { RunnableDefinition } from "./define.ts";
import { ExtensionFailure } from "./failure.ts";
import type { RuntimeEvent } from "./runtime/client.ts";
import { createContext } from "./runtime/context.ts";
import { type CallData, perform } from "./runtime/perform.ts";

export interface TestOptions {
  /** Folder the call works in. Without it, a temporary folder is made of `files` and removed afterwards. */
  readonly workspace?: string;
  /** Files to put into the temporary workspace: relative path to content. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Default true: tests of writers write. */
  readonly mayWrite?: boolean;
  /** Permission keys to refuse, for example `files:write`. Everything else is granted. */
  readonly refuse?: readonly string[];
  /** Hosts that `context.fetch` may reach; default `127.0.0.1` and `localhost`. */
  readonly hosts?: readonly string[];
  /** Secrets that are granted, with their values. */
  readonly secrets?: readonly (Omit<SecretPermission, "kind" | "reason"> & { readonly value: string })[];
  readonly config?: Readonly<Record<string, unknown>>;
  /** Assets by name: bytes, or the path of a file. */
  readonly assets?: Readonly<Record<string, string | Uint8Array>>;
  readonly artifacts?: ArtifactPort;
  readonly signal?: AbortSignal;
  readonly attempt?: number;
  readonly task?: CallData["task"];
  /** US dollars that an instrument's call may cost at most. */
  readonly maxUsd?: number;
  /** Tokens that an instrument's call may take at most. */
  readonly maxTokensInAll?: number;
  /** Looks at the workspace before a temporary one is removed. */
  readonly after?: (workspace: string) => void | Promise<void>;
}

export interface TestOutcome<O = Record<string, unknown>> {
  readonly output: O;
  readonly usage?: Readonly<Record<string, unknown>>;
  readonly events: readonly RuntimeEvent[];
}

/**
 * Runs an operator or instrument as the product does: defaults filled in, input and output checked, real capabilities.
 * @throws ExtensionFailure of class `input` or `output` for what does not fit; otherwise what the handler throws.
 */
export async function testOperator<O = Record<string, unknown>>(
  definition: RunnableDefinition,
  input: Readonly<Record<string, unknown>>,
  options: TestOptions = {},
): Promise<TestOutcome<O>> {
  const temporary = options.workspace === undefined ? await makeWorkspace(options.files ?? {}) : undefined;
  try {
    const workspace = options.workspace ?? temporary ?? "";
    const outcome = await runOnce(definition, input, workspace, options);
    await options.after?.(workspace);
    return outcome as TestOutcome<O>;
  } finally {
    if (temporary !== undefined) await Deno.remove(temporary, { recursive: true });
  }
}

async function runOnce(
  definition: RunnableDefinition,
  input: Readonly<Record<string, unknown>>,
  workspace: string,
  options: TestOptions,
): Promise<TestOutcome> {
  const given = checkedInput(definition, input);
  const signal = options.signal ?? new AbortController().signal;
  const events: RuntimeEvent[] = [];
  const capabilities = new Capabilities({
    authority: testAuthority(options),
    workspace,
    mayWrite: options.mayWrite ?? true,
    signal,
    run: runId("r000000000000000"),
    node: nodeId("test"),
    artifacts: options.artifacts ?? new HeldArtifacts(),
    asset: (name) => assetBytes(options.assets ?? {}, name),
  });
  try {
    const context = createContext(capabilities, {
      signal,
      attempt: options.attempt ?? 1,
      idempotencyKey: "test",
      config: options.config ?? {},
      emit: (event) => events.push(event),
    });
    const call = {
      input: given,
      ...(options.task === undefined ? {} : { task: options.task }),
      ...(options.maxUsd === undefined ? {} : { maxUsd: options.maxUsd }),
      ...(options.maxTokensInAll === undefined ? {} : { maxTokensInAll: options.maxTokensInAll }),
    };
    const performed = await perform(definition, call, context);
    const output = JSON.parse(JSON.stringify(performed.output)) as JsonObject;
    if (definition.kind === "operator") {
      const wrong = misfit(plain(definition.output), output);
      if (wrong !== undefined) throw new ExtensionFailure("output", `Output of ${definition.type}: ${wrong}`);
    }
    return { output, events, ...(performed.usage === undefined ? {} : { usage: performed.usage }) };
  } finally {
    capabilities.close();
  }
}

function checkedInput(definition: RunnableDefinition, input: object): JsonObject {
  const given = plain(input);
  if (definition.kind !== "operator") return given;
  const schema = plain(definition.input);
  const filled = withDefaults(schema, given);
  const wrong = misfit(schema, filled);
  if (wrong !== undefined) throw new ExtensionFailure("input", `Input of ${definition.type}: ${wrong}`);
  return filled;
}

/** As it would arrive on the other side of a process border. */
function plain(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}

function testAuthority(options: TestOptions): Authority {
  const reason = "granted by the test";
  const secrets = options.secrets ?? [];
  return {
    extension: extensionId("test/extension"),
    permissions: [
      { kind: "net", hosts: options.hosts ?? ["127.0.0.1", "localhost"], reason },
      ...secrets.map(({ value: _, ...secret }) => ({ ...secret, kind: "secret" as const, reason })),
    ],
    refusal: (key) => (options.refuse ?? []).includes(key) ? "the test refuses it" : undefined,
    namesOutright: (host) =>
      (options.hosts ?? ["127.0.0.1", "localhost"]).some((name) => hostMatches(name, host, 0)),
    secret: (asked) => secrets.find((secret) => secret.name === asked.name)?.value,
  };
}

async function makeWorkspace(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "symphony-test-" });
  for (const [path, content] of Object.entries(files)) {
    const target = `${folder}/${path}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    if (typeof content === "string") await Deno.writeTextFile(target, content);
    else await Deno.writeFile(target, content);
  }
  return folder;
}

async function assetBytes(
  assets: Readonly<Record<string, string | Uint8Array>>,
  name: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (!Object.hasOwn(assets, name)) return undefined;
  const asset = assets[name];
  return asset instanceof Uint8Array ? new Uint8Array(asset) : await Deno.readFile(asset as string);
}
