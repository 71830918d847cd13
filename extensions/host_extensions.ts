/**
 * Extensions in processes of their own: what the product uses. Each instance is an actor: one process, one worker, one
 * supervisor; it is started when it is activated, and a dead one is never revived but started anew, no sooner and no
 * more often than the restart policy allows. Light extensions have an engine each in a process of their publisher.
 *
 * @module
 */

import type { LivenessLimits } from "../core/actor/liveness.ts";
import { messageOf, SymphonyError } from "../core/errors.ts";
import { type ExtensionId, type InstanceId, instanceId, type NodeTypeId } from "../core/ids.ts";
import { own } from "../core/json.ts";
import { secretKey } from "../core/policy/permission.ts";
import type {
  CallOptions,
  CallRequest,
  CallResult,
  ExtensionPort,
  InstanceHealth,
} from "../core/ports/extension.ts";
import type { Catalog } from "../core/workflow/catalog.ts";
import { Actor } from "./actor.ts";
import { CallCapabilities, type CallSurroundings } from "./call_capabilities.ts";
import { catalogOf } from "./catalog.ts";
import { describeAll } from "./describing.ts";
import { HealthBook } from "./health_book.ts";
import { Kind } from "./host/frames.ts";
import { casualtyOf } from "./host/host_channel.ts";
import type { HostCommand } from "./host/host_command.ts";
import { Hosts } from "./host/hosts.ts";
import { aborted, inSource, type Instance, pause, probe } from "./instance.ts";
import { KnownActors, type KnownActorsOptions } from "./known_actors.ts";
import { declaredNeeds } from "./monitor/call_needs.ts";
import { ResourceMonitor } from "./monitor/resource_monitor.ts";
import { memoryOf, type Place, Placement } from "./placement.ts";
import type { ReloadNews } from "./reloading.ts";
import { Rescue } from "./rescue.ts";
import type { Contribution } from "./sdk/runtime/describe.ts";
import { acceptInput, acceptOutput, failed } from "./value_check.ts";

export interface HostExtensionsOptions extends CallSurroundings, KnownActorsOptions {
  readonly command: HostCommand;
  readonly onLog?: (extension: ExtensionId, line: string) => void;
  readonly liveness?: LivenessLimits;
  /** The longest that a module may take to load, in milliseconds. */
  readonly loadingMs?: number;
  /** Where quarantines are kept; in memory without it. */
  readonly health?: HealthBook;
  /** Where what they use up is accounted; in memory without it. */
  readonly monitor?: ResourceMonitor;
  /** True where a started process is held ready for the next extension of others. */
  readonly spares?: boolean;
}

/** How often it is looked whether another process changed the grants. */
const LOOK_MS = 500;
/** What a call of a light extension may take where it has no deadline, and at most. */
const LIGHT_CALL_MS = 5_000;
const MOST_LIGHT_CALL_MS = 10_000;

export class HostExtensions implements ExtensionPort {
  readonly #options: HostExtensionsOptions;
  readonly #hosts: Hosts;
  readonly #book: HealthBook;
  readonly monitor: ResourceMonitor;
  readonly #placement: Placement;
  readonly #capabilities: CallCapabilities;
  readonly #instances = new Map<InstanceId, Instance>();
  readonly #rescues = new Map<Actor, Rescue<Place>>();
  readonly #closing = new AbortController();
  readonly #unlisten: () => void;
  readonly #starting = new Set<Promise<unknown>>();
  /** Instances that ended because their extension was replaced, for calls that were about to go to them. */
  readonly #retired = new Map<InstanceId, ExtensionId>();
  readonly #actors: KnownActors;
  #reloading: Promise<unknown> = Promise.resolve();
  #looking: ReturnType<typeof setInterval> | undefined;
  #next = 1;

  constructor(options: HostExtensionsOptions) {
    const { command, source, spares = false, health = new HealthBook() } = options;
    this.#options = options;
    this.#book = health;
    this.monitor = options.monitor ?? new ResourceMonitor();
    this.#hosts = new Hosts({ command, bootOf: (kind) => source.workerRoot(kind), spares });
    // What was taken back must not live on in anything that a process has read: it is begun anew.
    this.#unlisten = options.grants.onRevoked((extension) => void this.#renew(extension));
    const { onLog, liveness, loadingMs, grants } = options;
    this.#capabilities = new CallCapabilities(options, this.monitor);
    this.#placement = new Placement({
      hosts: this.#hosts,
      source,
      grants,
      monitor: this.monitor,
      ...(onLog === undefined ? {} : { onLog }),
      ...(liveness === undefined ? {} : { liveness }),
      ...(loadingMs === undefined ? {} : { loadingMs }),
    });
    const parts = { book: health, monitor: this.monitor, placement: this.#placement };
    this.#actors = new KnownActors(options, parts);
  }

  async describe(): Promise<Catalog> {
    const { actors, problems } = await this.#actors.known();
    const all = [...actors.values()];
    // A person may have released one in another process.
    if (all.some(({ quarantine }) => quarantine !== undefined)) await this.#book.reread().catch(() => {});
    const found = await describeAll(
      all,
      (actor) => {
        this.#placement.admit(actor);
        return this.#placement.open(actor, () => {});
      },
      async (channel, actor) => {
        const code = await actor.installed.code();
        return (await channel.load(code, actor.config, memoryOf(actor))).contributes;
      },
    );
    const needs = new Map(all.map(({ id, boot, installed: { manifest } }) => [
      id,
      declaredNeeds(manifest, boot === "light" ? "light" : "full"),
    ]));
    return catalogOf(found.described, [...problems, ...found.problems], { needs });
  }

  /** Asks instruments whether they can be used now: undefined, or why not. Starts those that were not asked before. */
  async availability(types: readonly NodeTypeId[]): Promise<ReadonlyMap<NodeTypeId, string | undefined>> {
    const { actors } = await this.#actors.known();
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
    const actor = (await this.#actors.known()).actors.get(extension);
    if (actor === undefined) {
      throw new SymphonyError("not-found", `Cannot activate "${extension}": no such extension`);
    }
    return (await this.#start(actor, signal)).id;
  }

  call(instance: InstanceId, request: CallRequest, options: CallOptions): CallResult | Promise<CallResult> {
    const found = this.#instances.get(instance);
    if (found === undefined) {
      const extension = this.#retired.get(instance);
      if (extension !== undefined) return this.#callInstead(extension, request, options);
      return failed("crash", `Instance "${instance}" is not alive`);
    }
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
    const found = this.#instances.get(instance);
    return found?.channel.isAlive === true && !found.isRetired;
  }

  /**
   * Takes over what was installed, updated, edited, removed or set anew since it was read. Calls under way end as they began; the next
   * ones go to what is there then. What does not start changes nothing. Never rejects for what an extension holds.
   */
  async reload(): Promise<readonly ReloadNews[]> {
    const reload = this.#reloading.then(() => this.#reload());
    this.#reloading = reload.catch(() => {});
    return await reload;
  }

  /** Folders of installed extensions of others. */
  async folders(): Promise<readonly string[]> {
    return [...(await this.#actors.known()).actors.values()].flatMap(({ installed: { origin, folder } }) =>
      origin === "bundled" || folder === undefined ? [] : [folder]
    );
  }

  /** Resident bytes as the monitor read them last; undefined where they are not known. */
  memoryOf(instance: InstanceId): number | undefined {
    const found = this.#instances.get(instance);
    return found && this.monitor.memoryOf(found.actor.id, found.metered);
  }

  async deactivate(instance: InstanceId): Promise<void> {
    const found = this.#instances.get(instance);
    this.#instances.delete(instance);
    this.#retired.delete(instance);
    await found?.end();
  }

  /** Ends a quarantine, so that the extension is started again; false where there was none. */
  async release(extension: ExtensionId): Promise<boolean> {
    return (await this.#actors.known()).actors.get(extension)?.release() ?? false;
  }

  /** Resolves when a spare process is ready; false where none is held. */
  async spareReady(): Promise<boolean> {
    return await this.#hosts.spareReady("sealed");
  }

  /** The process of an instance; undefined once it is gone. */
  pidOf(instance: InstanceId): number | undefined {
    return this.#instances.get(instance)?.channel.pid;
  }

  health(): readonly InstanceHealth[] {
    return [...this.#instances.values()].map(({ id, actor, channel, calls, failures }) => {
      const { memoryBytes, cpuMs } = channel;
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
        ...(cpuMs === undefined ? {} : { cpuMs }),
      };
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#unlisten();
    clearInterval(this.#looking);
    await Promise.allSettled([...this.#starting]);
    await Promise.all([...this.#instances.keys()].map((id) => this.deactivate(id)));
    await Promise.all([...this.#rescues.values()].map((rescue) => rescue.close()));
    await this.#hosts.close();
    await this.monitor.close();
    await this.#book.flush().catch((error) =>
      this.#options.onLog?.("symphony/core" as ExtensionId, messageOf(error))
    );
    await this.#options.grants.flush();
  }

  /** Ends the processes of an extension that lost a permission, those of its rescue as well. */
  async #renew(extension: string): Promise<void> {
    const ended = [...this.#instances.values()].filter(({ actor }) => actor.id === extension);
    const rescues = [...this.#rescues].filter(([actor]) => actor.id === extension);
    await Promise.all([
      ...ended.map(({ id }) => this.deactivate(id)),
      ...rescues.map(([, rescue]) => rescue.close()),
    ]);
  }

  async #reload(): Promise<readonly ReloadNews[]> {
    const news = await this.#actors.reload(() => this.#closing.signal.aborted);
    const { actors } = await this.#actors.known();
    for (const instance of [...this.#instances.values()]) {
      if (actors.get(instance.actor.id) !== instance.actor) await this.#retire(instance);
    }
    return news;
  }

  /** Ends with its last call; no new ones go to it. */
  async #retire(instance: Instance): Promise<void> {
    instance.isRetired = true;
    if (instance.inFlight > 0 || !this.#instances.delete(instance.id)) return;
    this.#retired.set(instance.id, instance.actor.id);
    await instance.end();
  }

  /** A call to an instance that was replaced meanwhile goes to what is there now. */
  async #callInstead(
    extension: ExtensionId,
    request: CallRequest,
    options: CallOptions,
  ): Promise<CallResult> {
    const { actors } = await this.#actors.known();
    const actor = actors.get(extension);
    if (actor === undefined) return failed("unavailable", `Extension ${extension} was removed`);
    try {
      const { id } = await this.#start(actor, options.signal);
      try {
        return await this.call(id, request, options);
      } finally {
        await this.deactivate(id);
      }
    } catch (error) {
      return failed(options.signal.aborted ? "cancelled" : "unavailable", messageOf(error));
    }
  }

  async #start(actor: Actor, signal: AbortSignal | undefined): Promise<Instance> {
    const stop = signal === undefined
      ? this.#closing.signal
      : AbortSignal.any([this.#closing.signal, signal]);
    await pause(actor.notBeforeMs - performance.now(), stop);
    // A person may have released it in another process.
    if (actor.quarantine !== undefined) await this.#book.reread().catch(() => {});
    const id = instanceId(`${actor.id}#${this.#next++}`);
    const instance: { current: Instance | undefined } = { current: undefined };
    const starting = this.#placement.place(actor, stop, () => {
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
      instance.current = { ...place, id, actor, calls: 0, failures: 0, inFlight: 0, isRetired: false };
      if (place.channel.isAlive) this.#instances.set(id, instance.current);
      this.#looking ??= setInterval(() => this.#options.grants.refresh(), LOOK_MS);
      return instance.current;
    } catch (error) {
      if (stop.aborted) throw aborted(actor.id);
      throw error;
    } finally {
      this.#starting.delete(starting);
    }
  }

  async #callOn(
    instance: Instance,
    contribution: Contribution,
    request: CallRequest,
    options: CallOptions,
  ): Promise<CallResult> {
    instance.inFlight++;
    this.monitor.began(instance.actor.id);
    const first = await this.#perform(instance.actor, instance, { contribution, request, options });
    instance.inFlight--;
    if (instance.isRetired) await this.#retire(instance);
    const casualty = casualtyOf(first);
    const result = casualty === undefined ? first : await this.#rescueOf(instance.actor).again(
      first,
      casualty,
      (place, rest) => this.#perform(instance.actor, place, { contribution, request, options: rest }),
      options,
    );
    this.monitor.called(instance.actor.id, result);
    const { codeHash } = instance.actor.installed;
    if (result.ok) {
      instance.actor.answered();
      if ((request.codeHash ?? codeHash) !== codeHash) return { ...result, byOtherCode: true };
    } else {
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
    const { nodeType, input, attempt, idempotencyKey, task, maxUsd, maxTokensInAll } = request;
    // Its engine gives up before the deadline, so that the failure says why.
    const budgetMs = Math.min(MOST_LIGHT_CALL_MS, (options.timeoutMs ?? LIGHT_CALL_MS) * 0.9);
    return channel.call({
      kind: Kind.call,
      ...(actor.boot === "light" ? { unit: unit.number } : {}),
      data: {
        type: nodeType,
        input,
        attempt,
        key: idempotencyKey,
        ...(task === undefined ? {} : { task: { ...task } }),
        ...(maxUsd === undefined ? {} : { maxUsd }),
        ...(maxTokensInAll === undefined ? {} : { maxTokensInAll }),
        ...(actor.boot === "light" ? { unit: unit.number, budgetMs } : {}),
      },
      open: (signal) => this.#capabilities.open(actor, request, signal, options),
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
          return await this.#placement.place(actor, this.#closing.signal, () => undefined);
        },
        isAlive: ({ channel }) => channel.isAlive,
        close: ({ end }) => end(),
      });
      this.#rescues.set(actor, rescue);
    }
    return rescue;
  }

  async #probe(actor: Actor, contribution: Contribution): Promise<string | undefined> {
    for (const permission of actor.installed.manifest.permissions) {
      if (permission.kind === "secret" && actor.authority.secret(permission) === undefined) {
        const refusal = actor.authority.refusal(secretKey(permission));
        return refusal === undefined ? `the secret "${permission.name}" is granted but not set` : refusal;
      }
    }
    if (contribution.kind !== "instrument" || !contribution.asks) return undefined;
    try {
      const running = [...this.#instances.values()].find((one) => one.actor === actor && one.channel.isAlive);
      const instance = running ?? await this.#start(actor, undefined);
      const open = (request: CallRequest, signal: AbortSignal) =>
        this.#capabilities.open(instance.actor, request, signal);
      const result = await probe(instance, contribution.type, open, this.#closing.signal);
      if (running === undefined) await this.deactivate(instance.id);
      if (!result.ok) return result.failure.message;
      const reason = own(result.output, "reason");
      return typeof reason === "string" ? reason : undefined;
    } catch (error) {
      return messageOf(error);
    }
  }
}
