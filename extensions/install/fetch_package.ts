/**
 * From what a person names to a folder with an extension's files: a folder itself, an archive, an address, or a package
 * of npm, which npm's own program fetches and verifies.
 *
 * @module
 */

import { dirname, join, resolve } from "node:path";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import { MAX_BYTES, MAX_FILES } from "../dev/extension_folder.ts";
import { sha256 } from "../loader/bundle_cache.ts";
import { MANIFEST_FILE } from "../manifest/manifest.ts";
import type { PackageSource } from "./registry.ts";
import { gunzip, readTar } from "./tar.ts";

const MOST_REDIRECTS = 5;
const PATIENCE_MS = 60_000;
const NPM_NAME = /^(npm:)?(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*(@[^\s/]+)?$/;

/** What `spec` names. A folder or file that is there wins over a package of the same name. @throws SymphonyError `bad-input` */
export async function sourceOf(spec: string, base: string): Promise<PackageSource> {
  if (/^https?:\/\//i.test(spec)) return { kind: "url", where: spec };
  if (!spec.startsWith("npm:")) {
    const path = resolve(base, spec);
    const info = await Deno.stat(path).catch(() => undefined);
    if (info?.isDirectory === true) return { kind: "folder", where: path };
    if (info?.isFile === true) return { kind: "archive", where: path };
  }
  if (NPM_NAME.test(spec)) return { kind: "npm", where: spec.replace(/^npm:/, "") };
  throw new SymphonyError(
    "bad-input",
    `Cannot install "${spec.slice(0, 200)}": there is no such folder or file`,
    {
      hint: "Give a folder, an archive (.tgz), an https address, or the name of a package of npm",
    },
  );
}

/** A folder with the extension's files; what had to be unpacked is below `scratch`. */
export async function fetchPackage(source: PackageSource, scratch: string): Promise<string> {
  switch (source.kind) {
    case "folder":
      return source.where;
    case "archive":
      return await unpack(await readArchive(source.where), scratch);
    case "url":
      return await unpack(await download(source.where), scratch);
    case "npm":
      return await unpack(await npmPack(source.where, scratch), scratch);
  }
}

async function readArchive(file: string): Promise<Uint8Array<ArrayBuffer>> {
  const { size } = await Deno.stat(file);
  if (size > MAX_BYTES) throw tooLarge(file);
  return await Deno.readFile(file);
}

/** Unpacks into `scratch` and gives the folder with the manifest. @throws SymphonyError `bad-input` */
async function unpack(archive: Uint8Array<ArrayBuffer>, scratch: string): Promise<string> {
  const tar = await gunzip(archive, MAX_BYTES * 2);
  const files = readTar(tar, { files: MAX_FILES, bytes: MAX_BYTES });
  const folder = join(scratch, "unpacked");
  for (const { path, bytes } of files) {
    const target = join(folder, path);
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.writeFile(target, bytes, { createNew: true });
  }
  const manifests = files.map(({ path }) => path).filter((path) =>
    path === MANIFEST_FILE || path.endsWith(`/${MANIFEST_FILE}`)
  ).sort((a, b) => a.split("/").length - b.split("/").length);
  const [first] = manifests;
  if (first !== undefined) return join(folder, dirname(first));
  throw new SymphonyError("bad-input", `Cannot install: the archive holds no ${MANIFEST_FILE}`, {
    hint: "symphony ext pack makes an archive that does",
  });
}

/** `#sha256=…` at the end of the address says what its bytes must be. */
async function download(address: string): Promise<Uint8Array<ArrayBuffer>> {
  let url = checkedUrl(address);
  const wanted = /^#sha256=([0-9a-f]{64})$/i.exec(url.hash)?.[1]?.toLowerCase();
  const signal = AbortSignal.timeout(PATIENCE_MS);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await fetch(url, { redirect: "manual", signal }).catch((cause) => {
      throw new SymphonyError("io", `Cannot load ${url.href}: ${messageOf(cause)}`, { cause });
    });
    const location = response.headers.get("location");
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel();
      url = checkedUrl(new URL(location, url).href);
      continue;
    }
    if (!response.ok) {
      await response.body?.cancel();
      throw new SymphonyError("not-found", `Cannot load ${url.href}: the server answered ${response.status}`);
    }
    const bytes = await readBody(response, url.href);
    if (wanted !== undefined && sha256(bytes) !== wanted) {
      const found = sha256(bytes);
      throw new SymphonyError(
        "bad-input",
        `Cannot use ${url.href}: expected SHA-256 ${wanted}, found ${found}`,
      );
    }
    return bytes;
  }
  throw new SymphonyError(
    "bad-input",
    `Cannot load ${address}: it redirects more than ${MOST_REDIRECTS} times`,
  );
}

async function readBody(response: Response, where: string): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MAX_BYTES) throw tooLarge(where);
    parts.push(part);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** Encrypted, or on this machine. @throws SymphonyError `bad-input` */
function checkedUrl(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isHere = url !== undefined && ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isHere)) return url;
  throw new SymphonyError("bad-input", `Cannot load "${address.slice(0, 200)}": expected an https address`);
}

/** Without running any of its scripts. */
async function npmPack(name: string, scratch: string): Promise<Uint8Array<ArrayBuffer>> {
  const folder = join(scratch, "npm");
  await Deno.mkdir(folder, { recursive: true });
  const program = Deno.build.os === "windows" ? "npm.cmd" : "npm";
  const args = ["pack", name, "--ignore-scripts", "--json", "--pack-destination", folder];
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd: folder,
    stdin: "null",
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).output().catch((cause) => {
    throw new SymphonyError("not-found", `Cannot start npm: ${messageOf(cause)}`, {
      cause,
      hint: "Install Node and npm, or install from a folder, an archive or an address",
    });
  });
  if (!success) {
    const said = saidByNpm(new TextDecoder().decode(stdout)) ??
      new TextDecoder().decode(stderr).trim().slice(0, 300);
    throw new SymphonyError("not-found", `Cannot load the package "${name}" with npm: ${said}`);
  }
  for await (const { name: file } of Deno.readDir(folder)) {
    if (file.endsWith(".tgz")) return await readArchive(join(folder, file));
  }
  throw new SymphonyError("io", `Cannot load the package "${name}": npm gave no archive`);
}

/** What npm says went wrong, in its own words. */
function saidByNpm(json: string): string | undefined {
  try {
    const { summary } = (JSON.parse(json) as { error: { summary?: unknown } }).error;
    return typeof summary === "string" && summary !== "" ? summary : undefined;
  } catch {
    return undefined;
  }
}

function tooLarge(where: string): SymphonyError {
  return new SymphonyError("bad-input", `Cannot use "${where}": it is over ${MAX_BYTES >> 20} MB`);
}
