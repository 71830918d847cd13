/** `artifacts verify|gc|add|encrypt|rekey|decrypt`. @module */

import { SymphonyError } from "../core/errors.ts";
import type { RetentionPolicy } from "../core/ports/retention.ts";
import { artifactRecord, numberFlag, openLibrary, say, shortId } from "./artifact_store.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { batchText, planText } from "./retention_text.ts";
import type { CliServices } from "./services.ts";
import { cleanLine, count, size } from "./text.ts";

/** Reads everything again, and says at the end how much was wrong; exit 1 where something is damaged and was not mended. */
export async function artifactsVerifyCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await openLibrary(services, args);
  const isRepair = args.has("repair");
  let faults = 0;
  let mended = 0;
  for await (
    const { kind, what, artifact, runs, repair } of store.pit.library.checkup.check({ repair: isRepair })
  ) {
    faults++;
    if (repair !== undefined) mended++;
    const record = {
      kind,
      what,
      ...artifact === undefined ? {} : { artifact },
      runs,
      ...repair === undefined ? {} : { repair },
    };
    await say(services, args, record, () => {
      const touched = runs.length === 0
        ? ""
        : `\n    touches ${runs.length === 1 ? "run" : "runs"} ${runs.join(", ")}`;
      const done = repair === undefined ? "" : `\n    ${cleanLine(repair)}`;
      return `${kind}: ${cleanLine(what)}${touched}${done}\n`;
    });
  }
  const hint = faults > mended && !isRepair
    ? `; ${services.program} artifacts verify --repair mends what can be`
    : "";
  await say(
    services,
    args,
    { kind: "verified", faults, repaired: mended },
    () =>
      faults === 0
        ? "Every artifact is as it was stored, and all that refers to them agrees\n"
        : `${count(faults, "fault")}, ${mended} dealt with${hint}\n`,
  );
  return faults === mended ? exitCodes.completed : exitCodes.failed;
}

/** What nothing refers to: shows it, or marks it for deletion; with `--apply` also deletes what was marked long enough ago. */
export async function artifactsGcCommand(services: CliServices, args: Arguments): Promise<number> {
  const days = numberFlag(args, "older-than", { least: 0, isWhole: false }) ?? 1;
  const policy: RetentionPolicy = {
    name: "gc",
    action: "delete",
    when: {
      olderThanDays: days,
      unusedForDays: days,
      references: args.has("ended-runs") ? "ended-runs" : "none",
    },
  };
  await using store = await openLibrary(services, args);
  const { retention } = store.pit;
  const plan = await retention.preview([policy]);
  if (!args.has("apply")) {
    await say(
      services,
      args,
      { plan, applied: false },
      () =>
        `${planText(plan)}${
          plan.items.length === 0
            ? ""
            : `Nothing was changed; ${services.program} artifacts gc --apply does it\n`
        }`,
    );
    return exitCodes.completed;
  }
  const purged = await retention.purge();
  const batch = plan.items.length === 0 ? undefined : await retention.apply(plan);
  await say(services, args, { plan, applied: true, purged, ...batch === undefined ? {} : { batch } }, () => {
    const gone = `Deleted for good ${count(purged.artifacts, "artifact")}, freed ${
      size(purged.freedBytes)
    }\n`;
    return `${gone}${
      batch === undefined ? "Nothing else that nothing refers to\n" : batchText(batch, services.program)
    }`;
  });
  return exitCodes.completed;
}

/** Stores a file as an artifact, and as a version where a name is given. */
export async function artifactsAddCommand(services: CliServices, args: Arguments): Promise<number> {
  const path = services.absolute(args.positional(0));
  const bytes = services.readFile(path);
  const file = path.split(/[\\/]/).at(-1) ?? path;
  await using store = await openLibrary(services, args);
  const id = await store.pit.artifacts.put(bytes, { name: file, type: args.value("type") ?? typeOf(file) });
  const name = args.value("name");
  const message = args.value("message");
  const version = name === undefined ? undefined : await store.pit.library.catalog.addVersion(name, {
    artifact: id,
    ...message === undefined ? {} : { message },
  });
  const info = await store.pit.artifacts.info(id);
  const record = {
    ...info === undefined ? { id } : artifactRecord(info),
    ...version === undefined ? {} : { version: { name: version.name, version: version.version } },
  };
  await say(
    services,
    args,
    record,
    () =>
      `${shortId(id)}  ${size(bytes.length)}${
        version === undefined ? "" : `  ${cleanLine(version.name)}@${version.version}`
      }\n`,
  );
  return exitCodes.completed;
}

const types: Readonly<Record<string, string>> = {
  md: "text/markdown",
  txt: "text/plain",
  json: "application/json",
  csv: "text/csv",
  html: "text/html",
  xml: "application/xml",
  yaml: "application/yaml",
  yml: "application/yaml",
  ts: "text/typescript",
  js: "text/javascript",
  py: "text/x-python",
  png: "image/png",
  jpg: "image/jpeg",
  pdf: "application/pdf",
  zip: "application/zip",
  gz: "application/gzip",
};

function typeOf(file: string): string {
  return types[file.split(".").at(-1)?.toLowerCase() ?? ""] ?? "application/octet-stream";
}

/** Encrypts the store, or says how it is. */
export async function artifactsEncryptCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await openLibrary(services, args);
  const { encryption } = store.pit.library;
  if (args.has("status")) {
    const status = await encryption.status();
    await say(
      services,
      args,
      status ?? { secret: null },
      () =>
        status === undefined
          ? "The store is not encrypted\n"
          : `Encrypted, opened by a ${status.secret}; sealed with key ${status.key}${
            status.keys > 1 ? ": a pass was interrupted, artifacts encrypt goes on with it" : ""
          }\n`,
    );
    return exitCodes.completed;
  }
  const { changed } = await encryption.encrypt(args.has("keyring") ? "keyring" : "passphrase");
  await say(
    services,
    args,
    { changed },
    () =>
      `Encrypted ${count(changed, "piece")} of content; what comes from now on is encrypted as well\n` +
      "Not encrypted: names, types, sizes, tags, versions, and the logs of runs, which hold inputs and small results\n" +
      "What was there before may remain in unused parts of the file pit.mdb until they are written over\n" +
      "The search keeps no file from now on: each process makes its index in memory when it first searches\n",
  );
  return exitCodes.completed;
}

/** A new key for all content, or another secret before the keys. */
export async function artifactsRekeyCommand(services: CliServices, args: Arguments): Promise<number> {
  if (args.has("new-passphrase") && args.has("keyring")) {
    throw new SymphonyError(
      "bad-input",
      "Cannot use --new-passphrase and --keyring at once: expected one of them",
    );
  }
  await using store = await openLibrary(services, args);
  const { encryption } = store.pit.library;
  if (args.has("new-passphrase") || args.has("keyring")) {
    const secret = args.has("keyring") ? "keyring" : "passphrase";
    await encryption.changeSecret(secret);
    await say(services, args, { secret }, () => `The store is opened by the new ${secret} from now on\n`);
    return exitCodes.completed;
  }
  const { changed } = await encryption.rotate();
  await say(
    services,
    args,
    { changed },
    () => `Sealed ${count(changed, "piece")} of content with a new key\n`,
  );
  return exitCodes.completed;
}

/** Back to a store that is not encrypted. */
export async function artifactsDecryptCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await openLibrary(services, args);
  const { changed } = await store.pit.library.encryption.decrypt();
  await say(services, args, { changed }, () => `Decrypted ${count(changed, "piece")} of content\n`);
  return exitCodes.completed;
}
