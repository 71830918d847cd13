/** `artifacts list|show|get`. @module */

import type { ArtifactInfo } from "../core/ports/artifact.ts";
import { findReference } from "./artifact_reference.ts";
import { artifactRecord, bytesOf, numberFlag, openLibrary } from "./artifact_store.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { findRun } from "./prefix.ts";
import { localTime } from "./runs_list_command.ts";
import type { CliServices } from "./services.ts";
import { cleanLine, cleanText, size, table } from "./text.ts";

/** How much of a text artifact `show` prints. */
const SHOWN_BYTES = 4096;

/** One line an artifact, newest first. */
export async function artifactsListCommand(services: CliServices, args: Arguments): Promise<number> {
  const limit = numberFlag(args, "limit", { least: 1 }) ?? Infinity;
  await using store = await openLibrary(services, args);
  const wanted = args.value("run");
  const filter = wanted === undefined ? {} : { run: (await findRun(store.pit.dag, wanted)).run };
  const rows: string[][] = [];
  let left = limit;
  for await (const info of store.pit.artifacts.list(filter)) {
    if (left-- <= 0) break;
    if (args.has("json")) await services.stdout.write(`${JSON.stringify(artifactRecord(info))}\n`);
    else rows.push(artifactRow(info));
  }
  if (args.has("json")) return exitCodes.completed;
  await services.stdout.write(rows.length === 0 ? "No artifacts\n" : table(rows));
  return exitCodes.completed;
}

/** What is known of an artifact. */
export async function artifactsShowCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await openLibrary(services, args);
  const { info } = await findReference(store, args.positional(0));
  const { catalog } = store.pit.library;
  const { tags, hold, scores } = await catalog.labels(info.id);
  const versions = (await catalog.versionsOf(info.id)).map(({ name, version }) => `${name}@${version}`);
  if (args.has("json")) {
    const labels = { versions, tags, ...hold === undefined ? {} : { hold }, scores };
    await services.stdout.write(`${JSON.stringify({ ...artifactRecord(info), ...labels })}\n`);
    return exitCodes.completed;
  }
  const { origin } = info;
  const rows = [
    ["id", info.id],
    ["size", size(info.sizeBytes)],
    ["type", cleanLine(info.type)],
    ["made", localTime(info.createdAt)],
    ...info.name === undefined ? [] : [["name", cleanLine(info.name)]],
    ...origin === undefined ? [] : [["by", originText(info)], ["run", origin.run]],
    ...versions.map((version) => ["version", cleanLine(version)]),
    ...tags.length === 0 ? [] : [["tags", tags.map(cleanLine).join(", ")]],
    ...hold === undefined ? [] : [["held", cleanLine(hold)]],
    ...scores.map(({ scorer, version, value }) => [
      "quality",
      `${value.toFixed(2)} by ${cleanLine(scorer)} ${cleanLine(version)}`,
    ]),
  ];
  await services.stdout.write(`${table(rows)}\n${beginning(await bytesOf(store, info.id))}`);
  return exitCodes.completed;
}

/** The bytes, to standard output or a file. */
export async function artifactsGetCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await openLibrary(services, args);
  const { info } = await findReference(store, args.positional(0));
  const bytes = await bytesOf(store, info.id);
  const out = args.value("out");
  if (out === undefined || out === "-") await services.stdout.write(bytes);
  else {
    const path = services.absolute(out);
    await services.writeFile(path, bytes);
    await services.stderr.write(`Wrote ${size(bytes.length)} to ${path}\n`);
  }
  return exitCodes.completed;
}

/** Id, size, type, and what made it. */
export function artifactRow(info: ArtifactInfo): string[] {
  return [
    info.id.slice(0, 12),
    size(info.sizeBytes),
    cleanLine(info.type),
    cleanLine(info.name ?? ""),
    originText(info),
  ];
}

function originText({ origin }: ArtifactInfo): string {
  if (origin === undefined) return "";
  return `${origin.node}${origin.item === undefined ? "" : `[${origin.item}]`}`;
}

function beginning(bytes: Uint8Array): string {
  if (bytes.subarray(0, SHOWN_BYTES).includes(0)) return "(bytes, not text)\n";
  const text = cleanText(new TextDecoder().decode(bytes.subarray(0, SHOWN_BYTES)));
  const rest = bytes.length - SHOWN_BYTES;
  return `${text.trimEnd()}\n${rest > 0 ? `… and ${size(rest)} more\n` : ""}`;
}
