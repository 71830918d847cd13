/** Artifacts. @module */

import { SymphonyError } from "../../../core/errors.ts";
import { type ArtifactId, artifactId, nodeId, runId } from "../../../core/ids.ts";
import type { ArtifactInfo } from "../../../core/ports/artifact.ts";
import type { Route } from "../../api/api.ts";
import { diffOf } from "../artifacts/artifact_diff.ts";
import { titleOf } from "../artifacts/artifact_title.ts";
import { viewOf } from "../artifacts/artifact_view.ts";
import { lineageOf } from "../artifacts/lineage.ts";
import type { Desk } from "../desk.ts";
import { type HandlersOf, Reply } from "../http/handlers.ts";
import { Refusal } from "../http/problems.ts";
import type { Backend } from "../services.ts";

type ArtifactRoute = Extract<Route, `${string} /artifact${string}`>;

export function artifactRoutes(desk: Desk): HandlersOf<ArtifactRoute> {
  return {
    "GET /artifacts": async ({ query }) => {
      const backend = await desk.backend();
      const limit = Math.min(query.limit ?? 50, 500);
      const { run, node, ...rest } = query;
      const { artifacts, library } = backend.pit;
      const found = await library.search.search({
        ...rest,
        limit,
        ...run === undefined ? {} : { run: runId(run) },
        ...node === undefined ? {} : { node: nodeId(node) },
      });
      const hits = await Promise.all(found.hits.map(async (hit) => {
        const info = hit.name === "" ? await artifacts.info(hit.artifact) : undefined;
        return { ...hit, title: info === undefined ? hit.name : await titleOf(library.streams, info) };
      }));
      return { ...found, hits };
    },
    "GET /artifacts/{id}": async ({ params }) => {
      const backend = await desk.backend();
      const info = await infoOf(backend, params.id);
      const { catalog } = backend.pit.library;
      const [labels, versions] = await Promise.all([catalog.labels(info.id), catalog.versionsOf(info.id)]);
      const bytes = await backend.pit.artifacts.get(info.id);
      const title = await titleOf(backend.pit.library.streams, info);
      return { ...info, title, labels, versions, ...viewOf(info, bytes ?? new Uint8Array()) };
    },
    "GET /artifacts/{id}/raw": async ({ params, headers }) => {
      const backend = await desk.backend();
      const info = await infoOf(backend, params.id);
      return rawReply(backend, info, headers.get("range"));
    },
    "PATCH /artifacts/{id}/labels": async ({ params, body }) => {
      const backend = await desk.backend();
      return await backend.pit.library.catalog.label(artifactId(params.id), body);
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
      const { pit } = await desk.backend();
      return await Array.fromAsync(pit.library.catalog.names());
    },
    "GET /artifact-names/{name}": async ({ params }) => {
      const { pit } = await desk.backend();
      return await pit.library.catalog.versions(params.name);
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

/** Bytes that no browser renders as a page of ours; read piece by piece. */
function rawReply({ pit }: Backend, info: ArtifactInfo, range: string | null): Reply<"raw"> {
  const isShown = isHarmless(info.type);
  const headers = {
    "content-type": isShown ? info.type : "application/octet-stream",
    "content-disposition": `${isShown ? "inline" : "attachment"}; filename*=UTF-8''${
      encodeURIComponent(info.name ?? info.id)
    }`,
    "content-security-policy": "sandbox; default-src 'none'",
    "accept-ranges": "bytes",
    etag: `"${info.id}"`,
  };
  const { streams } = pit.library;
  const size = info.sizeBytes;
  if (range === null) {
    return new Reply({
      body: ReadableStream.from(streams.read(info.id)),
      headers: { ...headers, "content-length": String(size) },
    });
  }
  const { from, to } = rangeIn(range, size);
  return new Reply({
    body: ReadableStream.from(streams.read(info.id, { from, to })),
    status: 206,
    headers: {
      ...headers,
      "content-length": String(to - from),
      "content-range": `bytes ${from}-${to - 1}/${size}`,
    },
  });
}

/** @throws Refusal 416 for a range that is outside or cannot be read */
function rangeIn(range: string, size: number): { readonly from: number; readonly to: number } {
  const asked = /^bytes=(\d*)-(\d*)$/.exec(range.trim());
  const [, first = "", last = ""] = asked ?? [];
  const from = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === "" || last === "" ? size : Math.min(size, Number(last) + 1);
  if (asked !== null && (first !== "" || last !== "") && from < to && from < size) return { from, to };
  throw new Refusal(416, "bad-input", `Cannot give range "${range.slice(0, 60)}" of ${size} bytes`);
}

/** Types that run nothing, whoever made them. */
function isHarmless(type: string): boolean {
  return /^(image\/(png|jpeg|gif|webp|avif)|text\/(plain|csv|markdown)|application\/json)\s*(;|$)/i.test(
    type,
  );
}
