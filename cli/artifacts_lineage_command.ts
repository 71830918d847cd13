/** `artifacts lineage`. @module */

import type { ArtifactId } from "../core/ids.ts";
import type {
  ArtifactLineage,
  LineageMaking,
  LineageSource,
  RunPlace,
} from "../core/ports/artifact_lineage.ts";
import { findReference } from "./artifact_reference.ts";
import { artifactRecord, isoTime, numberFlag, openLibrary, say, shortId } from "./artifact_store.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { localTime } from "./runs_list_command.ts";
import type { CliServices, Store } from "./services.ts";
import { cleanLine } from "./text.ts";

/** Artifacts that are followed, each way. */
const MOST_FOLLOWED = 100;

/** Where an artifact comes from and what it went into, step by step. */
export async function artifactsLineageCommand(services: CliServices, args: Arguments): Promise<number> {
  const depth = numberFlag(args, "depth", { least: 1, most: 50 }) ?? 5;
  await using store = await openLibrary(services, args);
  const { info } = await findReference(store, args.positional(0));
  const known = new Map<ArtifactId, ArtifactLineage>();
  const from = await follow(
    store,
    info.id,
    depth,
    known,
    (lineage) =>
      lineage.madeBy.flatMap(({ sources }) =>
        sources.flatMap(({ value }) => "artifact" in value ? [value.artifact] : [])
      ),
  );
  const into = await follow(
    store,
    info.id,
    depth,
    known,
    (lineage) => lineage.wentInto.flatMap(({ gave }) => gave),
  );
  const record = {
    artifact: artifactRecord(info),
    from: from.map((one) => ({ artifact: one.artifact, madeBy: one.madeBy.map(makingRecord) })),
    into: into.map(({ artifact, wentInto }) => ({ artifact, wentInto })),
  };
  await say(services, args, record, () => {
    const made = treeText(info.id, known, depth, upwards);
    const used = treeText(info.id, known, depth, downwards);
    const head = `${shortId(info.id)}  ${cleanLine(info.name ?? "")}  ${cleanLine(info.type)}\n`;
    return `${head}Comes from\n${made === "" ? "  nothing that is known\n" : made}Went into\n${
      used === "" ? "  nothing that is known\n" : used
    }`;
  });
  return exitCodes.completed;
}

/** The lineage of an artifact and of those that `next` leads to, nearest first. */
async function follow(
  store: Store,
  start: ArtifactId,
  depth: number,
  known: Map<ArtifactId, ArtifactLineage>,
  next: (lineage: ArtifactLineage) => readonly ArtifactId[],
): Promise<readonly ArtifactLineage[]> {
  const found: ArtifactLineage[] = [];
  const seen = new Set<ArtifactId>([start]);
  let level: readonly ArtifactId[] = [start];
  for (let step = 0; step < depth && level.length > 0; step++) {
    const following: ArtifactId[] = [];
    for (const id of level) {
      if (found.length >= MOST_FOLLOWED) return found;
      const lineage = known.get(id) ?? await store.pit.library.lineage.lineage(id);
      known.set(id, lineage);
      found.push(lineage);
      for (const one of next(lineage)) {
        if (seen.has(one)) continue;
        seen.add(one);
        following.push(one);
      }
    }
    level = following;
  }
  return found;
}

interface Branch {
  readonly text: string;
  readonly artifacts: readonly ArtifactId[];
}

function upwards({ madeBy }: ArtifactLineage): readonly Branch[] {
  return madeBy.map((making) => ({
    text: `${placeText(making.place)}, ${localTime(making.at)}${
      making.instrument === undefined ? "" : ` on ${cleanLine(making.instrument)}`
    }${sourcesText(making)}`,
    artifacts: making.sources.flatMap(({ value }) => "artifact" in value ? [value.artifact] : []),
  }));
}

function downwards({ wentInto }: ArtifactLineage): readonly Branch[] {
  return wentInto.map(({ place, gave }) => ({ text: placeText(place), artifacts: gave }));
}

/** An indented tree; what was shown already is not followed again. */
function treeText(
  start: ArtifactId,
  known: ReadonlyMap<ArtifactId, ArtifactLineage>,
  depth: number,
  branches: (lineage: ArtifactLineage) => readonly Branch[],
): string {
  const shown = new Set<ArtifactId>();
  const lines: string[] = [];
  const walk = (id: ArtifactId, step: number) => {
    const lineage = known.get(id);
    if (lineage === undefined || step > depth || shown.has(id)) return;
    const level = 2 * step - 1;
    shown.add(id);
    for (const { text, artifacts } of branches(lineage)) {
      lines.push(`${"  ".repeat(level)}${text}\n`);
      for (const artifact of new Set(artifacts)) {
        const again = shown.has(artifact) ? " (see above)" : "";
        lines.push(`${"  ".repeat(level + 1)}${shortId(artifact)}${again}\n`);
        walk(artifact, step + 1);
      }
    }
  };
  walk(start, 1);
  return lines.join("");
}

function placeText({ run, workflow, scope, node, item, output }: RunPlace): string {
  const where = output === undefined
    ? `${scope === undefined ? "" : `${cleanLine(scope)}/`}${node ?? ""}${
      item === undefined ? "" : `[${item}]`
    }`
    : `output ${cleanLine(output)}`;
  return `${where} of ${cleanLine(workflow)}, run ${run}`;
}

function sourcesText({ sources, more }: LineageMaking): string {
  const small = sources.flatMap((source) =>
    "preview" in source.value ? [sourceText(source, source.value.preview)] : []
  );
  const rest = more === 0 ? [] : [`${more} more`];
  return small.length + rest.length === 0 ? "" : `; read ${[...small, ...rest].join(", ")}`;
}

function sourceText(source: LineageSource, preview: string): string {
  const name = source.kind === "input"
    ? `input ${cleanLine(source.name)}`
    : `${source.node}${source.item === undefined ? "" : `[${source.item}]`}`;
  const text = cleanLine(preview);
  return `${name} = ${text.length <= 60 ? text : `${text.slice(0, 59)}…`}`;
}

function makingRecord(making: LineageMaking): Record<string, unknown> {
  return { ...making, at: isoTime(making.at) };
}
