/** `artifacts tag|hold|score`. @module */

import { SymphonyError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { ArtifactLabels } from "../core/ports/artifact_catalog.ts";
import { builtInCheck, builtInChecks } from "../core/quality/measure.ts";
import { didYouMean } from "../core/workflow/suggest.ts";
import { findReference } from "./artifact_reference.ts";
import { bytesOf, numberFlag, openLibrary, say, shortId } from "./artifact_store.ts";
import { type Arguments, exitCodes } from "./command.ts";
import type { CliServices } from "./services.ts";
import { cleanLine, table } from "./text.ts";

/** Shows tags, or adds and removes some. */
export async function artifactsTagCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await openLibrary(services, args);
  const { info } = await findReference(store, args.positional(0));
  const [addTags, removeTags] = [args.values("add"), args.values("remove")];
  const both = addTags.find((tag) => removeTags.includes(tag));
  if (both !== undefined) {
    throw new SymphonyError("bad-input", `Cannot add and remove the tag "${cleanLine(both)}" at once`);
  }
  const { catalog } = store.pit.library;
  const labels = addTags.length + removeTags.length === 0
    ? await catalog.labels(info.id)
    : await catalog.label(info.id, { addTags, removeTags });
  return await sayLabels(services, args, info.id, labels);
}

/** Keeps an artifact, whatever policies say, or no longer. */
export async function artifactsHoldCommand(services: CliServices, args: Arguments): Promise<number> {
  const [reason, isReleased] = [args.value("reason"), args.has("release")];
  if (reason === undefined && !isReleased) {
    throw new SymphonyError("bad-input", "Cannot hold without --reason: found neither it nor --release", {
      hint: 'Say why it must be kept: --reason "audit 2026"',
    });
  }
  if (reason !== undefined && isReleased) {
    throw new SymphonyError(
      "bad-input",
      "Cannot hold and release at once: found both --reason and --release",
    );
  }
  if (reason?.trim() === "") {
    throw new SymphonyError("bad-input", 'Cannot hold with --reason "": expected why it must be kept');
  }
  await using store = await openLibrary(services, args);
  const { info } = await findReference(store, args.positional(0));
  const labels = await store.pit.library.catalog.label(info.id, { hold: reason ?? null });
  return await sayLabels(services, args, info.id, labels);
}

/** Measures an artifact with built-in checks, or notes what a scorer of the person's own found. */
export async function artifactsScoreCommand(services: CliServices, args: Arguments): Promise<number> {
  const checks = args.values("check").map(checkOf);
  const scorer = args.value("scorer");
  const value = numberFlag(args, "value", { least: 0, most: 1, isWhole: false });
  if ((scorer === undefined) !== (value === undefined)) {
    throw new SymphonyError(
      "bad-input",
      "Cannot score: expected --scorer NAME@VERSION and --value N together",
    );
  }
  const named = scorer === undefined ? undefined : /^([^@]{1,100})@([^@]{1,50})$/.exec(scorer);
  if (named === null) {
    throw new SymphonyError(
      "bad-input",
      `Cannot read --scorer "${cleanLine(scorer ?? "")}": expected NAME@VERSION`,
    );
  }
  await using store = await openLibrary(services, args);
  const { info } = await findReference(store, args.positional(0));
  const { catalog } = store.pit.library;
  let labels = await catalog.labels(info.id);
  if (named !== undefined && value !== undefined) {
    labels = await catalog.label(info.id, {
      score: { scorer: named[1] ?? "", version: named[2] ?? "", value },
    });
  }
  if (checks.length > 0) {
    const text = new TextDecoder().decode(await bytesOf(store, info.id));
    const content = /json$/.test(info.type) ? jsonOf(text) : text;
    for (const { name, check } of checks) {
      const { quality } = check(content, {}, { output: { content }, input: {} });
      const score = { scorer: name, version: services.version, value: Math.min(1, Math.max(0, quality)) };
      labels = await catalog.label(info.id, { score });
    }
  }
  return await sayLabels(services, args, info.id, labels);
}

function checkOf(name: string) {
  const check = builtInCheck(name);
  if (check !== undefined) return check;
  const known = builtInChecks.map((one) => one.name);
  throw new SymphonyError(
    "bad-input",
    `Cannot find the check "${cleanLine(name)}": ${didYouMean(name, known, "checks")}`,
  );
}

function jsonOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

async function sayLabels(
  services: CliServices,
  args: Arguments,
  id: string,
  { tags, hold, scores }: ArtifactLabels,
): Promise<number> {
  const record = { artifact: id, tags, ...hold === undefined ? {} : { hold }, scores };
  await say(services, args, record, () =>
    table([
      ["artifact", shortId(id)],
      ["tags", tags.length === 0 ? "none" : tags.map(cleanLine).join(", ")],
      ["held", hold === undefined ? "no" : cleanLine(hold)],
      ...scores.map((
        { scorer, version, value },
      ) => ["quality", `${value.toFixed(2)} by ${cleanLine(scorer)} ${cleanLine(version)}`]),
    ]));
  return exitCodes.completed;
}
