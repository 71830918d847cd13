/**
 * Extensions in processes of their own: what the product uses. Each instance is an actor: one process, one worker, one
 * supervisor; it is started when it is activated, and a dead one is never revived but started anew, no sooner and no
 * more often than the restart policy allows.
 *
 * @module
 */

import type { LivenessLimits } from "../core/actor/liveness.ts";
import { defaultRestartPolicy, type RestartPolicy } from "../core/actor/supervision.ts";
import { supervise, type Supervised, unsupervised } from "../core/actor/supervision.ts";
import { messageOf, SymphonyError } from "../core/errors.ts";
import { type ExtensionId, type InstanceId, instanceId, type NodeTypeId } from "../core/ids.ts";
import { isObject, type Json, type JsonObject, own } from "../core/json.ts";
import type { ArtifactPort } from "../core/ports/artifact.ts";
import type {
  CallOptions,
  CallRequest,
  CallResult,
  ExtensionPort,
  InstanceHealth,
} from "../core/ports/extension.ts";
import type { Catalog } from "../core/workflow/catalog.ts";
import { Capabilities } from "./capabilities/broker.ts";
import type { Authority } from "./capabilities/capability.ts";
import { catalogOf, type CatalogProblem, type Described } from "./catalog.ts";
import type { Grants } from "./grants.ts";
import { Kind } from "./host/frames.ts";
import { HostChannel } from "./host/host_channel.ts";
import type { HostCommand } from "./host/host_command.ts";
import type { ExtensionSource, Installed } from "./installed.ts";
import type { Contribution } from "./sdk/runtime/describe.ts";
import { acceptInput, acceptOutput, failed, withDefaults } from "./value_check.ts";

export interface HostExtensionsOptions {
  readonly source: ExtensionSource;
  readonly command: HostCommand;
  readonly grants: Grants;
  readonly artifacts: ArtifactPort;
  /** Settings by extension; defaults come from the manifests. */
  readonly settings?: ReadonlyMap<ExtensionId, JsonObject>;
  readonly onLog?: (extension: ExtensionId, line: string) => void;
  readonly restarts?: RestartPolicy;
  readonly liveness?: LivenessLimits;
}

interface Actor {
  readonly installed: Installed;
  readonly authority: Authority;
  readonly config: JsonObject;
  contributes: ReadonlyMap<NodeTypeId, Contribution>;
  state: Supervised;
}

interface Instance {
  readonly id: InstanceId;
  readonly actor: Actor;
  readonly channel: HostChannel;
  calls: number;
  failures: number;
}

const PROBE_MS = 5_000;

export class HostExtensions implements ExtensionPort {
  readonly #options: HostExtensionsOptions;
  readonly #instances = new Map<InstanceId, Instance>();
  readonly #closing = new AbortController();
  readonly #starting = new Set<Promise<unknown>>();
  #actors:
    | Promise<{ actors: ReadonlyMap<ExtensionId, Actor>; problems: readonly CatalogProblem[] }>
    | undefined;
  #workerRoot: Promise<Uint8Array> | undefined;
  #next = 1;

  constructor(options: HostExtensionsOptions) {
    this.#options = options;
  }

  async describe(): Promise<Catalog> {
    const { actors, problems } = await this.#known();
    const all = [...problems];
    const described: Described[] = [];
    const fresh = [...actors.values()].filter(({ installed }) =>
      installed.origin === "bundled" && installed.contributes === undefined
    );
    const [some, others] = halves(fresh.toSorted((a, b) => memoryOf(b) - memoryOf(a)));
    await Promise.all([this.#describeTogether(some), this.#describeTogether(others)]);
    // One after the other: describing is rare, and starting many processes at once starves each of them.
    for (const actor of actors.values()) {
      try {
        described.push(await this.#describeOne(actor));
      } catch (error) {
        all.push({ where: actor.installed.manifest.id, message: messageOf(error) });
      }
    }
    return catalogOf(described, all);
  }

  /** Asks instruments whether they can be used now: undefined, or why not. Starts those that were not asked before. */
  async availability(types: readonly NodeTypeId[]): Promise<ReadonlyMap<NodeTypeId, string | undefined>> {
    const { actors } = await this.#known();
    const answers = await Promise.all(types.map(async (type) => {
      for (const actor of actors.values()) {
        const contribution = actor.contributes.get(type);
        if (contribution?.kind === "instrument") {
          return [type, await this.#probe(actor, contribution)] as const;
        }
      }
      return [type, "no extension contributes it"] as const;
    }));
    return new Map(answers);
  }

  async activate(extension: ExtensionId, signal?: AbortSignal): Promise<InstanceId> {
    if (this.#closing.signal.aborted) {
      throw new SymphonyError("closed", "Cannot activate: extensions are closed");
    }
    const actor = (await this.#known()).actors.get(extension);
    if (actor === undefined) {
      throw new SymphonyError("not-found", `Cannot activate "${extension}": no such extension`);
    }
    return (await this.#start(actor, signal)).id;
  }

  call(instance: InstanceId, request: CallRequest, options: CallOptions): CallResult | Promise<CallResult> {
    const found = this.#instances.get(instance);
    if (found === undefined) return failed("crash", `Instance "${instance}" is not alive`);
    if (options.signal.aborted) return failed("cancelled", "The call was cancelled");
    const contribution = found.actor.contributes.get(request.nodeType);
    if (contribution === undefined || contribution.kind === "task") {
      const { id } = found.actor.installed.manifest;
      return failed("unavailable", `Extension ${id} contributes no "${request.nodeType}"`);
    }
    const accepted = acceptInput(contribution, request.input);
    if (!accepted.ok) return accepted;
    found.calls++;
    return this.#callOn(found, contribution, { ...request, input: accepted.input }, options);
  }

  isAlive(instance: InstanceId): boolean {
    return this.#instances.get(instance)?.channel.isAlive === true;
  }

  async deactivate(instance: InstanceId): Promise<void> {
    const found = this.#instances.get(instance);
    this.#instances.delete(instance);
    await found?.channel.close("The instance was ended during the call");
  }

  health(): readonly InstanceHealth[] {
    return [...this.#instances.values()].map(({ id, actor, channel, calls, failures }) => {
      const memoryBytes = channel.memoryBytes;
      return {
        instance: id,
        extension: actor.installed.manifest.id,
        alive: channel.isAlive,
        calls,
        failures,
        restarts: actor.state.restarts,
        ...(memoryBytes === undefined ? {} : { memoryBytes }),
      };
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled([...this.#starting]);
    await Promise.all([...this.#instances.keys()].map((id) => this.deactivate(id)));
    await this.#options.grants.flush();
  }

  #known() {
    this.#actors ??= this.#options.source.load().then(({ installed, problems }) => ({
      actors: new Map(installed.map((one) => [one.manifest.id, this.#actorOf(one)])),
      problems,
    }));
    return this.#actors;
  }

  #actorOf(installed: Installed): Actor {
    const { id, permissions, config } = installed.manifest;
    return {
      installed,
      authority: this.#options.grants.authorityOf({ extension: id, origin: installed.origin, permissions }),
      config: withDefaults(config, this.#options.settings?.get(id) ?? {}),
      contributes: byType(installed.contributes ?? []),
      state: unsupervised,
    };
  }

  async #describeOne(actor: Actor): Promise<Described> {
    const { manifest, codeHash, contributes } = actor.installed;
    const { id, version, resources } = manifest;
    const settings = actor.config;
    if (contributes !== undefined) return { id, version, codeHash, settings, resources, contributes };
    const channel = await this.#open(actor, () => {});
    await channel.close("It was only described");
    await remember(actor, channel.contributes);
    return { id, version, codeHash, settings, resources, contributes: channel.contributes };
  }

  /**
   * Describes extensions that ship with the program in one process, with the memory of the first: starting a process
   * costs more than describing many. What fails, and those behind it, are left to `#describeOne`.
   */
  async #describeTogether(actors: readonly Actor[]): Promise<void> {
    const [first, ...others] = actors;
    if (first === undefined || others.length === 0) return;
    try {
      const channel = await this.#open(first, () => {});
      try {
        await remember(first, channel.contributes);
        for (const actor of others) {
          await remember(actor, await channel.describe(await actor.installed.code(), actor.config));
        }
      } finally {
        await channel.close("It was only described");
      }
    } catch {
      // Described alone, the one that failed says why.
    }
  }

  async #start(actor: Actor, signal: AbortSignal | undefined): Promise<Instance> {
    const { quarantine, notBeforeMs } = actor.state;
    const { id: extension } = actor.installed.manifest;
    if (quarantine !== undefined) {
      throw new SymphonyError("extension", `Extension ${extension} is in quarantine: ${quarantine}`);
    }
    const stop = signal === undefined
      ? this.#closing.signal
      : AbortSignal.any([this.#closing.signal, signal]);
    await pause(notBeforeMs - performance.now(), stop);
    const id = instanceId(`${extension}#${this.#next++}`);
    const starting = this.#open(actor, () => this.#instances.delete(id), stop);
    this.#starting.add(starting);
    try {
      const channel = await starting;
      if (stop.aborted) {
        await channel.close("The start was aborted");
        throw aborted(extension);
      }
      actor.state = supervise(actor.state, { type: "started" }, this.#restarts);
      const instance: Instance = { id, actor, channel, calls: 0, failures: 0 };
      actor.contributes = byType(channel.contributes);
      if (channel.isAlive) this.#instances.set(id, instance);
      return instance;
    } catch (error) {
      if (stop.aborted) throw aborted(extension);
      throw error;
    } finally {
      this.#starting.delete(starting);
    }
  }

  get #restarts(): RestartPolicy {
    return this.#options.restarts ?? defaultRestartPolicy;
  }

  async #open(actor: Actor, onEnd: () => void, signal?: AbortSignal): Promise<HostChannel> {
    const { manifest } = actor.installed;
    this.#workerRoot ??= this.#options.source.workerRoot();
    const [workerRoot, code] = await Promise.all([this.#workerRoot, actor.installed.code()]);
    // An end that nobody asked for is a failure; the flag tells it from deactivate and from describing.
    let opened = false;
    const onDeath = ({ reason }: { readonly reason: string }) => {
      onEnd();
      if (opened && /^(The instance was ended|It was only described|The start was aborted)/.test(reason)) {
        return;
      }
      actor.state = supervise(
        actor.state,
        { type: "failed", atMs: performance.now(), reason },
        this.#restarts,
      );
    };
    const channel = await HostChannel.open({
      command: this.#options.command,
      workerRoot,
      code,
      config: actor.config,
      memoryMb: manifest.resources.memoryMb,
      concurrency: manifest.resources.concurrency,
      onDeath,
      onLog: (line) => this.#options.onLog?.(manifest.id, line),
      redact: (text) => this.#options.grants.secrets.redact(text),
      ...(this.#options.liveness === undefined ? {} : { liveness: this.#options.liveness }),
      ...(signal === undefined ? {} : { signal }),
    });
    opened = true;
    return channel;
  }

  async #callOn(
    instance: Instance,
    contribution: Contribution,
    request: CallRequest,
    options: CallOptions,
  ): Promise<CallResult> {
    const { nodeType, input, attempt, idempotencyKey, task } = request;
    const result = await instance.channel.call({
      kind: Kind.call,
      data: {
        type: nodeType,
        input,
        attempt,
        key: idempotencyKey,
        ...(task === undefined ? {} : { task: { ...task } }),
      },
      open: (signal) => this.#capabilities(instance.actor, request, signal),
      accept: (performed) => acceptOutput(contribution, request, performed),
      options,
    });
    if (!result.ok) instance.failures++;
    return result;
  }

  #capabilities(actor: Actor, request: CallRequest, signal: AbortSignal): Capabilities {
    const { workspace, mayWrite, run, node, item } = request;
    return new Capabilities({
      authority: actor.authority,
      workspace,
      mayWrite,
      signal,
      run,
      node,
      ...(item === undefined ? {} : { item }),
      artifacts: this.#options.artifacts,
      asset: (name) => actor.installed.asset(name),
    });
  }

  async #probe(actor: Actor, contribution: Contribution): Promise<string | undefined> {
    for (const permission of actor.installed.manifest.permissions) {
      if (permission.kind === "secret" && actor.authority.secret(permission) === undefined) {
        const refusal = actor.authority.refusal(`secret:${permission.name}`);
        return refusal === undefined ? `the secret "${permission.name}" is granted but not set` : refusal;
      }
    }
    if (contribution.kind !== "instrument" || !contribution.asks) return undefined;
    try {
      const running = [...this.#instances.values()].find((one) => one.actor === actor && one.channel.isAlive);
      const instance = running ?? await this.#start(actor, undefined);
      const result = await this.#ask(instance, contribution);
      if (running === undefined) await this.deactivate(instance.id);
      if (!result.ok) return result.failure.message;
      const reason = own(result.output, "reason");
      return typeof reason === "string" ? reason : undefined;
    } catch (error) {
      return messageOf(error);
    }
  }

  #ask(instance: Instance, contribution: Contribution): Promise<CallResult> {
    const request = {
      workspace: "/",
      mayWrite: false,
      run: "probe",
      node: "probe",
    } as unknown as CallRequest;
    return instance.channel.call({
      kind: Kind.probe,
      data: { type: contribution.type },
      open: (signal) => this.#capabilities(instance.actor, request, signal),
      accept: (performed: Json) => {
        const output = own(performed, "output");
        return isObject(output)
          ? { ok: true, output }
          : failed("output", "It did not say whether it can be used");
      },
      options: { signal: this.#closing.signal, timeoutMs: PROBE_MS },
    });
  }
}

async function remember(actor: Actor, contributes: readonly Contribution[]): Promise<void> {
  await actor.installed.remember(contributes);
  actor.contributes = byType(contributes);
}

function halves<T>(all: readonly T[]): [readonly T[], readonly T[]] {
  return [all.filter((_, at) => at % 2 === 0), all.filter((_, at) => at % 2 === 1)];
}

function memoryOf({ installed }: Actor): number {
  return installed.manifest.resources.memoryMb;
}

function byType(contributes: readonly Contribution[]): ReadonlyMap<NodeTypeId, Contribution> {
  return new Map(contributes.map((one) => [one.type as NodeTypeId, one]));
}

function aborted(extension: ExtensionId): SymphonyError {
  return new SymphonyError("aborted", `Activation of ${extension} was aborted`);
}

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  if (delayMs <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, delayMs);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
