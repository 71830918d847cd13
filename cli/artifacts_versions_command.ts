/** `artifacts versions|name`. @module */

import type { ArtifactVersion } from "../core/ports/artifact_catalog.ts";
import { findReference, findVersions } from "./artifact_reference.ts";
import { isoTime, openLibrary, say, shortId } from "./artifact_store.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { localTime } from "./runs_list_command.ts";
import type { CliServices } from "./services.ts";
import { cleanLine, table } from "./text.ts";

/** The versions of a name, the newest first; without a name, every name with its newest version. */
export async function artifactsVersionsCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await openLibrary(services, args);
  const name = args.positionals[0];
  const versions: ArtifactVersion[] = [];
  if (name !== undefined) versions.push(...(await findVersions(store, name)).toReversed());
  else for await (const version of store.pit.library.catalog.names()) versions.push(version);
  if (args.has("json")) {
    for (const version of versions) {
      await services.stdout.write(`${JSON.stringify(versionRecord(version))}\n`);
    }
    return exitCodes.completed;
  }
  const rows = versions.map((version) => [
    `${cleanLine(version.name)}@${version.version}`,
    shortId(version.artifact),
    localTime(version.at),
    version.parent === undefined || version.parent === version.version - 1 ? "" : `from ${version.parent}`,
    version.run ?? "",
    cleanLine(version.message),
  ]);
  await services.stdout.write(rows.length === 0 ? "No names\n" : table(rows));
  return exitCodes.completed;
}

/** Makes an artifact the next version of a name. */
export async function artifactsNameCommand(services: CliServices, args: Arguments): Promise<number> {
  await using store = await openLibrary(services, args);
  const { info } = await findReference(store, args.positional(0));
  const message = args.value("message");
  const version = await store.pit.library.catalog.addVersion(args.positional(1), {
    artifact: info.id,
    ...message === undefined ? {} : { message },
  });
  await say(
    services,
    args,
    versionRecord(version),
    () => `${shortId(version.artifact)} is ${cleanLine(version.name)}@${version.version}\n`,
  );
  return exitCodes.completed;
}

function versionRecord(version: ArtifactVersion): Record<string, unknown> {
  return { ...version, at: isoTime(version.at) };
}
