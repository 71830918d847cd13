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
import { type JsonObject, own } from "../core/json.ts";
import { secretKey } from "../core/policy/permission.ts";
import { isMadeLight } from "../core/policy/permission_policy.ts";
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
import { Actor } from "./actor.ts";
import type { Resolve } from "./capabilities/address.ts";
import { Capabilities } from "./capabilities/broker.ts";
import { saidEffect } from "./capabilities/effect.ts";
import { type CallScope, proposerOf } from "./capabilities/capability.ts";
import { catalogOf, type CatalogProblem } from "./catalog.ts";
import { describeAll } from "./describing.ts";
import { EditorDesk, type EditorTexts } from "./editor_desk.ts";
import type { Grants } from "./grants.ts";
import { HealthBook } from "./health_book.ts";
import { Kind } from "./host/frames.ts";
import { casualtyOf } from "./host/host_channel.ts";
import type { HostCommand } from "./host/host_command.ts";
import { Hosts } from "./host/hosts.ts";
import { aborted, inSource, type Instance, pause, probe } from "./instance.ts";
import type { ExtensionSource, Installed } from "./installed.ts";
import { declaredNeeds } from "./monitor/call_needs.ts";
import { ResourceMonitor } from "./monitor/resource_monitor.ts";
import { Notices } from "./notices.ts";
import { askerOf, memoryOf, type Place, Placement } from "./placement.ts";
import { reloaded, type ReloadNews, stateOf } from "./reloading.ts";
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
  /** Reads them anew, for `reload`. */
  readonly readSettings?: () => Promise<ReadonlyMap<ExtensionId, JsonObject>>;
  readonly onLog?: (extension: ExtensionId, line: string) => void;
  /** Opens a call's capabilities; without it the real ones. A mock host answers the network from fixtures. */
  readonly capabilities?: (scope: Omit<CallScope, "granted">) => Capabilities;
  /** How names of hosts are resolved; as the system does without it. */
  readonly resolve?: Resolve;
  readonly restarts?: RestartPolicy;
  readonly liveness?: LivenessLimits;
  /** The longest that a module may take to load, in milliseconds. */
  readonly loadingMs?: number;
  /** Where quarantines are kept; in memory without it. */
  readonly health?: HealthBook;
  /** The editor's texts; without it there is no editor. */
  readonly texts?: () => Promise<EditorTexts>;
  /** Where messages to the person go; without it nobody sees any but in the run. */
  readonly notices?: Notices;
  /** Where what they use up is accounted; in memory without it. */
  readonly monitor?: ResourceMonitor;
  /** Takes what runs propose to files; without it a run that proposes cannot write. */
  readonly proposals?: FileProposalPort | undefined;
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
  readonly #notices: Notices;
  readonly #editor: EditorDesk | undefined;
  readonly #instances = new Map<InstanceId, Instance>();
  readonly #rescues = new Map<Actor, Rescue<Place>>();
  readonly #closing = new AbortController();
  readonly #unlisten: () => void;
  readonly #starting = new Set<Promise<unknown>>();
  /** Instances that ended because their extension was replaced, for calls that were about to go to them. */
  readonly #retired = new Map<InstanceId, ExtensionId>();
  #settings: ReadonlyMap<ExtensionId, JsonObject>;
  #reloading: Promise<unknown> = Promise.resolve();
  /** What did not start, by its state: it is not tried again before something of it is another. */
  readonly #refused = new Map<ExtensionId, { readonly state: string; readonly reason: string }>();
  /** Why each extension that goes on as it was does so, as it was told. */
  #kept: ReadonlyMap<ExtensionId, string> = new Map();
  #actors:
    | Promise<{ actors: ReadonlyMap<ExtensionId, Actor>; problems: readonly CatalogProblem[] }>
    | undefined;
  #looking: ReturnType<typeof setInterval> | undefined;
  #next = 1;

  constructor(options: HostExtensionsOptions) {
    const { command, source, spares = false, health = new HealthBook() } = options;
    this.#options = options;
    this.#settings = options.settings ?? new Map();
    this.#book = health;
    this.monitor = options.monitor ?? new ResourceMonitor();
    this.#hosts = new Hosts({ command, bootOf: (kind) => source.workerRoot(kind), spares });
    // What was taken back must not live on in anything that a process has read: it is begun anew.
    this.#unlisten = options.grants.onRevoked((extension) => void this.#renew(extension));
    const { onLog, liveness, loadingMs, grants, notices = new Notices(), texts } = options;
    this.#notices = notices;
    this.#editor = texts && new EditorDesk(
      texts,
      (extension, text) => this.#say(extension, text),
      options.proposals,
    );
    this.#placement = new Placement({
      hosts: this.#hosts,
      source,
      grants,
      monitor: this.monitor,
      ...(onLog === undefined ? {} : { onLog }),
      ...(liveness === undefined ? {} : { liveness }),
      ...(loadingMs === undefined ? {} : { loadingMs }),
    });
  }

  async describe(): Promise<Catalog> {
    const { actors, problems } = await this.#known();
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
    return [...(await this.#known()).actors.values()].flatMap(({ installed: { origin, folder } }) =>
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
    return (await this.#known()).actors.get(extension)?.release() ?? false;
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

  #known() {
    this.#actors ??= this.#options.source.load().then(({ installed, problems }) => ({
      actors: new Map(installed.map((one) => [one.manifest.id, this.#actorOf(one)])),
      problems,
    }));
    return this.#actors;
  }

  async #reload(): Promise<readonly ReloadNews[]> {
    const { actors: before } = await this.#known();
    const { source, readSettings } = this.#options;
    if (readSettings !== undefined) this.#settings = await readSettings();
    const loaded = await source.load();
    const { actors, problems, news } = await reloaded({
      before,
      loaded,
      make: (installed) => this.#makeActor(installed),
      tryOut: (actor) => this.#tryOut(actor),
    });
    if (this.#closing.signal.aborted) return [];
    this.#actors = Promise.resolve({ actors, problems });
    for (const [id, actor] of actors) if (before.get(id) !== actor) this.#account(actor);
    for (const instance of [...this.#instances.values()]) {
      if (actors.get(instance.actor.id) !== instance.actor) await this.#retire(instance);
    }
    const told = this.#kept;
    const kept = news.filter(({ what }) => what === "kept");
    this.#kept = new Map(kept.map(({ extension, reason = "" }) => [extension, reason]));
    return news.filter(({ extension, what, reason }) => what !== "kept" || told.get(extension) !== reason);
  }

  /** Starts a new state of an extension once, and takes note of what it contributes. */
  async #tryOut(actor: Actor): Promise<void> {
    this.#placement.admit(actor);
    const state = stateOf(actor);
    const refused = this.#refused.get(actor.id);
    if (refused?.state === state) throw new SymphonyError("extension", refused.reason);
    const channel = await this.#placement.open(actor, () => {});
    try {
      const code = await actor.installed.code();
      await actor.remember((await channel.load(code, actor.config, memoryOf(actor))).contributes);
      this.#refused.delete(actor.id);
    } catch (error) {
      const reason = await actor.installed.inSource?.(messageOf(error)) ?? messageOf(error);
      this.#refused.set(actor.id, { state, reason });
      throw new SymphonyError("extension", reason, { cause: error });
    } finally {
      await channel.close("It was only tried");
    }
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
    const { actors } = await this.#known();
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

  #actorOf(installed: Installed): Actor {
    const actor = this.#makeActor(installed);
    this.#account(actor);
    return actor;
  }

  #account(actor: Actor): void {
    const { id, resources } = actor.installed.manifest;
    this.monitor.register(id, resources, () => actor.health.class);
  }

  #makeActor(installed: Installed): Actor {
    const { id, config } = installed.manifest;
    const actor: Actor = new Actor({
      installed,
      authority: this.#options.grants.authorityOf(askerOf(installed)),
      config: withDefaults(config, this.#settings.get(id) ?? {}),
      isMadeLight: isMadeLight(id, this.#options.grants.book.policy),
      book: this.#book,
      restarts: this.#options.restarts ?? defaultRestartPolicy,
      onFailure: (reason, health) =>
        this.#options.grants.noteEnd(id, reason, health.class === "quarantined" ? "quarantined" : "ended"),
    });
    return actor;
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
      open: (signal) => this.#capabilities(actor, request, signal, options),
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

  /** Tells the person of something that the core does for an extension; too many are left out. */
  #say(extension: ExtensionId, text: string): void {
    try {
      this.#notices.show(extension, "info", text);
    } catch {
      // It has said enough.
    }
  }

  #capabilities(
    actor: Actor,
    request: CallRequest,
    signal: AbortSignal,
    { models, onEvent }: Partial<CallOptions> = {},
  ): Capabilities {
    const { workspace, mayWrite, mayAskToWrite, proposes, nodeType, run, node, item } = request;
    const { resolve } = this.#options;
    const scope: Omit<CallScope, "granted"> = {
      authority: actor.authority,
      workspace,
      mayWrite,
      ...(mayAskToWrite === true ? { writeKey: `command:${nodeType}` as const } : {}),
      ...saidEffect(actor.contributes.get(request.nodeType)),
      ...(proposes === true
        ? { proposing: { port: this.#options.proposals, author: proposerOf(actor.id) } }
        : {}),
      signal,
      run,
      node,
      ...(item === undefined ? {} : { item }),
      artifacts: this.#options.artifacts,
      payloads: actor.payloads,
      asset: (name) => actor.installed.asset(name),
      onNetwork: (bytes) => this.monitor.network(actor.id, bytes),
      ...(models === undefined ? {} : { models, allowance: this.monitor.allowanceOf(actor.id) }),
      ...(this.#editor === undefined ? {} : { texts: this.#editor }),
      ...(resolve === undefined ? {} : { resolve }),
      notify: (level, text) => {
        const notice = this.#notices.show(actor.id, level, text);
        onEvent?.({ kind: "notice", extension: actor.id, level, text: notice.text });
        return notice;
      },
    };
    return this.#options.capabilities?.(scope) ?? new Capabilities(scope);
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
        this.#capabilities(instance.actor, request, signal);
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
