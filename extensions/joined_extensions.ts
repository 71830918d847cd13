/**
 * Extensions of several kinds as one port: those in host processes, MCP servers, coding agents. Which of them carries a
 * call out follows from the extension's publisher; `mcp` and `acp` belong to nobody else.
 *
 * @module
 */

import { type ExtensionState, nextState } from "../core/actor/lifecycle.ts";
import { SymphonyError } from "../core/errors.ts";
import type { ExtensionId, InstanceId, NodeTypeId } from "../core/ids.ts";
import type {
  CallOptions,
  CallRequest,
  CallResult,
  ExtensionPort,
  InstanceHealth,
} from "../core/ports/extension.ts";
import type { Catalog } from "../core/workflow/catalog.ts";
import type { ReloadNews } from "./reloading.ts";
import { failed } from "./value_check.ts";

/** One kind of extensions. */
export interface ExtensionKindPort {
  readonly owns: (extension: ExtensionId) => boolean;
  readonly port: ExtensionPort;
}

/** What asks instruments whether they can be used. */
export interface AvailabilityPort extends ExtensionPort {
  /** Resident bytes of an instance at the latest reading; undefined where nobody reads them. */
  memoryOf?(instance: InstanceId): number | undefined;
  availability(types: readonly NodeTypeId[]): Promise<ReadonlyMap<NodeTypeId, string | undefined>>;
  /** Takes over what changed of the installed extensions; see HostExtensions. */
  reload?(): Promise<readonly ReloadNews[]>;
  /** Folders of installed extensions of others. */
  folders?(): Promise<readonly string[]>;
}

/** Where an extension stands in its life, as far as this process has seen. */
export interface LifeLine {
  readonly extension: ExtensionId;
  readonly state: ExtensionState;
  /** Why, in the state `error`. */
  readonly reason?: string;
}

interface Alive {
  readonly extension: ExtensionId;
  readonly port: ExtensionPort;
  calls: number;
}

export class JoinedExtensions implements AvailabilityPort {
  readonly #hosts: AvailabilityPort;
  readonly #others: readonly ExtensionKindPort[];
  readonly #instances = new Map<InstanceId, Alive>();
  readonly #lives = new Map<ExtensionId, LifeLine>();

  /** `hosts` has what none of the `others` owns. */
  constructor(hosts: AvailabilityPort, others: readonly ExtensionKindPort[]) {
    this.#hosts = hosts;
    this.#others = others;
  }

  async describe(): Promise<Catalog> {
    const parts = await Promise.all(
      [this.#hosts, ...this.#others.map(({ port }) => port)].map((port) => port.describe()),
    );
    const merged: Catalog = {
      nodes: new Map(parts.flatMap(({ nodes }) => [...nodes])),
      tasks: new Map(parts.flatMap(({ tasks }) => [...tasks])),
      limits: new Map(parts.flatMap(({ limits }) => [...limits])),
      problems: parts.flatMap(({ problems }) => problems),
    };
    for (const extension of merged.limits.keys()) this.#live(extension, "loaded");
    return merged;
  }

  async reload(): Promise<readonly ReloadNews[]> {
    return await this.#hosts.reload?.() ?? [];
  }

  async folders(): Promise<readonly string[]> {
    return await this.#hosts.folders?.() ?? [];
  }

  /** What is no instrument of a host can always be tried: its server is reached when it is used. */
  async availability(types: readonly NodeTypeId[]): Promise<ReadonlyMap<NodeTypeId, string | undefined>> {
    const elsewhere = new Set<NodeTypeId>();
    for (const { port } of this.#others) {
      for (const type of (await port.describe()).nodes.keys()) elsewhere.add(type);
    }
    const answers = await this.#hosts.availability(types.filter((type) => !elsewhere.has(type)));
    return new Map(types.map((type) => [type, answers.get(type)]));
  }

  async activate(extension: ExtensionId, signal?: AbortSignal): Promise<InstanceId> {
    const port = this.#others.find(({ owns }) => owns(extension))?.port ?? this.#hosts;
    try {
      const instance = await port.activate(extension, signal);
      this.#instances.set(instance, { extension, port, calls: 0 });
      this.#live(extension, "loaded");
      this.#live(extension, "activate");
      return instance;
    } catch (error) {
      if (!(error instanceof SymphonyError && error.code === "aborted")) this.#live(extension, "fail", error);
      throw error;
    }
  }

  call(instance: InstanceId, request: CallRequest, options: CallOptions): CallResult | Promise<CallResult> {
    const alive = this.#instances.get(instance);
    if (alive === undefined) return failed("crash", `Instance "${instance}" is not alive`);
    if (alive.calls++ === 0) this.#live(alive.extension, "call");
    const answer = alive.port.call(instance, request, options);
    if (!(answer instanceof Promise)) {
      this.#settled(alive);
      return answer;
    }
    return answer.finally(() => this.#settled(alive));
  }

  isAlive(instance: InstanceId): boolean {
    return this.#instances.get(instance)?.port.isAlive(instance) === true;
  }

  /** Resident bytes of an instance at the latest reading; undefined where nobody reads them. */
  memoryOf(instance: InstanceId): number | undefined {
    return this.#hosts.memoryOf?.(instance);
  }

  async deactivate(instance: InstanceId): Promise<void> {
    const alive = this.#instances.get(instance);
    this.#instances.delete(instance);
    if (alive === undefined) return;
    await alive.port.deactivate(instance);
    if (![...this.#instances.values()].some(({ extension }) => extension === alive.extension)) {
      this.#live(alive.extension, "deactivate");
    }
  }

  health(): readonly InstanceHealth[] {
    return [this.#hosts, ...this.#others.map(({ port }) => port)].flatMap((port) => port.health());
  }

  async close(): Promise<void> {
    // The hosts close the books that all write into.
    await Promise.all(this.#others.map(({ port }) => port.close()));
    await this.#hosts.close();
    this.#instances.clear();
  }

  /** Where each extension stands that this process has had to do with. */
  lives(): readonly LifeLine[] {
    return [...this.#lives.values()];
  }

  #settled(alive: Alive): void {
    if (--alive.calls === 0) this.#live(alive.extension, "idle");
  }

  #live(extension: ExtensionId, event: Parameters<typeof nextState>[1], error?: unknown): void {
    const before = this.#lives.get(extension)?.state ?? "installed";
    const state = nextState(before, event);
    if (state === before && this.#lives.has(extension)) return;
    const reason = error instanceof Error ? { reason: error.message } : {};
    this.#lives.set(extension, { extension, state, ...reason });
  }
}
