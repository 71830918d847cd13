/** Artifacts by what a person calls them: an id, its beginning, a name, or a name and version. @module */

import { SymphonyError } from "../core/errors.ts";
import type { ArtifactInfo } from "../core/ports/artifact.ts";
import type { ArtifactVersion } from "../core/ports/artifact_catalog.ts";
import { didYouMean } from "../core/workflow/suggest.ts";
import { findArtifact } from "./prefix.ts";
import type { Store } from "./services.ts";
import { cleanLine } from "./text.ts";

/** What a reference names. */
export interface Referred {
  readonly info: ArtifactInfo;
  /** Where it was called by its name. */
  readonly version?: ArtifactVersion;
}

export const referenceNote =
  "REF is an artifact's id, a unique beginning of it of at least 4 digits, a NAME for its newest version, or NAME@N.";

/** Finds what `text` names. @throws SymphonyError `not-found` | `bad-id` */
export async function findReference(store: Store, text: string): Promise<Referred> {
  const version = await findVersion(store, text);
  if (version !== undefined) return { info: await infoOf(store, version), version };
  if (/^[0-9a-f]{4,64}$/.test(text)) return { info: await findArtifact(store.pit.artifacts, text) };
  const names = await namesOf(store);
  throw new SymphonyError("not-found", `Cannot find artifact "${cleanLine(text.slice(0, 100))}"`, {
    hint: names.length === 0
      ? "artifacts list shows all of them"
      : `${didYouMean(text, names, "names")}; artifacts versions shows all names`,
  });
}

/** All versions of a name. @throws SymphonyError `not-found` */
export async function findVersions(store: Store, name: string): Promise<readonly ArtifactVersion[]> {
  const versions = await store.pit.library.catalog.versions(name);
  if (versions.length > 0) return versions;
  throw new SymphonyError("not-found", `Cannot find the name "${cleanLine(name.slice(0, 100))}"`, {
    hint: didYouMean(name, await namesOf(store), "names"),
  });
}

async function findVersion(store: Store, text: string): Promise<ArtifactVersion | undefined> {
  const { catalog } = store.pit.library;
  const whole = (await catalog.versions(text)).at(-1);
  if (whole !== undefined) return whole;
  const found = /^(.+)@(\d+)$/.exec(text);
  if (found === null) return undefined;
  const versions = await findVersions(store, found[1] ?? "");
  const version = versions.find((one) => one.version === Number(found[2]));
  if (version !== undefined) return version;
  throw new SymphonyError(
    "not-found",
    `Cannot find version ${found[2]} of "${cleanLine(found[1] ?? "")}": it has 1 to ${versions.length}`,
  );
}

async function infoOf(store: Store, { artifact, name, version }: ArtifactVersion): Promise<ArtifactInfo> {
  const info = await store.pit.artifacts.info(artifact);
  if (info !== undefined) return info;
  throw new SymphonyError(
    "not-found",
    `Cannot find artifact ${artifact}, which is version ${version} of "${cleanLine(name)}"`,
    { hint: "artifacts verify says what is damaged" },
  );
}

async function namesOf(store: Store): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name } of store.pit.library.catalog.names()) names.push(name);
  return names;
}
