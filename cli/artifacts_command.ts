/** `artifacts list|show|get|verify`. @module */

import { SymphonyError } from "../core/errors.ts";
import type { ArtifactId } from "../core/ids.ts";
import type { ArtifactInfo, ArtifactPort } from "../core/ports/artifact.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { findArtifact, findRun } from "./prefix.ts";
import { localTime } from "./runs_list_command.ts";
import type { CliServices, Store } from "./services.ts";
import { cleanLine, cleanText, count, size, table } from "./text.ts";

/** How much of a text artifact `show` prints. */
const SHOWN_BYTES = 4096;

/** One line an artifact, newest first. */
export async function artifactsListCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await open(services, args);
  const wanted = args.value("run");
  const filter = wanted === undefined ? {} : { run: (await findRun(store.pit.dag, wanted)).run };
  const rows: string[][] = [];
  for await (const info of store.pit.artifacts.list(filter)) {
    if (args.has("json")) await services.stdout.write(`${JSON.stringify(artifactRecord(info))}\n`);
    else rows.push(artifactRow(info));
  }
  if (args.has("json")) return exitCodes.completed;
  await services.stdout.write(rows.length === 0 ? "No artifacts\n" : table(rows));
  return exitCodes.completed;
}

/** What is known of an artifact. */
export async function artifactsShowCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await open(services, args);
  const info = await findArtifact(store.pit.artifacts, args.positional(0));
  if (args.has("json")) {
    await services.stdout.write(`${JSON.stringify(artifactRecord(info))}\n`);
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
  ];
  await services.stdout.write(`${table(rows)}\n${beginning(await bytesOf(store.pit.artifacts, info.id))}`);
  return exitCodes.completed;
}

/** The bytes, to standard output or a file. */
export async function artifactsGetCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await open(services, args);
  const info = await findArtifact(store.pit.artifacts, args.positional(0));
  const bytes = await bytesOf(store.pit.artifacts, info.id);
  const out = args.value("out");
  if (out === undefined || out === "-") await services.stdout.write(bytes);
  else {
    const path = services.absolute(out);
    await services.writeFile(path, bytes);
    await services.stderr.write(`Wrote ${size(bytes.length)} to ${path}\n`);
  }
  return exitCodes.completed;
}

/** Reads everything again; exit 1 where something is damaged. */
export async function artifactsVerifyCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await open(services, args);
  let faults = 0;
  for await (const { id, fault } of store.pit.artifacts.verify()) {
    faults++;
    const text = fault === "missing" ? "bytes are missing" : "bytes have changed since they were stored";
    await services.stdout.write(args.has("json") ? `${JSON.stringify({ id, fault })}\n` : `${id}: ${text}\n`);
  }
  if (!args.has("json")) {
    await services.stdout.write(
      faults === 0 ? "Every artifact is as it was stored\n" : `${count(faults, "fault")}\n`,
    );
  }
  return faults === 0 ? exitCodes.completed : exitCodes.failed;
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

function artifactRecord(info: ArtifactInfo): Record<string, unknown> {
  return { ...info, createdAt: new Date(info.createdAt).toISOString() };
}

function originText({ origin }: ArtifactInfo): string {
  if (origin === undefined) return "";
  return `${origin.node}${origin.item === undefined ? "" : `[${origin.item}]`}`;
}

async function open(services: CliServices, args: Arguments): Promise<Store> {
  return await services.openStore(services.dataFolder(args.value("data")));
}

async function bytesOf(artifacts: ArtifactPort, id: ArtifactId): Promise<Uint8Array> {
  const bytes = await artifacts.get(id);
  if (bytes !== undefined) return bytes;
  throw new SymphonyError("not-found", `Cannot find artifact ${id}: its bytes are missing`);
}

function beginning(bytes: Uint8Array): string {
  if (bytes.subarray(0, SHOWN_BYTES).includes(0)) return "(bytes, not text)\n";
  const text = cleanText(new TextDecoder().decode(bytes.subarray(0, SHOWN_BYTES)));
  const rest = bytes.length - SHOWN_BYTES;
  return `${text.trimEnd()}\n${rest > 0 ? `… and ${size(rest)} more\n` : ""}`;
}
