/**
 * Reads an evaluation folder: what a file is follows from its content, so any sub-folder or mixture of the formats will
 * do. What nothing reads is listed with the reason; what is recognised and wrong is refused with its place.
 *
 * Ring: conductor, pure; the bytes come through FolderSource.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type {
  ActivityTrace,
  EvaluationData,
  LoadTime,
  LoggedSet,
  RecordedGraph,
  ReferenceTable,
  RequestTrace,
} from "./data.ts";
import type { RoutingSet } from "./data.ts";
import type { FolderSource, SourceFile } from "./folder_source.ts";
import { csvHeader } from "./read/csv.ts";
import { malformed, parseJson } from "./read/fields.ts";
import { readGraph } from "./read/graph.ts";
import { isBanditTable, readBanditTable, readVowpal } from "./read/logged.ts";
import { readRoutingSet } from "./read/routing.ts";
import {
  readActivity,
  readAzureRequests,
  readLoadTimes,
  readMooncake,
  readReference,
  traceKind,
} from "./read/traces.ts";

interface Found {
  readonly routing: RoutingSet[];
  readonly logged: LoggedSet[];
  readonly graphs: RecordedGraph[];
  readonly activity: ActivityTrace[];
  readonly requests: RequestTrace[];
  readonly loadTimes: LoadTime[];
  readonly references: ReferenceTable[];
  readonly ignored: { path: string; reason: string }[];
}

/** @throws SymphonyError `bad-input` naming place and field; `not-found` where the folder holds nothing to evaluate. */
export async function readFolder(source: FolderSource): Promise<EvaluationData> {
  const files = await source.files();
  const folders = Map.groupBy(files, ({ name }) => folderOf(name));
  const found: Found = {
    routing: [],
    logged: [],
    graphs: [],
    activity: [],
    requests: [],
    loadTimes: [],
    references: [],
    ignored: [],
  };
  for (const [folder, members] of folders) await readMembers(folder, members, found);
  const count = found.routing.length + found.logged.length + found.graphs.length + found.activity.length +
    found.requests.length + found.references.length;
  if (count === 0) {
    throw new SymphonyError(
      "not-found",
      `Cannot evaluate ${source.folder}: found ${files.length} files and none in a known format, expected ` +
        "routing sets (meta.json with items.jsonl), logs (OBD tables, .vw), graphs or traces",
    );
  }
  return { folder: source.folder, ...found };
}

async function readMembers(folder: string, members: readonly SourceFile[], found: Found): Promise<void> {
  const named = new Map(members.map((file) => [baseName(file.name), file]));
  const logs: { policy: string; rows: LoggedSet["logs"][number]["rows"] }[] = [];
  for (const file of members) {
    const name = baseName(file.name);
    if (name === "items.jsonl") {
      const meta = named.get("meta.json");
      if (meta === undefined) {
        throw malformed(file.name, "no meta.json beside it", "the arms and features of the set");
      }
      const texts = named.get("texts.jsonl.gz");
      found.routing.push(readRoutingSet({
        folder,
        meta: await textOf(meta),
        items: await textOf(file),
        ...(texts === undefined ? {} : { texts: await unpacked(texts) }),
      }));
    } else if (name === "meta.json" || name === "texts.jsonl.gz") continue;
    else if (name.endsWith(".vw")) {
      logs.push({ policy: name, rows: readVowpal(await textOf(file), file.name) });
    } else if (name.endsWith(".json")) readJsonFile(await textOf(file), file.name, found);
    else if (name.endsWith(".csv")) {
      const text = await textOf(file);
      if (isBanditTable(text)) {
        logs.push({ policy: name.replace(/\.csv$/, ""), rows: readBanditTable(text, file.name) });
      } else readTrace(text, file.name, found);
    } else found.ignored.push({ path: file.name, reason: "no known kind of file" });
  }
  if (logs.length > 0) {
    const actions = 1 +
      logs.flatMap(({ rows }) => rows).reduce((most, { action }) => Math.max(most, action), 0);
    found.logged.push({ name: folder.slice(folder.lastIndexOf("/") + 1), folder, actions, logs });
  }
}

function readJsonFile(text: string, file: string, found: Found): void {
  const value = parseJson(text, file);
  if (typeof value === "object" && value !== null && Object.hasOwn(value, "tasks")) {
    found.graphs.push(readGraph(value, file));
  } else found.ignored.push({ path: file, reason: 'JSON without "tasks"' });
}

function readTrace(text: string, file: string, found: Found): void {
  switch (traceKind(text)) {
    case "activity":
      found.activity.push(readActivity(text, file));
      break;
    case "azure-requests":
      found.requests.push(readAzureRequests(text, file));
      break;
    case "mooncake":
      found.requests.push(readMooncake(text, file));
      break;
    case "load-times":
      found.loadTimes.push(...readLoadTimes(text, file));
      break;
    case "reference":
      found.references.push(readReference(text, file));
      break;
    case undefined:
      found.ignored.push({
        path: file,
        reason: `a table nothing reads (${csvHeader(text).slice(0, 4).join(", ")}, …)`,
      });
  }
}

async function textOf(file: SourceFile): Promise<string> {
  return decoded(await file.bytes(), file.name);
}

function decoded(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw malformed(name, "bytes that are not UTF-8", "text");
  }
}

async function unpacked(file: SourceFile): Promise<string> {
  const packed = new Blob([new Uint8Array(await file.bytes())]).stream();
  try {
    const bytes = await new Response(packed.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
    return decoded(new Uint8Array(bytes), file.name);
  } catch (error) {
    if (error instanceof SymphonyError) throw error;
    throw malformed(file.name, "bytes that are not gzip", "a gzip file");
  }
}

function folderOf(name: string): string {
  const slash = name.lastIndexOf("/");
  return slash < 0 ? "." : name.slice(0, slash);
}

function baseName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
