/**
 * Extensions in this process: definitions that a test or a measurement brings along, with the real capabilities. There
 * is no isolation here, so the product never uses it for code of others.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../core/errors.ts";
import { type ExtensionId, type InstanceId, instanceId, type NodeTypeId } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import { namesOutright, type Permission, verdictOn } from "../core/policy/permission.ts";
import type { ArtifactPort } from "../core/ports/artifact.ts";
import type { FileProposalPort } from "../core/ports/file_proposals.ts";
import type {
  CallOptions,
  CallRequest,
  CallResult,
  ExtensionPort,
  InstanceHealth,
} from "../core/ports/extension.ts";
import type { Catalog } from "../core/workflow/catalog.ts";
import { AbortFanout } from "./abort_fanout.ts";
import { Capabilities } from "./capabilities/broker.ts";
import { type Authority, proposerOf } from "./capabilities/capability.ts";
import { HeldArtifacts } from "./capabilities/held_artifacts.ts";
import { effectBy, saidEffect } from "./capabilities/effect.ts";
import { catalogOf, type Described, keysOf, readsFolder } from "./catalog.ts";
import { defaultResources, type Resources } from "./manifest/manifest.ts";
import type { ExtensionDefinition, RunnableDefinition } from "./sdk/define.ts";
import type { CapabilityClient, RuntimeEvent } from "./sdk/runtime/client.ts";
import { type ContextSetup, createContext } from "./sdk/runtime/context.ts";
import { type Contribution, describe } from "./sdk/runtime/describe.ts";
import { failureOf, perform, type Performed } from "./sdk/runtime/perform.ts";
import { acceptFailure, acceptInput, acceptOutput, failed } from "./value_check.ts";

export interface InProcessExtension {
  readonly id: ExtensionId;
  readonly definition: ExtensionDefinition;
  readonly version?: string;
  readonly resources?: Partial<Resources>;
  /** What it may do; default is files, git, artifacts and the network of this machine. */
  readonly permissions?: readonly Permission[];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly assets?: Readonly<Record<string, Uint8Array>>;
}

interface Loaded {
  readonly extension: InProcessExtension;
  readonly described: Described;
  readonly runners: ReadonlyMap<NodeTypeId, Runnable>;
  readonly authority: Authority;
}

interface Runnable {
  readonly definition: RunnableDefinition;
  readonly contribution: Contribution;
}

interface Instance {
  readonly id: InstanceId;
  readonly loaded: Loaded;
  readonly ended: AbortController;
  calls: number;
  failures: number;
}

export class InProcessExtensions implements ExtensionPort {
  readonly #loaded: ReadonlyMap<ExtensionId, Loaded>;
  readonly #shared: Shared;
  readonly #instances = new Map<InstanceId, Instance>();
  #next = 1;
  #closed = false;

  constructor(
    extensions: readonly InProcessExtension[],
    options: { readonly artifacts?: ArtifactPort; readonly proposals?: FileProposalPort } = {},
  ) {
    this.#loaded = new Map(extensions.map((extension) => [extension.id, load(extension)]));
    const { artifacts = new HeldArtifacts(), proposals } = options;
    this.#shared = { artifacts, proposals, aborts: new AbortFanout() };
  }

  describe(): Promise<Catalog> {
    return Promise.resolve(catalogOf([...this.#loaded.values()].map(({ described }) => described), []));
  }

  activate(extension: ExtensionId, signal?: AbortSignal): Promise<InstanceId> {
    const loaded = this.#loaded.get(extension);
    if (this.#closed) {
      return Promise.reject(new SymphonyError("closed", "Cannot activate: extensions are closed"));
    }
    if (signal?.aborted) {
      return Promise.reject(new SymphonyError("aborted", `Activation of ${extension} was aborted`));
    }
    if (loaded === undefined) {
      return Promise.reject(
        new SymphonyError("not-found", `Cannot activate "${extension}": no such extension`),
      );
    }
    const id = instanceId(`${extension}#${this.#next++}`);
    this.#instances.set(id, { id, loaded, ended: new AbortController(), calls: 0, failures: 0 });
    return Promise.resolve(id);
  }

  call(instance: InstanceId, request: CallRequest, options: CallOptions): CallResult | Promise<CallResult> {
    const found = this.#instances.get(instance);
    if (found === undefined) return failed("crash", `Instance "${instance}" is not alive`);
    if (options.signal.aborted) return failed("cancelled", "The call was cancelled");
    const runnable = found.loaded.runners.get(request.nodeType);
    if (runnable === undefined) {
      return failed(
        "unavailable",
        `Extension ${found.loaded.extension.id} contributes no "${request.nodeType}"`,
      );
    }
    const accepted = acceptInput(runnable.contribution, request.input);
    if (!accepted.ok) return accepted;
    found.calls++;
    const call = new Call(found, runnable, request, options, this.#shared);
    const answer = call.run(accepted.input);
    return answer instanceof Promise ? answer.then((later) => counted(found, later)) : counted(found, answer);
  }

  isAlive(instance: InstanceId): boolean {
    return this.#instances.has(instance);
  }

  deactivate(instance: InstanceId): Promise<void> {
    const found = this.#instances.get(instance);
    this.#instances.delete(instance);
    found?.ended.abort();
    return Promise.resolve();
  }

  health(): readonly InstanceHealth[] {
    return [...this.#instances.values()].map(({ id, loaded, calls, failures }) => ({
      instance: id,
      extension: loaded.extension.id,
      alive: true,
      calls,
      failures,
      restarts: 0,
    }));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#instances.keys()].map((id) => this.deactivate(id)));
  }
}

/** What all calls use. */
interface Shared {
  readonly artifacts: ArtifactPort;
  readonly proposals: FileProposalPort | undefined;
  readonly aborts: AbortFanout;
}

function counted(instance: Instance, result: CallResult): CallResult {
  if (!result.ok) instance.failures++;
  return result;
}

/** One call; it is itself what the handler's context is made from. */
class Call implements CapabilityClient, ContextSetup {
  readonly #instance: Instance;
  readonly #runnable: Runnable;
  readonly #request: CallRequest;
  readonly #options: CallOptions;
  readonly #shared: Shared;
  #abort: AbortController | undefined;
  #capabilities: Capabilities | undefined;

  constructor(
    instance: Instance,
    runnable: Runnable,
    request: CallRequest,
    options: CallOptions,
    shared: Shared,
  ) {
    this.#instance = instance;
    this.#runnable = runnable;
    this.#request = request;
    this.#options = options;
    this.#shared = shared;
  }

  run(input: CallRequest["input"]): CallResult | Promise<CallResult> {
    const { task, maxUsd, maxTokensInAll } = this.#request;
    try {
      const call = {
        input,
        ...(task === undefined ? {} : { task }),
        ...(maxUsd === undefined ? {} : { maxUsd }),
        ...(maxTokensInAll === undefined ? {} : { maxTokensInAll }),
      };
      const performed = perform(this.#runnable.definition, call, createContext(this, this));
      if (performed instanceof Promise) {
        return this.#settled(
          performed.then((later) => this.#accept(later)).catch((error) => this.#refuse(error)),
        );
      }
      this.#capabilities?.close();
      return this.#accept(performed);
    } catch (error) {
      this.#capabilities?.close();
      return this.#refuse(error);
    }
  }

  /** The call's own signal, made when something asks for it. */
  get signal(): AbortSignal {
    return (this.#abort ??= new AbortController()).signal;
  }

  get attempt(): number {
    return this.#request.attempt;
  }

  get idempotencyKey(): string {
    return this.#request.idempotencyKey;
  }

  get config(): Readonly<Record<string, unknown>> {
    return this.#instance.loaded.extension.config ?? {};
  }

  emit(event: RuntimeEvent): void {
    this.#options.onEvent?.(event);
  }

  #accept(performed: Performed): CallResult {
    return acceptOutput(this.#runnable.contribution, this.#request, performed as unknown as Json);
  }

  #refuse(error: unknown): CallResult {
    return { ok: false, failure: acceptFailure({ ...failureOf(error, this.signal) }) };
  }

  /** The first of: the answer, the cancellation, the deadline, the end of the instance. */
  #settled(answer: Promise<CallResult>): Promise<CallResult> {
    const { signal, timeoutMs } = this.#options;
    const { aborts } = this.#shared;
    return new Promise((resolve) => {
      const finish = (result: CallResult) => {
        clearTimeout(timer);
        unwatch();
        unwatchEnd();
        this.#capabilities?.close();
        resolve(result);
        this.#abort?.abort();
      };
      const cancel = () => finish(failed("cancelled", "The call was cancelled"));
      const crash = () => finish(failed("crash", "The instance was ended during the call"));
      const late = () => finish(failed("timeout", `No answer within ${timeoutMs} ms`));
      const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
      const unwatch = aborts.add(signal, cancel);
      const unwatchEnd = aborts.add(this.#instance.ended.signal, crash);
      answer.then(finish);
    });
  }

  /** Carries out a capability; opened at the first use, because most calls of a measurement use none. */
  call(...[operation, args, bytes]: Parameters<CapabilityClient["call"]>) {
    const { loaded } = this.#instance;
    this.#capabilities ??= new Capabilities({
      authority: loaded.authority,
      workspace: this.#request.workspace,
      mayWrite: this.#request.mayWrite,
      ...saidEffect(loaded.runners.get(this.#request.nodeType)?.contribution),
      ...(this.#request.proposes === true
        ? { proposing: { port: this.#shared.proposals, author: proposerOf(loaded.authority.extension) } }
        : {}),
      signal: this.signal,
      run: this.#request.run,
      node: this.#request.node,
      ...(this.#request.item === undefined ? {} : { item: this.#request.item }),
      artifacts: this.#shared.artifacts,
      asset: (name) => {
        const bytes = loaded.extension.assets?.[name];
        return Promise.resolve(bytes === undefined ? undefined : new Uint8Array(bytes));
      },
    });
    return this.#capabilities.call(operation, args, bytes);
  }
}

function load(extension: InProcessExtension): Loaded {
  let contributes: readonly Contribution[];
  try {
    contributes = describe(extension.definition);
  } catch (cause) {
    throw new SymphonyError("extension", `Cannot load ${extension.id}: ${messageOf(cause)}`, { cause });
  }
  const runners = new Map<NodeTypeId, Runnable>();
  for (const [at, contribution] of contributes.entries()) {
    const definition = extension.definition.contributes[at];
    if (definition === undefined || definition.kind === "task") continue;
    runners.set(contribution.type as NodeTypeId, { definition, contribution });
  }
  const described: Described = {
    id: extension.id,
    version: extension.version ?? "0.0.0",
    codeHash: "0".repeat(64),
    resources: { ...defaultResources, ...extension.resources },
    readsFolder: readsFolder(extension.permissions ?? []),
    effect: effectBy(extension.permissions ?? []),
    keys: keysOf(extension.permissions ?? []),
    contributes,
  };
  return { extension, described, runners, authority: authorityOf(extension) };
}

function authorityOf(extension: InProcessExtension): Authority {
  const reason = "in process";
  const permissions = extension.permissions ?? [
    { kind: "files", access: "read", reason },
    { kind: "files", access: "write", reason },
    { kind: "git", reason },
    { kind: "artifacts", reason },
    { kind: "net", hosts: ["127.0.0.1", "localhost"], reason },
  ];
  const asker = { extension: extension.id, origin: "bundled" as const, permissions };
  return {
    extension: extension.id,
    permissions,
    refusal: (key) => {
      const { verdict, reason } = verdictOn(asker, key, [], 0);
      return verdict === "allowed" ? undefined : reason;
    },
    namesOutright: (host, port) => namesOutright(permissions, host, port),
    secret: () => undefined,
  };
}
