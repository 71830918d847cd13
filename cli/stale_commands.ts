/** `stale report|preview|apply|undo|batches|policies`. @module */

import { SymphonyError } from "../core/errors.ts";
import { defaultLogPolicy } from "../core/policy/log_policy.ts";
import type { RetentionPlan, RetentionSettings } from "../core/ports/retention.ts";
import { toJson } from "../core/workflow/json_node.ts";
import { readJsonc } from "../core/workflow/jsonc.ts";
import { bytesOf, isoTime, numberFlag, openLibrary, say, shortId, timeFlag } from "./artifact_store.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { batchText, logPolicyText, planText, reportText } from "./retention_text.ts";
import type { CliServices, Store } from "./services.ts";
import { cleanLine, count, size, table } from "./text.ts";

/** Where the space goes. */
export async function staleReportCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await openLibrary(services, args);
  const report = await store.pit.retention.report();
  await say(services, args, report, () => reportText(report));
  return exitCodes.completed;
}

/** What the policies would do now. */
export async function stalePreviewCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await openLibrary(services, args);
  const plan = await planOf(services, args, store);
  await say(
    services,
    args,
    planRecord(plan),
    () =>
      `${planText(plan)}${
        plan.items.length === 0 ? "" : `Nothing was changed; ${services.program} stale apply does it\n`
      }`,
  );
  return exitCodes.completed;
}

/** Does what the preview shows; exit 1 where part of it could not be done. */
export async function staleApplyCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await openLibrary(services, args);
  const { retention } = store.pit;
  const purged = await retention.purge();
  const plan = await planOf(services, args, store);
  if (plan.items.length === 0) {
    await say(
      services,
      args,
      { purged, plan: planRecord(plan) },
      () =>
        `Nothing to do; deleted for good ${count(purged.artifacts, "artifact")}, freed ${
          size(purged.freedBytes)
        }\n`,
    );
    return exitCodes.completed;
  }
  const batch = await retention.apply(plan);
  const record = { purged, batch: { ...batch, at: isoTime(batch.at), until: isoTime(batch.until) } };
  await say(services, args, record, () => {
    const gone = purged.artifacts === 0
      ? ""
      : `Deleted for good ${count(purged.artifacts, "artifact")}, freed ${size(purged.freedBytes)}\n`;
    return `${gone}${batchText(batch, services.program)}`;
  });
  return batch.failures.length === 0 ? exitCodes.completed : exitCodes.failed;
}

/** Brings back what a batch moved or marked. */
export async function staleUndoCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await openLibrary(services, args);
  const { retention } = store.pit;
  const asked = args.positional(0);
  const batches = await retention.batches();
  const found = asked === "last" ? batches[0] : batches.find(({ id }) => id === asked);
  if (found === undefined) {
    throw new SymphonyError(
      "not-found",
      `Cannot undo "${cleanLine(asked.slice(0, 80))}": there is no such batch`,
      {
        hint: "stale batches lists them",
      },
    );
  }
  const undone = await retention.undo(found.id);
  await say(
    services,
    args,
    { batch: found.id, ...undone },
    () =>
      `Brought back ${count(undone.artifacts, "artifact")}${
        undone.gone === 0 ? "" : `; ${undone.gone} were back already, or are gone`
      }\n`,
  );
  return exitCodes.completed;
}

/** What was done, the newest first. */
export async function staleBatchesCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await openLibrary(services, args);
  const batches = await store.pit.retention.batches();
  if (args.has("json")) {
    for (const batch of batches) {
      const record = { ...batch, at: isoTime(batch.at), until: isoTime(batch.until) };
      await services.stdout.write(`${JSON.stringify(record)}\n`);
    }
    return exitCodes.completed;
  }
  const rows = batches.map(({ id, at, warm, cold, deleted, freedBytes, state }) => [
    id,
    isoTime(at),
    state,
    `${warm} warm`,
    `${cold} cold`,
    `${deleted} deleted`,
    size(freedBytes),
  ]);
  await services.stdout.write(rows.length === 0 ? "Nothing was done yet\n" : table(rows));
  return exitCodes.completed;
}

const example = `{
  // Of several that fit, the highest priority decides. Nothing here deletes what a hold, a version or a run refers to, nor moves what a
  // hold or a run under way refers to.
  "policies": [
    { "name": "keep releases", "action": "keep", "priority": 10, "when": { "tags": ["release"] } },
    { "name": "unused for a week", "action": "warm", "when": { "unusedForDays": 7, "largerThanBytes": 4096 } },
    { "name": "unused for a month", "action": "cold", "priority": 1, "when": { "unusedForDays": 30, "largerThanBytes": 4096 } },
    { "name": "loose ends", "action": "delete", "when": { "unusedForDays": 30, "references": "none" } }
  ],
  "graceDays": 7,
  // Without it policies run only when you say so.
  // "everyHours": 24,
  // Logs become smaller by themselves, with every event kept; this is what holds without it.
  // "logs": { "enabled": true, "endedForHours": 24, "growsBeyondBytes": 33554432 },
  "cold": {
    "endpoint": "https://s3.eu-central-1.amazonaws.com", "bucket": "my-bucket", "region": "eu-central-1",
    "prefix": "symphony/", "keyIdFrom": "AWS_ACCESS_KEY_ID", "secretFrom": "AWS_SECRET_ACCESS_KEY"
  }
}
`;

/** Shows the policies, or takes them from a file. */
export async function stalePoliciesCommand(services: CliServices, args: Arguments): Promise<number> {
  if (args.has("example")) {
    await services.stdout.write(example);
    return exitCodes.completed;
  }
  await using store = await openLibrary(services, args);
  const { retention } = store.pit;
  const file = args.value("set");
  if (file !== undefined) {
    await retention.configure(readSettings(services.readFile(services.absolute(file)), file));
  }
  const settings = await retention.settings();
  const logs = logPolicyText({ ...defaultLogPolicy, ...settings.logs });
  await say(
    services,
    args,
    settings,
    () =>
      settings.policies.length === 0
        ? `No policies: nothing is moved or deleted. ${services.program} stale policies --example shows some\n${logs}`
        : `${JSON.stringify(settings, null, 2)}\n${logs}`,
  );
  return exitCodes.completed;
}

function readSettings(bytes: Uint8Array, file: string): RetentionSettings {
  const { root, problems } = readJsonc(bytes, file);
  const [first] = problems;
  if (first === undefined && root !== undefined) return toJson(root) as unknown as RetentionSettings;
  const place = first === undefined ? "" : `:${first.line}:${first.column}`;
  throw new SymphonyError(
    "bad-input",
    `Cannot read "${cleanLine(file)}${place}": ${first?.message ?? "it is empty"}`,
  );
}

/** Curates what the Conductor decided into a dataset, the next version of its name, and a file where one is asked for. */
export async function staleDatasetCommand(services: CliServices, args: Arguments): Promise<number> {
  const validationShare = numberFlag(args, "validation", { least: 0, most: 0.9, isWhole: false }) ?? 0.1;
  const since = timeFlag(args, "since", services.clock.now());
  await using store = await openLibrary(services, args);
  const { version, summary } = await store.pit.training.curate({
    validationShare,
    ...since === undefined ? {} : { since },
  });
  const out = args.value("out");
  const path = out === undefined ? undefined : services.absolute(out);
  if (path !== undefined) await services.writeFile(path, await bytesOf(store, version.artifact));
  const record = {
    name: version.name,
    version: version.version,
    artifact: version.artifact,
    ...path === undefined ? {} : { file: path },
    ...summary,
  };
  await say(services, args, record, () => {
    const left = [
      ...summary.withoutOutcome > 0 ? [`${summary.withoutOutcome} without an outcome`] : [],
      ...summary.otherKinds > 0 ? [`${summary.otherKinds} not about instruments`] : [],
      ...summary.duplicates > 0 ? [`${summary.duplicates} equal to others`] : [],
      ...summary.unreadable > 0 ? [`${count(summary.unreadable, "line")} unreadable`] : [],
      ...summary.redacted > 0 ? [`${count(summary.redacted, "secret")} taken out`] : [],
    ];
    return `${version.name}@${version.version}  ${shortId(version.artifact)}  ${
      count(summary.rows, "row")
    }: ${summary.train} to train, ${summary.validation} to validate\n${
      left.length === 0 ? "" : `  of ${count(summary.decisions, "decision")}: ${left.join(", ")}\n`
    }${path === undefined ? "" : `Wrote ${path}\n`}`;
  });
  return exitCodes.completed;
}

async function planOf(services: CliServices, args: Arguments, store: Store): Promise<RetentionPlan> {
  const { retention } = store.pit;
  const { policies } = await retention.settings();
  if (policies.length === 0) {
    throw new SymphonyError("bad-input", "Cannot preview: no policies are set", {
      hint:
        `${services.program} stale policies --example > policies.jsonc, then stale policies --set policies.jsonc`,
    });
  }
  const name = args.value("policy");
  if (name === undefined) return await retention.preview();
  const chosen = policies.filter((policy) => policy.name === name || policy.action === "keep");
  if (chosen.some((policy) => policy.name === name)) return await retention.preview(chosen);
  throw new SymphonyError(
    "bad-input",
    `Cannot find the policy "${cleanLine(name)}": expected one of ${
      policies.map((policy) => policy.name).join(", ")
    }`,
  );
}

function planRecord(plan: RetentionPlan): Record<string, unknown> {
  return { ...plan, at: isoTime(plan.at) };
}
