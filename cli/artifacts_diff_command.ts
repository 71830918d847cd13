/** `artifacts diff`. @module */

import { SymphonyError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { diffJson, type JsonChange } from "../core/merge/json_diff.ts";
import { diffLines, type LineHunk } from "../core/merge/unified_diff.ts";
import { findReference, findVersions, type Referred } from "./artifact_reference.ts";
import { bytesOf, openLibrary, say } from "./artifact_store.ts";
import { type Arguments, exitCodes } from "./command.ts";
import type { CliServices, Store } from "./services.ts";
import { type Style, styleFor } from "./style.ts";
import { cleanLine, cleanText, size } from "./text.ts";

const VALUE_CHARS = 200;

/** What changed from A to B: members of JSON, lines of text. Exit 1 where they differ, as `diff` does. */
export async function artifactsDiffCommand(services: CliServices, args: Arguments): Promise<number> {
  if (args.has("lines") && args.has("structured")) {
    throw new SymphonyError(
      "bad-input",
      "Cannot compare by --lines and --structured at once: expected one of them",
    );
  }
  await using store = await openLibrary(services, args);
  const [a, b] = await pairOf(store, args);
  const [from, to] = [await bytesOf(store, a.info.id), await bytesOf(store, b.info.id)];
  const names = { from: nameOf(a), to: nameOf(b) };
  const isSame = a.info.id === b.info.id;
  const values = args.has("lines") ? undefined : jsonOf(from, to);
  if (values === undefined && args.has("structured")) {
    throw new SymphonyError(
      "bad-input",
      `Cannot compare ${names.from} and ${names.to} by structure: not both are JSON`,
      {
        hint: "Leave --structured out to compare lines",
      },
    );
  }
  const style = styleFor(services, services.stdout);
  if (values !== undefined) {
    const changes = diffJson(values.from, values.to);
    await say(
      services,
      args,
      { ...names, kind: "structured", changes },
      () =>
        changes.length === 0
          ? "No difference\n"
          : headText(names) + changes.map((one) => changeText(one, style)).join(""),
    );
  } else if (isText(from) && isText(to)) {
    const hunks = diffLines(new TextDecoder().decode(from), new TextDecoder().decode(to));
    await say(
      services,
      args,
      { ...names, kind: "lines", hunks },
      () =>
        hunks.length === 0
          ? "No difference\n"
          : headText(names) + hunks.map((one) => hunkText(one, style)).join(""),
    );
  } else {
    const record = { ...names, kind: "bytes", isSame, fromBytes: from.length, toBytes: to.length };
    await say(
      services,
      args,
      record,
      () =>
        isSame
          ? "No difference\n"
          : `${names.from} (${size(from.length)}) and ${names.to} (${size(to.length)}) differ\n`,
    );
  }
  return isSame ? exitCodes.completed : exitCodes.failed;
}

/** A and B; with A alone, the version that it was made from, and it. */
async function pairOf(store: Store, args: Arguments): Promise<readonly [Referred, Referred]> {
  const first = await findReference(store, args.positional(0));
  const other = args.positionals[1];
  if (other !== undefined) {
    const { version } = first;
    // `diff NAME@1 2` means two versions of one name.
    const text = /^\d{1,3}$/.test(other) && version !== undefined ? `${version.name}@${other}` : other;
    return [first, await findReference(store, text)];
  }
  const { version } = first;
  if (version?.parent === undefined) {
    throw new SymphonyError(
      "bad-input",
      `Cannot compare "${cleanLine(args.positional(0))}" alone: it has no version before it`,
      {
        hint: "Give a second REF",
      },
    );
  }
  const parent = (await findVersions(store, version.name)).find((one) => one.version === version.parent);
  return [await findReference(store, `${version.name}@${parent?.version ?? version.parent}`), first];
}

function nameOf({ info, version }: Referred): string {
  return version === undefined ? info.id.slice(0, 12) : `${cleanLine(version.name)}@${version.version}`;
}

function jsonOf(from: Uint8Array, to: Uint8Array): { readonly from: Json; readonly to: Json } | undefined {
  try {
    const read = (bytes: Uint8Array) =>
      JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as Json;
    const values = { from: read(from), to: read(to) };
    // A lone text or number is better seen as lines.
    return typeof values.from === "object" && typeof values.to === "object" ? values : undefined;
  } catch {
    return undefined;
  }
}

function isText(bytes: Uint8Array): boolean {
  try {
    return !new TextDecoder("utf-8", { fatal: true }).decode(bytes).includes("\u0000");
  } catch {
    return false;
  }
}

function headText({ from, to }: { readonly from: string; readonly to: string }): string {
  return `--- ${from}\n+++ ${to}\n`;
}

function changeText(change: JsonChange, style: Style): string {
  const path = cleanLine(change.path === "" ? "(all)" : change.path);
  const shown = (value: Json) => {
    const text = cleanLine(JSON.stringify(value));
    return text.length <= VALUE_CHARS ? text : `${text.slice(0, VALUE_CHARS - 1)}…`;
  };
  switch (change.op) {
    case "add":
      return `${style("green", `+ ${path}: ${shown(change.to)}`)}\n`;
    case "remove":
      return `${style("red", `- ${path}: ${shown(change.from)}`)}\n`;
    case "replace":
      return `${style("yellow", `~ ${path}:`)} ${style("red", shown(change.from))} → ${
        style("green", shown(change.to))
      }\n`;
  }
}

function hunkText({ oldStart, oldLines, newStart, newLines, lines }: LineHunk, style: Style): string {
  const head = style("cyan", `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`);
  const shown = lines.map(({ sign, text }) => {
    const line = cleanText(`${sign}${text}`);
    return `${sign === " " ? line : style(sign === "+" ? "green" : "red", line)}\n`;
  });
  return `${head}\n${shown.join("")}`;
}
