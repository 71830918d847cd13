/**
 * Files what runs leave behind, in the background: each output of a workflow becomes a version of `WORKFLOW/OUTPUT`, what
 * the run refers to is noted for lineage and for the Stale Manager, and the search takes it in. A run is in the queue from
 * the transaction that settles it until the one that adds its versions, so what a crash leaves is done the next time,
 * by whoever comes first.
 *
 * It never takes more than a fifth of the time while something else may be running: after each step it waits four
 * times as long as the step took.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { ArtifactId, NodeId } from "../../core/ids.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { RunEvent } from "../../core/orchestration/event.ts";
import { isMockRun } from "../../core/orchestration/run_created.ts";
import { type KeptDefinition, readDefinition } from "../../core/orchestration/run_definition.ts";
import type { ArtifactPort } from "../../core/ports/artifact.ts";
import type { ArtifactSearchPort } from "../../core/ports/artifact_catalog.ts";
import type { ArtifactFilingPort } from "../../core/ports/artifact_lineage.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { DagPort } from "../../core/ports/dag.ts";
import { parseExpression } from "../../core/workflow/cel.ts";
import { portSchema } from "../../core/workflow/catalog.ts";
import type { EndedRun, FiledOutput, FiledUse, FilingLedger } from "./ledger.ts";

export interface FilingParts {
  readonly dag: DagPort;
  readonly artifacts: ArtifactPort;
  readonly ledger: FilingLedger;
  readonly search: ArtifactSearchPort;
  readonly clock: ClockPort;
}

/** A run is filed this long after it settled, so that several that end together do not stand in each other's way. */
const DELAY_MS = 50;
/** Of the time, filing takes 1 / (1 + this). */
const REST = 4;
/** When the process ends, so much of what waits is still done; the rest has the next time. */
const LAST_MS = 150;
/** Runs that are looked at for one whose process died between its end and the note of it. */
const LOOKED_AT = 200;

const idPattern = /\b[0-9a-f]{64}\b/g;

export class Filing implements ArtifactFilingPort, AsyncDisposable {
  readonly #parts: FilingParts;
  #cancel: (() => void) | undefined;
  #working: Promise<number> | undefined;
  #isPrepared = false;
  #isAwaited = false;
  #wake: () => void = () => {};
  #closed = false;

  constructor(parts: FilingParts) {
    this.#parts = parts;
  }

  /** Files soon, in the background. What goes wrong there is met again, and told, by the next `catchUp`. */
  soon(): void {
    if (this.#closed || this.#cancel !== undefined || this.#working !== undefined) return;
    this.#cancel = this.#parts.clock.schedule(DELAY_MS, () => {
      this.#cancel = undefined;
      this.#start(true).catch(() => 0);
    });
  }

  async catchUp(): Promise<number> {
    this.#cancel?.();
    this.#cancel = undefined;
    let filed = 0;
    if (this.#working !== undefined) {
      this.#isAwaited = true;
      this.#wake();
      filed = await this.#working.catch(() => 0);
      this.#isAwaited = false;
    }
    return filed + await this.#start(false);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const wasWaiting = this.#cancel !== undefined;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#closed = true;
    this.#wake();
    await this.#working?.catch(() => 0);
    if (!wasWaiting) return;
    const end = this.#parts.clock.monotonic() + LAST_MS;
    // What fails here is still in the queue.
    await this.#fileAll(false, () => this.#parts.clock.monotonic() > end).catch(() => 0);
  }

  #start(isBackground: boolean): Promise<number> {
    const work = this.#fileAll(isBackground, () => isBackground && this.#closed).finally(() => {
      if (this.#working === work) this.#working = undefined;
    });
    return this.#working = work;
  }

  async #fileAll(isBackground: boolean, isEnough: () => boolean): Promise<number> {
    const { ledger, clock } = this.#parts;
    if (!this.#isPrepared) {
      await ledger.prepare();
      await this.#findLost();
      this.#isPrepared = true;
    }
    let filed = 0;
    while (!isEnough()) {
      const [next] = ledger.pending(1);
      if (next === undefined) break;
      const began = clock.monotonic();
      try {
        await this.#file(next);
      } catch (error) {
        // Without its secret an encrypted store takes nothing; what waits has time until somebody has it.
        if (error instanceof SymphonyError && error.code === "permission") return filed;
        throw error;
      }
      filed++;
      if (isBackground && !this.#isAwaited && !this.#closed) await this.#rest(clock.monotonic() - began);
    }
    if (isBackground && !isEnough()) await this.#parts.search.refresh();
    return filed;
  }

  /** Runs whose log has ended but whose process died before it said so. */
  async #findLost(): Promise<void> {
    let seen = 0;
    for await (const { run, state } of this.#parts.dag.list()) {
      if (++seen > LOOKED_AT) return;
      if (state !== "running") continue;
      let last: RunEvent | undefined;
      try {
        for await (const batch of this.#parts.dag.replay(run)) last = batch.at(-1);
      } catch (error) {
        if (isUnreadable(error)) continue;
        throw error;
      }
      const isEnd = last !== undefined && /^run\.(completed|failed|cancelled)$/.test(last.type);
      if (isEnd && last !== undefined && last.scope === undefined) {
        await this.#parts.ledger.enqueue({ run, at: last.at });
      }
    }
  }

  async #file(ended: EndedRun): Promise<void> {
    const { ledger } = this.#parts;
    const reading = new RunReading(this.#parts.artifacts);
    try {
      for await (const batch of this.#parts.dag.replay(ended.run)) {
        for (const event of batch) reading.take(ended, event);
      }
      const outputs = await this.#outputs(ended, reading);
      await ledger.note(ended.run, [...await reading.known(), ...outputs.uses]);
      await ledger.finish(ended, outputs.versions);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      await ledger.finish(ended, []);
    }
  }

  async #outputs(
    ended: EndedRun,
    { created, completed }: RunReading,
  ): Promise<{ readonly versions: FiledOutput[]; readonly uses: FiledUse[] }> {
    const versions: FiledOutput[] = [];
    const uses: FiledUse[] = [];
    if (created === undefined || completed === undefined || isMockRun(created)) return { versions, uses };
    const { artifacts } = this.#parts;
    const kept = await readDefinition(artifacts, created.definition).catch(() => undefined);
    const outputs = await valueOf(artifacts, completed.outputs);
    if (!isObject(outputs)) return { versions, uses };
    for (const [output, value] of Object.entries(outputs)) {
      // What a run of a part gives beside the workflow's outputs, the whole of a node, is no output of the workflow.
      const isBeside = created.part?.to.some((node) => node === output) === true &&
        (kept === undefined || kept.definition.outputs.get(output) === output);
      if (value === null || output === "" || isBeside) continue;
      const source = sourceOf(kept, output);
      const name = `${created.workflow}/${output}`.slice(0, 500);
      const artifact = await this.#artifactOf(value, {
        name: output,
        type: source.type,
        ended,
        node: source.node,
      });
      versions.push({ name, artifact, message: `${created.workflow} ${created.version}` });
      const place = { run: ended.run, workflow: created.workflow, output };
      uses.push({ artifact, at: completed.at, made: { place, at: completed.at } });
    }
    return { versions, uses };
  }

  /** The artifact of an output: the one that it names, else its text, else its JSON. */
  async #artifactOf(
    value: Json,
    { name, type, ended, node }: {
      name: string;
      type: string | undefined;
      ended: EndedRun;
      node: NodeId | undefined;
    },
  ): Promise<ArtifactId> {
    const { artifacts } = this.#parts;
    if (typeof value === "string" && /^[0-9a-f]{64}$/.test(value)) {
      const info = await artifacts.info(value as ArtifactId);
      if (info !== undefined) return info.id;
    }
    const isText = typeof value === "string";
    const text = isText ? value : `${JSON.stringify(value, null, 2)}\n`;
    return await artifacts.put(new TextEncoder().encode(text), {
      type: isText ? type ?? "text/plain" : "application/json",
      name,
      ...(node === undefined ? {} : { origin: { run: ended.run, node } }),
    });
  }

  /** Lets others have their turn; ends at once where somebody waits for the filing. */
  #rest(workMs: number): Promise<void> {
    return new Promise((done) => {
      const cancel = this.#parts.clock.schedule(workMs * REST, done);
      this.#wake = () => {
        cancel();
        done();
      };
    });
  }
}

/** A log that cannot be read is told by `verify`; it must not stop the others. */
function isUnreadable(error: unknown): boolean {
  return error instanceof SymphonyError && /^(not-found|corrupt|bad-id)$/.test(error.code);
}

/** What of a run's log filing needs, gathered event by event. */
class RunReading {
  created: RunEvent & { type: "run.created" } | undefined;
  completed: RunEvent & { type: "run.completed" } | undefined;
  readonly #artifacts: ArtifactPort;
  readonly #uses: FiledUse[] = [];
  /** Ids that stand in inputs; they may be anything. */
  readonly #mentioned = new Map<string, number>();

  constructor(artifacts: ArtifactPort) {
    this.#artifacts = artifacts;
  }

  take(ended: EndedRun, event: RunEvent): void {
    const { at, scope } = event;
    switch (event.type) {
      case "run.created": {
        if (scope === undefined) this.created = event;
        this.#uses.push({ artifact: event.definition, at });
        for (const [id] of JSON.stringify(event.inputs).matchAll(idPattern)) this.#mentioned.set(id, at);
        return;
      }
      case "run.completed":
        if (scope === undefined) this.completed = event;
        if ("artifact" in event.outputs) this.#uses.push({ artifact: event.outputs.artifact, at });
        return;
      case "node.expanded":
        if ("artifact" in event.items) this.#uses.push({ artifact: event.items.artifact, at });
        return;
      case "node.completed":
      case "node.iterated": {
        if (!("artifact" in event.output)) return;
        const { node, item } = event;
        const instrument = event.type === "node.completed" ? event.instrument : undefined;
        const place = {
          run: ended.run,
          workflow: this.created?.workflow ?? "",
          node,
          ...(scope === undefined ? {} : { scope }),
          ...(item === undefined ? {} : { item }),
        };
        const made = { place, at, ...(instrument === undefined ? {} : { instrument }) };
        this.#uses.push({ artifact: event.output.artifact, at, made });
        return;
      }
    }
  }

  /** What the run refers to, without mentioned ids that the store has not. */
  async known(): Promise<readonly FiledUse[]> {
    const uses = [...this.#uses];
    for (const [id, at] of this.#mentioned) {
      const info = await this.#artifacts.info(id as ArtifactId);
      if (info !== undefined) uses.push({ artifact: info.id, at });
    }
    return uses;
  }
}

/** The node that an output's expression reads first, and the media type that its port promises. */
function sourceOf(
  kept: KeptDefinition | undefined,
  output: string,
): { readonly node: NodeId | undefined; readonly type: string | undefined } {
  const none = { node: undefined, type: undefined };
  if (kept === undefined) return none;
  const { nodes, outputs } = kept.definition;
  const text = outputs.get(output);
  if (text === undefined) {
    const found = [...nodes.values()].find((node) => node.kind === "output" && node.name === output);
    return { node: found?.id, type: undefined };
  }
  const parsed = parseExpression(text);
  if ("problem" in parsed) return none;
  for (const { root, port } of parsed.expression.references) {
    const node = nodes.get(root as NodeId);
    if (node === undefined) continue;
    const schema = node.kind === "call" ? kept.catalog.nodes.get(node.use)?.output : undefined;
    const promised = schema === undefined || port === undefined ? undefined : portSchema(schema, port);
    return { node: node.id, type: mediaTypeOf(promised) };
  }
  return none;
}

function mediaTypeOf(schema: unknown): string | undefined {
  const type = isObject(schema) ? (schema as JsonObject)["contentMediaType"] : undefined;
  return typeof type === "string" ? type : undefined;
}

async function valueOf(
  artifacts: ArtifactPort,
  ref: (RunEvent & { type: "run.completed" })["outputs"],
): Promise<Json> {
  if ("value" in ref) return ref.value;
  const bytes = await artifacts.get(ref.artifact);
  if (bytes === undefined) throw new SymphonyError("not-found", `Cannot find artifact ${ref.artifact}`);
  return JSON.parse(new TextDecoder().decode(bytes)) as Json;
}
