/**
 * Extensions in processes of their own: what the product uses. Each instance is an actor: one process, one worker, one
 * supervisor; it is started when it is activated, and a dead one is never revived but started anew, no sooner and no
 * more often than the restart policy allows. Light extensions have an engine each in a process of their publisher.
 *
 * @module
 */

import type { LivenessLimits } from "../core/actor/liveness.ts";
import { defaultRestartPolicy, type RestartPolicy } from "../core/actor/supervision.ts";
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
import { Actor } from "./actor.ts";
import { Capabilities } from "./capabilities/broker.ts";
import type { CallScope } from "./capabilities/capability.ts";
import { catalogOf, type CatalogProblem } from "./catalog.ts";
import { describeAll } from "./describing.ts";
import type { Grants } from "./grants.ts";
import { HealthBook } from "./health_book.ts";
import type { LightEngine } from "./host/boot.ts";
import { Kind } from "./host/frames.ts";
import { casualtyOf, HostChannel, type Unit } from "./host/host_channel.ts";
import type { HostCommand } from "./host/host_command.ts";
import { Hosts } from "./host/hosts.ts";
import type { ExtensionSource, Installed } from "./installed.ts";
import { LightHosts } from "./light_hosts.ts";
import { Rescue } from "./rescue.ts";
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
  /** Opens a call's capabilities; without it the real ones. A mock host answers the network from fixtures. */
  readonly capabilities?: (scope: CallScope) => Capabilities;
  readonly restarts?: RestartPolicy;
  readonly liveness?: LivenessLimits;
  /** Where quarantines are kept; in memory without it. */
  readonly health?: HealthBook;
  /** True where a started process is held ready for the next extension of others. */
  readonly spares?: boolean;
}

interface Instance {
  readonly id: InstanceId;
  readonly actor: Actor;
  readonly channel: HostChannel;
  readonly unit: Unit;
  /** Ends it, or gives back its place in a shared process. */
  readonly end: () => Promise<void>;
  calls: number;
  failures: number;
  inFlight: number;
}

/** A process of an actor with its module loaded. */
type Place = Pick<Instance, "channel" | "unit" | "end">;

const PROBE_MS = 5_000;
/** What a call of a light extension may take where it has no deadline, and at most. */
const LIGHT_CALL_MS = 2_000;
const MOST_LIGHT_CALL_MS = 10_000;
/** Memory of a process of light extensions: their engines' least memory, and room for some to grow. */
const LIGHT_HOST_MB = 400 * 16 + 2_048;
const ENDED = "The instance was ended during the call";

export class HostExtensions implements ExtensionPort {
  readonly #options: HostExtensionsOptions;
  readonly #hosts: Hosts;
  readonly #book: HealthBook;
  readonly #light: LightHosts;
  readonly #instances = new Map<InstanceId, Instance>();
  readonly #rescues = new Map<Actor, Rescue<Place>>();
  readonly #closing = new AbortController();
  readonly #starting = new Set<Promise<unknown>>();
  #actors:
    | Promise<{ actors: ReadonlyMap<ExtensionId, Actor>; problems: readonly CatalogProblem[] }>
    | undefined;
  #engine: Promise<LightEngine> | undefined;
  #next = 1;

  constructor(options: HostExtensionsOptions) {
    const { command, source, spares = false, health = new HealthBook() } = options;
    this.#options = options;
    this.#book = health;
    this.#hosts = new Hosts({ command, bootOf: (kind) => source.workerRoot(kind), spares });
    this.#light = new LightHosts({ open: (publisher, onDeath) => this.#openLight(publisher, onDeath) });
  }

  async describe(): Promise<Catalog> {
    const { actors, problems } = await this.#known();
    const all = [...actors.values()];
    const found = await describeAll(
      all,
      (actor) => this.#openFor(actor, () => {}),
      async (channel, actor) => {
        const code = await actor.installed.code();
        return (await channel.load(code, actor.config, memoryOf(actor))).contributes;
      },
    );
    return catalogOf(found.described, [...problems, ...found.problems]);
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
      return failed("unavailable", `Extension ${found.actor.id} contributes no "${request.nodeType}"`);
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
    await found?.end();
  }

  /** Ends a quarantine, so that the extension is started again; false where there was none. */
  async release(extension: ExtensionId): Promise<boolean> {
    return (await this.#known()).actors.get(extension)?.release() ?? false;
  }

  /** Resolves when a spare process is ready; false where none is held. */
  async spareReady(): Promise<boolean> {
    return await this.#hosts.spareReady("sealed");
  }

  health(): readonly InstanceHealth[] {
    return [...this.#instances.values()].map(({ id, actor, channel, calls, failures }) => {
      const memoryBytes = channel.memoryBytes;
      const { class: name, reason } = actor.health;
      return {
        instance: id,
        extension: actor.id,
        alive: channel.isAlive,
        calls,
        failures,
        restarts: actor.restarts,
        health: name,
        ...(reason === "" ? {} : { reason }),
        ...(memoryBytes === undefined ? {} : { memoryBytes }),
      };
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled([...this.#starting]);
    await Promise.all([...this.#instances.keys()].map((id) => this.deactivate(id)));
    await Promise.all([...this.#rescues.values()].map((rescue) => rescue.close()));
    await this.#hosts.close();
    await this.#book.flush().catch((error) =>
      this.#options.onLog?.("symphony/core" as ExtensionId, messageOf(error))
    );
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
    return new Actor({
      installed,
      authority: this.#options.grants.authorityOf({ extension: id, origin: installed.origin, permissions }),
      config: withDefaults(config, this.#options.settings?.get(id) ?? {}),
      book: this.#book,
      restarts: this.#options.restarts ?? defaultRestartPolicy,
      onFailure: (reason, health) =>
        this.#options.grants.noteEnd(id, reason, health.class === "quarantined" ? "quarantined" : "ended"),
    });
  }

  async #start(actor: Actor, signal: AbortSignal | undefined): Promise<Instance> {
    const stop = signal === undefined
      ? this.#closing.signal
      : AbortSignal.any([this.#closing.signal, signal]);
    await pause(actor.notBeforeMs - performance.now(), stop);
    const id = instanceId(`${actor.id}#${this.#next++}`);
    const instance: { current: Instance | undefined } = { current: undefined };
    const starting = this.#place(actor, stop, () => {
      this.#instances.delete(id);
      return instance.current;
    });
    this.#starting.add(starting);
    try {
      const place = await starting;
      if (stop.aborted) {
        await place.end();
        throw aborted(actor.id);
      }
      actor.started();
      actor.contributes = new Map(place.unit.contributes.map((one) => [one.type as NodeTypeId, one]));
      instance.current = { ...place, id, actor, calls: 0, failures: 0, inFlight: 0 };
      if (place.channel.isAlive) this.#instances.set(id, instance.current);
      return instance.current;
    } catch (error) {
      if (stop.aborted) throw aborted(actor.id);
      throw error;
    } finally {
      this.#starting.delete(starting);
    }
  }

  /** A process with the actor's module in it. A spare is held for the next one of others. @throws SymphonyError `extension` */
  async #place(
    actor: Actor,
    signal: AbortSignal,
    onEnd: () => { readonly inFlight: number } | undefined,
  ): Promise<Place> {
    const { quarantine } = actor;
    if (quarantine !== undefined) {
      throw new SymphonyError("extension", `Extension ${actor.id} is in quarantine: ${quarantine}`, {
        hint: `symphony extensions release ${actor.id}`,
      });
    }
    const code = await actor.installed.code();
    if (actor.boot === "light") return await this.#placeLight(actor, code, onEnd);
    // An end that nobody asked for is a failure; the flag tells it from deactivate.
    let isAsked = false;
    const channel = await this.#openFor(actor, (reason) => {
      onEnd();
      if (!isAsked) actor.failed(reason);
    }, signal);
    if (actor.boot === "sealed") this.#hosts.keepSpare("sealed");
    const unit = await channel.load(code, actor.config, memoryOf(actor));
    const end = async () => {
      isAsked = true;
      await channel.close(ENDED);
    };
    return { channel, unit, end };
  }

  async #placeLight(
    actor: Actor,
    code: Uint8Array,
    onEnd: () => { readonly inFlight: number } | undefined,
  ): Promise<Place> {
    try {
      const { channel, unit, leave } = await this.#light.place({
        publisher: publisherOf(actor.id),
        code,
        config: actor.config,
        memoryMb: memoryOf(actor),
        // Those that were at work may have ended it; the others are only its victims.
        onDeath: (reason) => {
          if ((onEnd()?.inFlight ?? 0) > 0) actor.failed(reason);
        },
      });
      return { channel, unit, end: leave };
    } catch (error) {
      actor.failed(messageOf(error));
      throw error;
    }
  }

  #openFor(actor: Actor, onDeath: (reason: string) => void, signal?: AbortSignal): Promise<HostChannel> {
    if (actor.boot === "light") return this.#openLight(publisherOf(actor.id), onDeath);
    const { memoryMb, concurrency } = actor.installed.manifest.resources;
    return HostChannel.open({
      ...this.#channelOptions(actor.id),
      hosts: this.#hosts,
      kind: actor.boot,
      memoryMb,
      concurrency,
      onDeath: ({ reason }) => onDeath(reason),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async #openLight(publisher: string, onDeath: (reason: string) => void): Promise<HostChannel> {
    const { source } = this.#options;
    if (source.lightEngine === undefined) {
      throw new SymphonyError("unsupported", "Cannot start a light extension: there is no engine for it");
    }
    this.#engine ??= source.lightEngine();
    return await HostChannel.open({
      ...this.#channelOptions(`${publisher}/light` as ExtensionId),
      hosts: this.#hosts,
      kind: "light",
      engine: await this.#engine,
      memoryMb: LIGHT_HOST_MB,
      concurrency: 64,
      onDeath: ({ reason }) => onDeath(reason),
    });
  }

  #channelOptions(id: ExtensionId) {
    const { onLog, grants, liveness } = this.#options;
    return {
      onLog: (line: string) => onLog?.(id, line),
      redact: (text: string) => grants.secrets.redact(text),
      ...(liveness === undefined ? {} : { liveness }),
    };
  }

  async #callOn(
    instance: Instance,
    contribution: Contribution,
    request: CallRequest,
    options: CallOptions,
  ): Promise<CallResult> {
    instance.inFlight++;
    const first = await this.#perform(instance.actor, instance, { contribution, request, options });
    instance.inFlight--;
    const casualty = casualtyOf(first);
    const result = casualty === undefined ? first : await this.#rescueOf(instance.actor).again(
      first,
      casualty,
      (place, rest) => this.#perform(instance.actor, place, { contribution, request, options: rest }),
      options,
    );
    if (result.ok) instance.actor.answered();
    else {
      instance.failures++;
      // Its engine was given up; a process of its own would have died.
      if (instance.actor.boot === "light" && result.failure.class === "resource") {
        instance.actor.failed(result.failure.message);
        if (instance.actor.quarantine !== undefined) await this.deactivate(instance.id);
      }
    }
    return await inSource(instance.actor, result);
  }

  #perform(
    actor: Actor,
    { channel, unit }: Pick<Place, "channel" | "unit">,
    call: {
      readonly contribution: Contribution;
      readonly request: CallRequest;
      readonly options: CallOptions;
    },
  ): Promise<CallResult> {
    const { contribution, request, options } = call;
    const { nodeType, input, attempt, idempotencyKey, task } = request;
    // Its engine gives up before the deadline, so that the failure says why.
    const budgetMs = Math.min(MOST_LIGHT_CALL_MS, (options.timeoutMs ?? LIGHT_CALL_MS) * 0.9);
    return channel.call({
      kind: Kind.call,
      data: {
        type: nodeType,
        input,
        attempt,
        key: idempotencyKey,
        ...(task === undefined ? {} : { task: { ...task } }),
        ...(actor.boot === "light" ? { unit: unit.number, budgetMs } : {}),
      },
      open: (signal) => this.#capabilities(actor, request, signal),
      accept: (performed) => acceptOutput(contribution, request, performed),
      options,
    });
  }

  #rescueOf(actor: Actor): Rescue<Place> {
    let rescue = this.#rescues.get(actor);
    if (rescue === undefined) {
      rescue = new Rescue<Place>({
        open: async () => {
          await pause(actor.notBeforeMs - performance.now(), this.#closing.signal);
          return await this.#place(actor, this.#closing.signal, () => undefined);
        },
        isAlive: ({ channel }) => channel.isAlive,
        close: ({ end }) => end(),
      });
      this.#rescues.set(actor, rescue);
    }
    return rescue;
  }

  #capabilities(actor: Actor, request: CallRequest, signal: AbortSignal): Capabilities {
    const { workspace, mayWrite, run, node, item } = request;
    const scope: CallScope = {
      authority: actor.authority,
      workspace,
      mayWrite,
      signal,
      run,
      node,
      ...(item === undefined ? {} : { item }),
      artifacts: this.#options.artifacts,
      asset: (name) => actor.installed.asset(name),
    };
    return this.#options.capabilities?.(scope) ?? new Capabilities(scope);
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

function memoryOf(actor: Actor): number {
  return actor.installed.manifest.resources.memoryMb;
}

function publisherOf(id: ExtensionId): string {
  return id.split("/")[0] as string;
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

/** A failure's stack with places in the author's files. */
async function inSource({ installed }: Actor, result: CallResult): Promise<CallResult> {
  if (result.ok || installed.inSource === undefined) return result;
  const { message, detail } = result.failure;
  if (detail === undefined) return result;
  const told = { message: await installed.inSource(message), detail: await installed.inSource(detail) };
  return { ok: false, failure: { ...result.failure, ...told } };
}
