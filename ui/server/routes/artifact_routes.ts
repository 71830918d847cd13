/** Artifacts. @module */

import { SymphonyError } from "../../../core/errors.ts";
import { type ArtifactId, artifactId, nodeId, runId } from "../../../core/ids.ts";
import type { ArtifactInfo } from "../../../core/ports/artifact.ts";
import type { ArtifactLabels, SearchResult } from "../../../core/ports/artifact_catalog.ts";
import type { Route } from "../../api/api.ts";
import type { ArtifactFilter } from "../../api/artifacts.ts";
import { diffOf } from "../artifacts/artifact_diff.ts";
import { viewOf } from "../artifacts/artifact_view.ts";
import { lineageOf } from "../artifacts/lineage.ts";
import type { Desk } from "../desk.ts";
import { type HandlersOf, Reply } from "../http/handlers.ts";
import { Refusal } from "../http/problems.ts";
import type { Backend } from "../services.ts";

type ArtifactRoute = Extract<Route, `${string} /artifact${string}`>;
const noLabels: ArtifactLabels = { tags: [], hold: undefined, scores: [] };

export function artifactRoutes(desk: Desk): HandlersOf<ArtifactRoute> {
  return {
    "GET /artifacts": async ({ query }) => {
      const backend = await desk.backend();
      const limit = Math.min(query.limit ?? 50, 500);
      if (backend.artifacts === undefined) return await listed(backend, { ...query, limit });
      const { run, node, ...rest } = query;
      return await backend.artifacts.search.search({
        ...rest,
        limit,
        ...run === undefined ? {} : { run: runId(run) },
        ...node === undefined ? {} : { node: nodeId(node) },
      });
    },
    "GET /artifacts/{id}": async ({ params }) => {
      const backend = await desk.backend();
      const info = await infoOf(backend, params.id);
      const labels = await backend.artifacts?.catalog.labels(info.id) ?? noLabels;
      const versions = [];
      if (backend.artifacts !== undefined) {
        for await (const { name } of backend.artifacts.catalog.names()) {
          const all = await backend.artifacts.catalog.versions(name);
          versions.push(...all.filter(({ artifact }) => artifact === info.id));
        }
      }
      const bytes = await backend.pit.artifacts.get(info.id);
      return { ...info, labels, versions, ...viewOf(info, bytes ?? new Uint8Array()) };
    },
    "GET /artifacts/{id}/raw": async ({ params, headers }) => {
      const backend = await desk.backend();
      const info = await infoOf(backend, params.id);
      return await rawReply(backend, info, headers.get("range"));
    },
    "PATCH /artifacts/{id}/labels": async ({ params, body }) => {
      const backend = await desk.backend();
      if (backend.artifacts === undefined) {
        throw new SymphonyError("unsupported", "Cannot label artifacts here");
      }
      return await backend.artifacts.catalog.label(artifactId(params.id), body);
    },
    "GET /artifacts/{id}/diff": async ({ params, query }) => {
      const backend = await desk.backend();
      const from = artifactId(params.id);
      const to = artifactId(query.with);
      return diffOf({ id: from, bytes: await bytesOf(backend, from) }, {
        id: to,
        bytes: await bytesOf(backend, to),
      });
    },
    "GET /artifacts/{id}/lineage": async ({ params }) => {
      const backend = await desk.backend();
      return await lineageOf(backend.pit, await infoOf(backend, params.id));
    },
    "GET /artifact-names": async () => {
      const { artifacts } = await desk.backend();
      return artifacts === undefined ? [] : await Array.fromAsync(artifacts.catalog.names());
    },
    "GET /artifact-names/{name}": async ({ params }) => {
      const { artifacts } = await desk.backend();
      return await artifacts?.catalog.versions(params.name) ?? [];
    },
  };
}

async function infoOf(backend: Backend, id: string): Promise<ArtifactInfo> {
  const info = await backend.pit.artifacts.info(artifactId(id));
  if (info !== undefined) return info;
  throw new SymphonyError("not-found", `Cannot find artifact ${id}: there is none in this data folder`);
}

async function bytesOf(backend: Backend, id: ArtifactId): Promise<Uint8Array> {
  const bytes = await backend.pit.artifacts.get(id);
  if (bytes !== undefined) return bytes;
  throw new SymphonyError("not-found", `Cannot find artifact ${id}: there is none in this data folder`);
}

/** Bytes that no browser renders as a page of ours. */
async function rawReply(backend: Backend, info: ArtifactInfo, range: string | null): Promise<Reply<"raw">> {
  const bytes = new Uint8Array(await bytesOf(backend, info.id));
  const headers = {
    "content-type": isHarmless(info.type) ? info.type : "application/octet-stream",
    "content-disposition": `${isHarmless(info.type) ? "inline" : "attachment"}; filename*=UTF-8''${
      encodeURIComponent(info.name ?? info.id)
    }`,
    "content-security-policy": "sandbox; default-src 'none'",
    "accept-ranges": "bytes",
    etag: `"${info.id}"`,
  };
  if (range === null) return new Reply({ body: bytes, headers });
  const asked = /^bytes=(\d*)-(\d*)$/.exec(range.trim());
  const size = bytes.length;
  const isSuffix = asked?.[1] === "";
  const from = isSuffix ? Math.max(0, size - Number(asked?.[2])) : Number(asked?.[1]);
  const to = isSuffix || asked?.[2] === "" ? size - 1 : Math.min(size - 1, Number(asked?.[2]));
  if (asked === null || (asked[1] === "" && asked[2] === "") || from > to || from >= size) {
    throw new Refusal(416, "bad-input", `Cannot give range "${range.slice(0, 60)}" of ${size} bytes`);
  }
  return new Reply({
    body: bytes.subarray(from, to + 1),
    status: 206,
    headers: { ...headers, "content-range": `bytes ${from}-${to}/${size}` },
  });
}

/** Types that run nothing, whoever made them. */
function isHarmless(type: string): boolean {
  return /^(image\/(png|jpeg|gif|webp|avif)|text\/(plain|csv|markdown)|application\/json)\s*(;|$)/i.test(
    type,
  );
}

/** Where the store has no search: the newest by name, type, run and node. */
async function listed(
  backend: Backend,
  filter: ArtifactFilter & { readonly limit: number },
): Promise<SearchResult> {
  const { text, type, run, node, since = -Infinity, until = Infinity, limit, offset = 0 } = filter;
  const found: ArtifactInfo[] = [];
  for await (const info of backend.pit.artifacts.list(run === undefined ? {} : { run: runId(run) })) {
    const isWanted =
      (text === undefined || (info.name ?? info.id).toLowerCase().includes(text.toLowerCase())) &&
      (type === undefined || info.type === type) && (node === undefined || info.origin?.node === node) &&
      info.createdAt >= since && info.createdAt <= until;
    if (isWanted) found.push(info);
  }
  const hits = found.slice(offset, offset + limit).map((info) => ({
    artifact: info.id,
    name: info.name ?? "",
    type: info.type,
    createdAt: info.createdAt,
    sizeBytes: info.sizeBytes,
    highlight: "",
  }));
  return { hits, total: found.length, facets: { type: countBy(found), tag: {}, run: {} } };
}

function countBy(infos: readonly ArtifactInfo[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { type } of infos) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}
