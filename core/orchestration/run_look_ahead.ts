/**
 * Tells the forecast what a run begins and what settles, so that instances for the nodes behind can be loading already.
 * Nothing of it reaches the log: a forecast that is not told, or that errs, changes when things are ready, not what is done.
 *
 * @module
 */

import type { ExtensionId, RunId } from "../ids.ts";
import type { LookAheadPort } from "../ports/forecast.ts";
import type { Catalog } from "../workflow/catalog.ts";
import type { PlanNode } from "../workflow/plan.ts";
import type { RunEvent } from "./event.ts";
import type { RunScope } from "./run_scope.ts";

export class RunLookAhead {
  readonly #port: LookAheadPort;
  readonly #run: RunId;
  readonly #catalog: Catalog;
  /** For each scope, the nodes that were told to have begun: of a fan-out, the first item. */
  readonly #begun = new WeakMap<RunScope, Uint8Array>();

  constructor(port: LookAheadPort, run: RunId, catalog: Catalog) {
    this.#port = port;
    this.#run = run;
    this.#catalog = catalog;
  }

  /** Call with every event of the scope that is applied; not with those of a replay. */
  observe(scope: RunScope, event: RunEvent): void {
    if (event.type === "node.started") this.#started(scope, event);
    else if (event.type === "nodes.reset") this.#begun.delete(scope);
    else if (
      (event.type === "node.completed" || event.type === "node.failed" || event.type === "node.skipped") &&
      event.item === undefined
    ) {
      this.#of(scope);
      this.#port.settled(this.#run, scope.path, scope.plan.indexOf.get(event.node) as number, event.at);
    }
  }

  closed(): void {
    this.#port.closed(this.#run);
  }

  #started(scope: RunScope, event: RunEvent & { readonly type: "node.started" }): void {
    const begun = this.#of(scope);
    const node = scope.plan.indexOf.get(event.node) as number;
    if (begun[node] === 1) return;
    begun[node] = 1;
    this.#port.begun(
      this.#run,
      scope.path,
      node,
      event.at,
      this.#extension(scope.plan.nodes[node] as PlanNode, event),
    );
  }

  #extension(
    { definition }: PlanNode,
    event: RunEvent & { readonly type: "node.started" },
  ): ExtensionId | undefined {
    const type = event.instrument ?? (definition.kind === "call" ? definition.use : undefined);
    return type === undefined ? undefined : this.#catalog.nodes.get(type)?.extension;
  }

  #of(scope: RunScope): Uint8Array {
    let begun = this.#begun.get(scope);
    if (begun === undefined) {
      this.#begun.set(scope, begun = new Uint8Array(scope.plan.nodes.length));
      this.#port.opened(this.#run, scope.path, scope.plan, this.#catalog);
    }
    return begun;
  }
}
