/**
 * Installing, updating and removing extensions. A package is fetched, checked and written aside; then one file is
 * replaced, and it is installed. Whatever ends this process at whatever moment leaves the old version or the new one.
 *
 * Invariants: (1) the registry names only folders that are whole; (2) a folder that the registry does not name is
 * rubbish, and is removed by whoever next holds the lock; (3) nothing is granted before the person said yes.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import { extensionId } from "../../core/ids.ts";
import type { Permission } from "../../core/policy/permission.ts";
import type { Problem } from "../../core/workflow/problem.ts";
import { didYouMean } from "../../core/workflow/suggest.ts";
import { VERSION } from "../../core/version.ts";
import { checkFolder } from "../dev/check_folder.ts";
import { packageFiles } from "../dev/pack_folder.ts";
import type { Workbench } from "../dev/workbench.ts";
import { Grants } from "../grants.ts";
import { HealthBook } from "../health_book.ts";
import { sha256 } from "../loader/bundle_cache.ts";
import { type Manifest, MANIFEST_FILE } from "../manifest/manifest.ts";
import { readManifest } from "../manifest/read_manifest.ts";
import { PolicyBook } from "../policy_book.ts";
import { forgetSettings } from "../settings.ts";
import { compareVersions } from "../versions.ts";
import { type Consent, consentFor } from "./consent.ts";
import { type Dependent, resolveDependencies } from "./dependencies.ts";
import { fetchPackage, sourceOf } from "./fetch_package.ts";
import {
  type PackageSource,
  readRegistry,
  type Registry,
  REGISTRY_FILE,
  type RegistryEntry,
  STORE_FOLDER,
  versionFolder,
  writeRegistry,
} from "./registry.ts";

/** Fetched, checked and written aside; nothing is installed yet. Disposing throws it away. */
export interface Staged extends AsyncDisposable {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly from: PackageSource;
  /** The version that is installed now. */
  readonly before: string | undefined;
  /** True where exactly these files are installed. */
  readonly isSame: boolean;
  readonly problems: readonly Problem[];
  /** Why it cannot be installed; undefined where it can. */
  readonly refusal: string | undefined;
  /** What is asked, without what the version before was granted. */
  readonly consent: Consent;
}

interface StagedFiles extends Staged {
  readonly scratch: string;
  readonly sha256: string;
  readonly permissions: readonly Permission[];
}

export class ExtensionStore {
  readonly #data: string;
  readonly #user: string;
  readonly #bench: Workbench;
  /** Forgets a module that was bundled from an entry. */
  readonly #forget: (entry: string) => Promise<void>;
  /** The product's own extensions, on which others may depend. */
  readonly #bundled: () => Promise<readonly Dependent[]>;

  constructor(
    data: string,
    bench: Workbench,
    { forget, bundled }: {
      readonly forget: (entry: string) => Promise<void>;
      readonly bundled: () => Promise<readonly Dependent[]>;
    },
  ) {
    this.#data = data;
    this.#user = join(data, "extensions");
    this.#bench = bench;
    this.#forget = forget;
    this.#bundled = bundled;
  }

  /** What is installed. @throws SymphonyError `bad-input` | `io` */
  async list(): Promise<Registry> {
    return await readRegistry(this.#user);
  }

  /** Fetches and checks what `spec` names. @throws SymphonyError where it cannot be fetched or holds no extension */
  async stage(spec: string, base: string): Promise<Staged> {
    return await this.#stage(await sourceOf(spec, base));
  }

  /** The newest version of what is installed, from where it came. */
  async stageUpdate(id: string): Promise<Staged> {
    const { from } = await this.#entry(id);
    return await this.#stage(from);
  }

  /** Installs what was staged and grants what it was shown to ask for. @throws SymphonyError `bad-input` where it was refused */
  async install(staged: Staged): Promise<void> {
    const { scratch, permissions, ...one } = staged as StagedFiles;
    if (one.refusal !== undefined) {
      throw new SymphonyError("bad-input", `Cannot install ${one.id}: ${one.refusal}`);
    }
    await this.#locked(async () => {
      const registry = new Map(await readRegistry(this.#user));
      const folder = `${one.id.replace("/", ".")}/${one.version}-${one.sha256.slice(0, 12)}`;
      const target = versionFolder(this.#user, { folder });
      await Deno.mkdir(dirname(target), { recursive: true });
      // A folder of that name holds the same files, or what a killed process left.
      await Deno.remove(target, { recursive: true }).catch(() => undefined);
      await Deno.rename(join(scratch, "package"), target);
      const before = registry.get(one.id);
      const isOther = before !== undefined && before.folder !== folder;
      registry.set(one.id, {
        version: one.version,
        folder,
        sha256: one.sha256,
        from: one.from,
        installedAtMs: Date.now(),
        ...(isOther ? { previous: plainVersion(before) } : {}),
      });
      await writeRegistry(this.#user, registry);
      await this.#grant(one.id, permissions, one.consent);
      await this.#sweep(registry);
    });
  }

  /** Goes back to the version before the last update. @throws SymphonyError `not-found` where there is none */
  async rollBack(id: string): Promise<RegistryEntry> {
    return await this.#locked(async () => {
      const registry = new Map(await readRegistry(this.#user));
      const entry = registry.get(id) ?? await this.#entry(id);
      if (entry.previous === undefined) {
        throw new SymphonyError(
          "not-found",
          `Cannot go back with ${id}: no version before ${entry.version} is kept`,
        );
      }
      const back = { ...entry, ...entry.previous, previous: plainVersion(entry) };
      registry.set(id, back);
      await writeRegistry(this.#user, registry);
      return back;
    });
  }

  /** Removes it with its grants, settings and modules. @throws SymphonyError `not-found` */
  async uninstall(id: string): Promise<void> {
    const entry = await this.#entry(id);
    await this.#locked(async () => {
      const registry = new Map(await readRegistry(this.#user));
      registry.delete(id);
      await writeRegistry(this.#user, registry);
      for (const one of [entry, entry.previous]) {
        if (one === undefined) continue;
        const folder = versionFolder(this.#user, one);
        const { manifest } = await manifestIn(folder);
        if (manifest !== undefined) await this.#forget(join(folder, manifest.entry));
      }
      const grants = await Grants.open(this.#data);
      for (const grant of grants.list()) {
        if (grant.extension === id) await grants.remove(extensionId(id), grant.permission);
      }
      await grants.flush();
      await (await PolicyBook.open(this.#data)).forget(id);
      const health = await HealthBook.open(this.#data);
      health.release(id);
      await health.flush();
      await forgetSettings(this.#data, extensionId(id));
      await this.#sweep(registry);
    });
  }

  async #stage(from: PackageSource): Promise<Staged> {
    const scratch = join(this.#user, STORE_FOLDER, `.staging-${Deno.pid}-${crypto.randomUUID()}`);
    await Deno.mkdir(scratch, { recursive: true });
    try {
      return await this.#stageIn(scratch, from);
    } catch (error) {
      await Deno.remove(scratch, { recursive: true }).catch(() => undefined);
      throw error;
    }
  }

  async #stageIn(scratch: string, from: PackageSource): Promise<StagedFiles> {
    const { problems, built, folder } = await checkFolder(await fetchPackage(from, scratch), this.#bench);
    const { manifest } = folder;
    const errors = problems.filter(({ severity }) => severity === "error").length;
    if (manifest === undefined || built === undefined) {
      throw new CheckFailure(from.where, problems);
    }
    const registry = await readRegistry(this.#user);
    const before = registry.get(manifest.id);
    const files = await packageFiles(built);
    const hash = sha256(
      new TextEncoder().encode(files.map(({ path, bytes }) => `${path} ${sha256(bytes)}\n`).join("")),
    );
    for (const { path, bytes } of files) {
      const target = join(scratch, "package", path);
      await Deno.mkdir(dirname(target), { recursive: true });
      await writeDurably(target, bytes);
    }
    const had = before === undefined
      ? []
      : (await manifestIn(versionFolder(this.#user, before))).manifest?.permissions ?? [];
    const refusal = errors > 0
      ? `the check found ${errors === 1 ? "an error" : `${errors} errors`}`
      : await this.#refusal(manifest, registry, from, hash);
    return {
      id: manifest.id,
      name: manifest.name,
      version: manifest.version,
      from,
      before: before?.version,
      isSame: before?.sha256 === hash,
      problems,
      refusal,
      consent: consentFor(manifest.permissions, had),
      scratch,
      sha256: hash,
      permissions: manifest.permissions,
      [Symbol.asyncDispose]: () => Deno.remove(scratch, { recursive: true }).catch(() => undefined),
    };
  }

  async #refusal(
    manifest: Manifest,
    registry: Registry,
    from: PackageSource,
    hash: string,
  ): Promise<string | undefined> {
    if (manifest.id.startsWith("symphony/") || /^(mcp|acp)\//.test(manifest.id)) {
      return `the publisher "${manifest.id.split("/")[0]}" is the product's own`;
    }
    const before = registry.get(manifest.id);
    const isSealed = from.kind === "npm" || from.kind === "url";
    if (before !== undefined && isSealed && before.version === manifest.version && before.sha256 !== hash) {
      return `version ${manifest.version} is installed with other files: a version never changes`;
    }
    const others: Dependent[] = [...await this.#bundled()];
    for (const [id, entry] of registry) {
      const other = id === manifest.id
        ? undefined
        : (await manifestIn(versionFolder(this.#user, entry))).manifest;
      if (other !== undefined) others.push(other);
    }
    const found = resolveDependencies([...others, manifest], VERSION).conflicts;
    const own = found.find(({ id }) => id === manifest.id);
    if (own !== undefined) return own.reason;
    const broken = found.find(({ id }) => others.some((one) => one.id === id && before !== undefined));
    return broken === undefined ? undefined : `${broken.id} would no longer work: ${broken.reason}`;
  }

  async #grant(id: string, permissions: readonly Permission[], consent: Consent): Promise<void> {
    const grants = await Grants.open(this.#data);
    for (const { permission, given } of consent.asks) {
      if (given) await grants.add(extensionId(id), permission);
    }
    await grants.approve({ extension: id, origin: "third-party", permissions });
    await grants.flush();
  }

  async #entry(id: string): Promise<RegistryEntry> {
    const registry = await readRegistry(this.#user);
    const entry = registry.get(id);
    if (entry !== undefined) return entry;
    const near = registry.size === 0
      ? "none is installed"
      : didYouMean(id, registry.keys(), "installed extensions");
    throw new SymphonyError("not-found", `Cannot find an installed extension "${id}": ${near}`);
  }

  /** One process at a time; the system frees the lock of one that dies. */
  async #locked<T>(work: () => Promise<T>): Promise<T> {
    await Deno.mkdir(join(this.#user, STORE_FOLDER), { recursive: true });
    using file = await Deno.open(join(this.#user, STORE_FOLDER, ".lock"), { create: true, write: true });
    await file.lock(true);
    return await work();
  }

  /** Removes what the registry does not name. Only with the lock. */
  async #sweep(registry: Registry): Promise<void> {
    for await (const { name, isFile } of Deno.readDir(this.#user)) {
      // A registry that was written and never took the other's place.
      if (isFile && name.startsWith(`${REGISTRY_FILE}.`)) await Deno.remove(join(this.#user, name));
    }
    const store = join(this.#user, STORE_FOLDER);
    const named = new Set(
      [...registry.values()].flatMap((entry) => [entry.folder, entry.previous?.folder ?? ""]),
    );
    for await (const { name, isDirectory } of Deno.readDir(store)) {
      if (!isDirectory) continue;
      const path = join(store, name);
      if (name.startsWith(".staging-")) {
        if (!await isAlive(Number(name.split("-")[1]))) await Deno.remove(path, { recursive: true });
        continue;
      }
      let kept = 0;
      for await (const version of Deno.readDir(path)) {
        if (named.has(`${name}/${version.name}`)) kept++;
        else await Deno.remove(join(path, version.name), { recursive: true });
      }
      if (kept === 0) await Deno.remove(path);
    }
  }
}

/** It cannot even be bundled. */
export class CheckFailure extends SymphonyError {
  readonly problems: readonly Problem[];

  constructor(where: string, problems: readonly Problem[]) {
    super(
      "bad-input",
      `Cannot install "${where}": ${problems.length === 1 ? "a problem" : `${problems.length} problems`}`,
    );
    this.problems = problems;
  }
}

/** True for an update that is newer than what is installed. */
export function isNewer({ version, before, isSame }: Staged): boolean {
  return before === undefined || (!isSame && compareVersions(version, before) >= 0);
}

async function manifestIn(folder: string): Promise<{ readonly manifest: Manifest | undefined }> {
  const file = join(folder, MANIFEST_FILE);
  const bytes = await Deno.readFile(file).catch(() => undefined);
  return bytes === undefined ? { manifest: undefined } : readManifest(bytes, file);
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  try {
    using file = await Deno.open(path, { write: true, createNew: true });
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    await file.sync();
  } catch (cause) {
    throw new SymphonyError("io", `Cannot write "${path}": ${messageOf(cause)}`, { cause });
  }
}

async function isAlive(pid: number): Promise<boolean> {
  if (!Number.isSafeInteger(pid)) return false;
  if (Deno.build.os === "linux") return await Deno.stat(`/proc/${pid}`).then(() => true, () => false);
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}

function plainVersion({ version, folder, sha256 }: RegistryEntry) {
  return { version, folder, sha256 };
}
