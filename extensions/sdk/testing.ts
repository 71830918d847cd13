/**
 * Testing an extension's definitions: the real capabilities, in process, over a given or temporary workspace.
 *
 * @module
 */

import { relative } from "node:path";
import { extensionId, NO_RUN, nodeId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import { hostMatches, type SecretPermission } from "../../core/policy/permission.ts";
import { err, ok } from "../../core/result.ts";
import type { ArtifactPort } from "../../core/ports/artifact.ts";
import { Capabilities } from "../capabilities/broker.ts";
import type { Authority } from "../capabilities/capability.ts";
import { HeldArtifacts } from "../capabilities/held_artifacts.ts";
import { MockEditor, type MockModelAnswer, MockModels } from "../dev/mock_ports.ts";
import { Notices } from "../notices.ts";
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
  /** What models answer; without it there are none. Throw an ExtensionFailure for a refusal. */
  readonly models?: (
    use: string,
    input: Readonly<Record<string, unknown>>,
  ) => {
    readonly output: Readonly<Record<string, unknown>>;
    readonly tokens?: number;
    readonly usd?: number;
  };
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
  /** Messages to the person, each as `level: text`. */
  readonly notices: readonly string[];
  /** Texts that were proposed, by path in the workspace. */
  readonly proposals: Readonly<Record<string, string>>;
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
  const notices: string[] = [];
  const editor = new MockEditor();
  const board = new Notices();
  const capabilities = new Capabilities({
    authority: testAuthority(options),
    workspace,
    mayWrite: options.mayWrite ?? true,
    signal,
    run: NO_RUN,
    node: nodeId("test"),
    artifacts: options.artifacts ?? new HeldArtifacts(),
    asset: (name) => assetBytes(options.assets ?? {}, name),
    ...(options.models === undefined ? {} : { models: modelsOf(options.models), allowance: unlimited }),
    texts: editor,
    notify: (level, text) => {
      const notice = board.show(extensionId("test/extension"), level, text);
      notices.push(`${level}: ${notice.text}`);
      return notice;
    },
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
    const root = editor.proposals.size === 0 ? workspace : await Deno.realPath(workspace);
    const proposals = Object.fromEntries(
      [...editor.proposals].map(([file, text]) => [relative(root, file), text]),
    );
    return {
      output,
      events,
      notices,
      proposals,
      ...(performed.usage === undefined ? {} : { usage: performed.usage }),
    };
  } finally {
    capabilities.close();
  }
}

const unlimited = { left: () => ({}), hold: () => () => {} };

function modelsOf(answer: NonNullable<TestOptions["models"]>): MockModels {
  return new MockModels((use, input) => {
    try {
      return ok(plain(answer(use, input)) as unknown as MockModelAnswer);
    } catch (error) {
      if (!(error instanceof ExtensionFailure)) throw error;
      return err({ class: error.failureClass, message: error.message });
    }
  });
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
