/**
 * ExtensionPort over a table of functions, for tests of the driver: no processes, no schemas beyond what is given.
 *
 * @module
 */

import { extensionId, instanceId, nodeTypeId } from "../../../core/ids.ts";
import type { ExtensionId, InstanceId, NodeTypeId } from "../../../core/ids.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { CallOptions, CallRequest, CallResult, ExtensionPort } from "../../../core/ports/extension.ts";
import type { Catalog, ExtensionLimits, NodeType, TaskType } from "../../../core/workflow/catalog.ts";

export interface TableOperator {
  readonly input?: JsonObject;
  readonly output?: JsonObject;
  readonly effect?: NodeType["effect"];
  readonly instrument?: NodeType["instrument"];
  /** Of which extension it is; `tests/table` without it. */
  readonly extension?: string;
  readonly run: (request: CallRequest, options: CallOptions) => CallResult | Promise<CallResult>;
}

const open: JsonObject = { type: "object", additionalProperties: true };

/** A success. */
export function gives(output: JsonObject): CallResult {
  return { ok: true, output };
}

export class TableExtensions implements ExtensionPort {
  readonly calls: CallRequest[] = [];
  readonly #table: ReadonlyMap<string, TableOperator>;
  readonly #catalog: Catalog;

  constructor(
    table: Readonly<Record<string, TableOperator>>,
    tasks: readonly TaskType[] = [],
    limits: ExtensionLimits = { instances: 1, concurrency: 1000 },
  ) {
    this.#table = new Map(Object.entries(table));
    const extension = extensionId("tests/table");
    const nodes = new Map<NodeTypeId, NodeType>();
    for (const [name, operator] of this.#table) {
      const type = nodeTypeId(name);
      nodes.set(type, {
        type,
        kind: operator.instrument === undefined ? "operator" : "instrument",
        extension: operator.extension === undefined ? extension : extensionId(operator.extension),
        version: "1.0.0",
        title: name,
        description: "",
        input: operator.input ?? open,
        output: operator.output ?? open,
        effect: operator.effect ?? "none",
        codeHash: "0".repeat(64),
        ...(operator.instrument === undefined ? {} : { instrument: operator.instrument }),
      });
    }
    this.#catalog = {
      nodes,
      tasks: new Map(tasks.map((task) => [task.type, task])),
      problems: [],
      limits: new Map(
        [extension, ...[...nodes.values()].map((type) => type.extension)].map((id) => [id, limits]),
      ),
    };
  }

  get catalog(): Catalog {
    return this.#catalog;
  }

  describe(): Promise<Catalog> {
    return Promise.resolve(this.#catalog);
  }

  activate(extension: ExtensionId): Promise<InstanceId> {
    return Promise.resolve(instanceId(extension));
  }

  call(_instance: InstanceId, request: CallRequest, options: CallOptions): CallResult | Promise<CallResult> {
    this.calls.push(request);
    const operator = this.#table.get(request.nodeType) as TableOperator;
    return operator.run(request, options);
  }

  isAlive(): boolean {
    return true;
  }

  deactivate(): Promise<void> {
    return Promise.resolve();
  }

  health(): readonly [] {
    return [];
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
