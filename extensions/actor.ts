/**
 * One extension as the core deals with it: what it is and may do, and how its processes have fared. A dead process is never
 * revived but another started, no sooner and no more often than the restart policy allows; then it is in quarantine.
 *
 * @module
 */

import { type RestartPolicy, supervise, type Supervised, unsupervised } from "../core/actor/supervision.ts";
import type { ExtensionId, NodeTypeId } from "../core/ids.ts";
import { canonicalJson, type Json, type JsonObject } from "../core/json.ts";
import type { Health } from "../core/policy/health.ts";
import { PayloadBudget } from "./capabilities/payload_budget.ts";
import type { Authority } from "./capabilities/capability.ts";
import type { HealthBook } from "./health_book.ts";
import type { BootKind } from "./host/boot.ts";
import type { Installed } from "./installed.ts";
import type { Contribution } from "./sdk/runtime/describe.ts";

export interface ActorOptions {
  readonly installed: Installed;
  readonly authority: Authority;
  readonly config: JsonObject;
  /** True where the person chose the light tier for it. */
  readonly isMadeLight: boolean;
  readonly book: HealthBook;
  readonly restarts: RestartPolicy;
  /** Hears of each failure of a process, and of a quarantine. */
  readonly onFailure: (reason: string, health: Health) => void;
}

export class Actor {
  readonly installed: Installed;
  readonly authority: Authority;
  readonly config: JsonObject;
  readonly boot: BootKind;
  /** What its calls hold in the core. */
  readonly payloads = new PayloadBudget();
  contributes: ReadonlyMap<NodeTypeId, Contribution>;
  /** All that it contributes, as it was described; undefined until it was. */
  #described: string | undefined;
  readonly #options: ActorOptions;
  #state: Supervised = unsupervised;

  constructor(options: ActorOptions) {
    const { installed } = options;
    this.#options = options;
    this.installed = installed;
    this.authority = options.authority;
    this.config = options.config;
    this.boot = bootOf(installed, options.isMadeLight);
    this.contributes = byType(installed.contributes ?? []);
    if (installed.contributes !== undefined) this.#described = textOf(installed.contributes);
  }

  get id(): ExtensionId {
    return this.installed.manifest.id;
  }

  get health(): Health {
    return this.#options.book.of(this.id, this.installed.codeHash);
  }

  get restarts(): number {
    return this.#state.restarts;
  }

  /** Why it may not be started; undefined where it may. */
  get quarantine(): string | undefined {
    const { class: name, reason } = this.health;
    return name === "quarantined" ? reason : undefined;
  }

  /** Monotonic time before which it is not started again. */
  get notBeforeMs(): number {
    return this.#state.notBeforeMs;
  }

  /** Notes what it contributes, beside its module as well. */
  async remember(contributes: readonly Contribution[]): Promise<void> {
    await this.installed.remember(contributes);
    this.#describe(contributes);
  }

  /**
   * True where a started process contributes what was described, by which the catalogue, effects and results go. The first start of
   * one that was never described describes it.
   */
  isAsDescribed(contributes: readonly Contribution[]): boolean {
    if (this.#described === undefined) this.#describe(contributes);
    return this.#described === textOf(contributes);
  }

  #describe(contributes: readonly Contribution[]): void {
    this.contributes = byType(contributes);
    this.#described = textOf(contributes);
  }

  started(): void {
    this.#state = supervise(this.#state, { type: "started" }, this.#options.restarts);
  }

  /** A process of it ended, or had to be ended. */
  failed(reason: string): void {
    const { book, restarts, onFailure } = this.#options;
    this.#state = supervise(this.#state, { type: "failed", atMs: performance.now(), reason }, restarts);
    let health = this.#note({ type: "failed", reason });
    const { quarantine } = this.#state;
    if (quarantine !== undefined) {
      health = book.note(this.id, this.installed.codeHash, { type: "exhausted", reason: quarantine });
    }
    onFailure(reason, health);
  }

  /**
   * Its module did not load. The first time is a failure like others; the same code a second time, in this session or a
   * later one, is in quarantine, else it would be started in every session anew.
   */
  notDescribed(reason: string): void {
    const { book, onFailure } = this.#options;
    if (this.health.class !== "degraded") return this.failed(reason);
    const text = `its module did not load again: ${reason}`;
    onFailure(reason, book.note(this.id, this.installed.codeHash, { type: "exhausted", reason: text }));
  }

  answered(): void {
    const { class: name } = this.health;
    if (name === "degraded" || name === "probation") this.#note({ type: "answered", count: 1 });
  }

  /** Lets it be started again; false where it was in no quarantine. */
  release(): boolean {
    this.#state = supervise(this.#state, { type: "pardoned" }, this.#options.restarts);
    return this.#options.book.release(this.id);
  }

  #note(event: Parameters<HealthBook["note"]>[2]): Health {
    return this.#options.book.note(this.id, this.installed.codeHash, event);
  }
}

/** The stricter of what the manifest says and the person chose; what comes with the product runs as modules. */
function bootOf({ manifest, origin }: Installed, isMadeLight: boolean): BootKind {
  if (manifest.tier === "light" || isMadeLight) return "light";
  return origin === "bundled" ? "open" : "sealed";
}

function textOf(contributes: readonly Contribution[]): string {
  return canonicalJson(contributes as unknown as Json);
}

function byType(contributes: readonly Contribution[]): ReadonlyMap<NodeTypeId, Contribution> {
  return new Map(contributes.map((one) => [one.type as NodeTypeId, one]));
}
