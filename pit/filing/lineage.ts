/**
 * Lineage, put together from the logs of the runs that refer to an artifact. Nothing of it is kept beside the logs but
 * which run refers to what and which place made it, and those are noted again by filing the runs once more.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { ArtifactId, NodeId, RunId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { ArtifactPort } from "../../core/ports/artifact.ts";
import type {
  ArtifactLineage,
  ArtifactLineagePort,
  LineageMaking,
  LineageUse,
  RunPlace,
} from "../../core/ports/artifact_lineage.ts";
import type { DagPort } from "../../core/ports/dag.ts";
import type { FilingLedger } from "./ledger.ts";
import {
  type Given,
  type GraphScope,
  membersOf,
  mentions,
  portsWith,
  type Reads,
  readsOf,
  readsOfOutput,
  RunGraph,
} from "./run_graph.ts";

/** Of one artifact so many runs are looked at, the newest first. */
const MOST_RUNS = 20;
const MOST_SOURCES = 50;
/** A larger output is not looked through for ids of what its node stored. */
const MOST_READ_BYTES = 4 * 1024 * 1024;

export interface LineageParts {
  readonly dag: DagPort;
  readonly artifacts: ArtifactPort;
  readonly ledger: FilingLedger;
}

export class LogLineage implements ArtifactLineagePort {
  readonly #parts: LineageParts;

  constructor(parts: LineageParts) {
    this.#parts = parts;
  }

  async lineage(id: ArtifactId): Promise<ArtifactLineage> {
    const { ledger, artifacts, dag } = this.#parts;
    const info = await artifacts.info(id);
    const runs = new Set<RunId>(ledger.runsOf(id));
    for (const { place } of ledger.makersOf(id)) runs.add(place.run);
    if (info?.origin !== undefined) runs.add(info.origin.run);
    const madeBy: LineageMaking[] = [];
    const wentInto: LineageUse[] = [];
    for (const run of [...runs].sort().reverse().slice(0, MOST_RUNS)) {
      try {
        const graph = await RunGraph.read(run, dag, artifacts);
        const trace = new Trace(graph, id, info?.origin?.run === run ? info.origin : undefined);
        await trace.follow(artifacts, ledger);
        madeBy.push(...trace.madeBy);
        wentInto.push(...trace.wentInto);
      } catch (error) {
        // A run whose log is gone says nothing; `verify` tells of a damaged one.
        if (!(error instanceof SymphonyError) || !/^(not-found|corrupt)$/.test(error.code)) throw error;
      }
    }
    return { artifact: id, madeBy, wentInto };
  }
}

/** One artifact in one run. */
class Trace {
  readonly madeBy: LineageMaking[] = [];
  readonly wentInto: LineageUse[] = [];
  readonly #graph: RunGraph;
  readonly #id: ArtifactId;
  readonly #origin: { readonly node: NodeId; readonly item?: number } | undefined;

  constructor(
    graph: RunGraph,
    id: ArtifactId,
    origin: { readonly node: NodeId; readonly item?: number } | undefined,
  ) {
    this.#graph = graph;
    this.#id = id;
    this.#origin = origin;
  }

  async follow(artifacts: ArtifactPort, ledger: FilingLedger): Promise<void> {
    const outputsOf = new Map<string, Map<string, ArtifactId>>();
    for (const scope of this.#graph.scopes.values()) {
      const outputs = await this.#outputArtifacts(scope, artifacts, ledger);
      outputsOf.set(scope.path, outputs);
      for (const [output, artifact] of outputs) if (artifact === this.#id) this.#madeAsOutput(scope, output);
    }
    for (const scope of this.#graph.scopes.values()) {
      this.#inScope(
        scope,
        outputsOf.get(scope.path) ?? new Map(),
        await this.#givenByOrigin(scope, artifacts),
      );
    }
  }

  /** The outputs of the run that are artifacts, by name. Only the run's own outputs are. */
  async #outputArtifacts(
    scope: GraphScope,
    artifacts: ArtifactPort,
    ledger: FilingLedger,
  ): Promise<Map<string, ArtifactId>> {
    const found = new Map<string, ArtifactId>();
    if (scope.path !== "" || scope.outputs === undefined) return found;
    const isOurs = (place: RunPlace) => place.run === this.#graph.run && place.output !== undefined;
    for (const { place } of ledger.makersOf(this.#id)) {
      if (isOurs(place)) found.set(place.output ?? "", this.#id);
    }
    const outputs = await this.#membersOf(scope, artifacts);
    for (const output of Object.keys(outputs)) {
      const known = found.has(output) ? undefined : await ledger.outputOf(this.#graph.run, output);
      if (known !== undefined) found.set(output, known);
    }
    return found;
  }

  async #membersOf(scope: GraphScope, artifacts: ArtifactPort): Promise<JsonObject> {
    const ref = scope.outputs?.ref;
    if (ref === undefined) return {};
    if ("value" in ref) return membersOf(ref.value);
    const bytes = await artifacts.get(ref.artifact);
    return bytes === undefined ? {} : membersOf(JSON.parse(new TextDecoder().decode(bytes)));
  }

  #madeAsOutput(scope: GraphScope, output: string): void {
    const reads = readsOfOutput(scope.definition, output);
    const place: RunPlace = { run: this.#graph.run, workflow: this.#graph.workflow, output };
    this.#made(
      place,
      scope.outputs?.at ?? 0,
      undefined,
      this.#graph.sourcesOf(scope, reads, undefined, undefined),
    );
  }

  /** What the node that stored the artifact gave, also where that is kept as an artifact of its own. */
  async #givenByOrigin(scope: GraphScope, artifacts: ArtifactPort): Promise<Given | undefined> {
    const origin = scope.path === "" ? this.#origin : undefined;
    const given = origin &&
      scope.given.find(({ node, item }) => node === origin.node && item === origin.item);
    if (given === undefined || !("artifact" in given.ref) || given.ref.sizeBytes > MOST_READ_BYTES) {
      return given;
    }
    const bytes = await artifacts.get(given.ref.artifact);
    if (bytes === undefined || given.ref.artifact === this.#id) return given;
    return { ...given, ref: { value: JSON.parse(new TextDecoder().decode(bytes)) } };
  }

  #inScope(
    scope: GraphScope,
    outputs: ReadonlyMap<string, ArtifactId>,
    givenByOrigin: Given | undefined,
  ): void {
    const carriers = new Map<string, Set<string | undefined>>();
    const items = new Map<string, Set<number | undefined>>();
    const carry = ({ node, item, ref }: Given) => {
      const ports = carriers.get(node) ?? new Set();
      for (const port of portsWith(ref, this.#id)) ports.add(port);
      carriers.set(node, ports);
      items.set(node, (items.get(node) ?? new Set()).add(item));
    };
    for (const given of scope.given) {
      if (!mentions(given.ref, this.#id)) continue;
      carry(given);
      if ("artifact" in given.ref) this.#madeByNode(scope, given);
    }
    const origin = scope.path === "" ? this.#origin : undefined;
    const isOutput = [...outputs.values()].includes(this.#id);
    if (origin !== undefined && !isOutput) {
      if (this.madeBy.every(({ place }) => place.node !== origin.node)) this.#madeByOrigin(scope, origin);
      // What it stored beside its output goes nowhere by that alone.
      if (givenByOrigin !== undefined && mentions(givenByOrigin.ref, this.#id)) carry(givenByOrigin);
    }
    const inputs = new Set(
      Object.entries(scope.inputs).filter(([, value]) => JSON.stringify(value).includes(this.#id)).map((
        [name],
      ) => name),
    );
    if (carriers.size > 0 || inputs.size > 0) this.#consumers(scope, { carriers, items, inputs }, outputs);
  }

  #madeByNode(scope: GraphScope, given: Given): void {
    const definition = scope.definition?.nodes.get(given.node);
    const sources = definition === undefined
      ? []
      : this.#graph.sourcesOf(scope, readsOf(definition), given.item, definition.each);
    this.#made(this.#graph.placeOf(scope, given.node, given.item), given.at, given.instrument, sources);
  }

  /** What a node stored while it ran, beside what it gave. */
  #madeByOrigin(scope: GraphScope, { node, item }: { readonly node: NodeId; readonly item?: number }): void {
    const definition = scope.definition?.nodes.get(node);
    const given = scope.given.find((one) => one.node === node && one.item === item);
    const sources = definition === undefined
      ? []
      : this.#graph.sourcesOf(scope, readsOf(definition), item, definition.each);
    this.#made(this.#graph.placeOf(scope, node, item), given?.at ?? 0, given?.instrument, sources);
  }

  #made(
    place: RunPlace,
    at: number,
    instrument: string | undefined,
    sources: LineageMaking["sources"],
  ): void {
    this.madeBy.push({
      place,
      at,
      ...(instrument === undefined ? {} : { instrument }),
      sources: sources.slice(0, MOST_SOURCES),
      more: Math.max(0, sources.length - MOST_SOURCES),
    });
  }

  #consumers(
    scope: GraphScope,
    from: {
      readonly carriers: ReadonlyMap<string, ReadonlySet<string | undefined>>;
      readonly items: ReadonlyMap<string, ReadonlySet<number | undefined>>;
      readonly inputs: ReadonlySet<string>;
    },
    outputs: ReadonlyMap<string, ArtifactId>,
  ): void {
    const isRead = ({ nodes, inputs }: Reads) =>
      [...from.carriers].some(([node, ports]) => meet(ports, nodes.get(node))) ||
      [...from.inputs].some((name) => inputs.has(name));
    for (const node of scope.definition?.nodes.values() ?? []) {
      if (!isRead(readsOf(node))) continue;
      const along = [...from.carriers.keys()].find((carrier) =>
        node.each !== undefined &&
        (node.each === carrier || scope.definition?.nodes.get(carrier as NodeId)?.each === node.each)
      );
      const wanted = along === undefined ? undefined : from.items.get(along);
      for (const given of scope.given) {
        if (given.node !== node.id) continue;
        if (wanted !== undefined && !wanted.has(undefined) && !wanted.has(given.item)) continue;
        if (this.wentInto.length >= 10 * MOST_SOURCES) return;
        this.wentInto.push({
          place: this.#graph.placeOf(scope, node.id, given.item),
          gave: "artifact" in given.ref ? [given.ref.artifact] : [],
        });
      }
    }
    if (scope.outputs === undefined || scope.path !== "") return;
    const names = new Set([
      ...scope.definition?.outputs.keys() ?? [],
      ...[...scope.definition?.nodes.values() ?? []].flatMap((node) =>
        node.kind === "output" ? [node.name] : []
      ),
    ]);
    for (const output of names) {
      const artifact = outputs.get(output);
      if (artifact === this.#id || !isRead(readsOfOutput(scope.definition, output))) continue;
      this.wentInto.push({
        place: { run: this.#graph.run, workflow: this.#graph.workflow, output },
        gave: artifact === undefined ? [] : [artifact],
      });
    }
  }
}

/** True where what is read of a node holds what it carries. */
function meet(
  carried: ReadonlySet<string | undefined>,
  read: ReadonlySet<string | undefined> | undefined,
): boolean {
  if (read === undefined || carried.size === 0) return false;
  return carried.has(undefined) || read.has(undefined) || [...carried].some((port) => read.has(port));
}
