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
import type { Authority } from "./capabilities/capability.ts";
import { HeldArtifacts } from "./capabilities/held_artifacts.ts";
import { catalogOf, type Described } from "./catalog.ts";
import { defaultResources, type Resources } from "./manifest/manifest.ts";
import type { ExtensionDefinition, InstrumentDefinition, OperatorDefinition } from "./sdk/define.ts";
import type { CapabilityClient } from "./sdk/runtime/client.ts";
import { createContext } from "./sdk/runtime/context.ts";
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
  readonly definition: OperatorDefinition | InstrumentDefinition;
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
  readonly #artifacts: ArtifactPort;
  readonly #instances = new Map<InstanceId, Instance>();
  readonly #aborts = new AbortFanout();
  #next = 1;
  #closed = false;

  constructor(
    extensions: readonly InProcessExtension[],
    options: { readonly artifacts?: ArtifactPort } = {},
  ) {
    this.#loaded = new Map(extensions.map((extension) => [extension.id, load(extension)]));
    this.#artifacts = options.artifacts ?? new HeldArtifacts();
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
    const call = new Call(found.loaded, request, {
      options,
      artifacts: this.#artifacts,
      aborts: this.#aborts,
    });
    const count = (result: CallResult) => {
      if (!result.ok) found.failures++;
      return result;
    };
    const answer = call.run(runnable, accepted.input, found.ended.signal);
    return answer instanceof Promise ? answer.then(count) : count(answer);
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

class Call implements CapabilityClient {
  readonly #loaded: Loaded;
  readonly #request: CallRequest;
  readonly #options: CallOptions;
  readonly #artifacts: ArtifactPort;
  #abort: AbortController | undefined;
  readonly #aborts: AbortFanout;
  #capabilities: Capabilities | undefined;

  constructor(
    loaded: Loaded,
    request: CallRequest,
    { options, artifacts, aborts }: { options: CallOptions; artifacts: ArtifactPort; aborts: AbortFanout },
  ) {
    this.#loaded = loaded;
    this.#request = request;
    this.#options = options;
    this.#artifacts = artifacts;
    this.#aborts = aborts;
  }

  run(runnable: Runnable, input: CallRequest["input"], ended: AbortSignal): CallResult | Promise<CallResult> {
    const { definition, contribution } = runnable;
    const { attempt, idempotencyKey, task } = this.#request;
    const signalOf = () => this.#signal;
    const context = createContext(this, {
      get signal() {
        return signalOf();
      },
      attempt,
      idempotencyKey,
      config: this.#loaded.extension.config ?? {},
      emit: (event) => this.#options.onEvent?.(event),
    });
    const accept = (performed: Performed) =>
      acceptOutput(contribution, this.#request, performed as unknown as Json);
    const refuse = (error: unknown): CallResult => ({
      ok: false,
      failure: acceptFailure({ ...failureOf(error, this.#signal) }),
    });
    let performed: Performed | Promise<Performed>;
    try {
      performed = perform(definition, { input, ...(task === undefined ? {} : { task }) }, context);
      if (!(performed instanceof Promise)) {
        this.#capabilities?.close();
        return accept(performed);
      }
    } catch (error) {
      this.#capabilities?.close();
      return refuse(error);
    }
    return this.#settled(performed.then(accept).catch(refuse), ended);
  }

  /** The call's own signal, made when something asks for it. */
  get #signal(): AbortSignal {
    return (this.#abort ??= new AbortController()).signal;
  }

  /** The first of: the answer, the cancellation, the deadline, the end of the instance. */
  #settled(answer: Promise<CallResult>, ended: AbortSignal): Promise<CallResult> {
    const { signal, timeoutMs } = this.#options;
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
      const unwatch = this.#aborts.add(signal, cancel);
      const unwatchEnd = this.#aborts.add(ended, crash);
      answer.then(finish);
    });
  }

  /** Carries out a capability; opened at the first use, because most calls of a measurement use none. */
  call(...[operation, args, bytes]: Parameters<CapabilityClient["call"]>) {
    this.#capabilities ??= new Capabilities({
      authority: this.#loaded.authority,
      workspace: this.#request.workspace,
      mayWrite: this.#request.mayWrite,
      signal: this.#signal,
      run: this.#request.run,
      node: this.#request.node,
      ...(this.#request.item === undefined ? {} : { item: this.#request.item }),
      artifacts: this.#artifacts,
      asset: (name) => {
        const bytes = this.#loaded.extension.assets?.[name];
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
