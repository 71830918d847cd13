/**
 * What is in an artifact, by its type. Content is never trusted: Markdown goes through DOMPurify, code is painted from
 * escaped text, images are shown from a blob and run no script, everything else is text.
 *
 * @module
 */

import { useEffect, useMemo, useState } from "preact/hooks";
import type { Json } from "../../../../core/json.ts";
import type { ArtifactDetail } from "../../../api/artifacts.ts";
import { Button } from "../../parts/button.tsx";
import { EmptyState, ErrorState, LoadingState } from "../../parts/states.tsx";
import { useApp } from "../../state/app.ts";
import { ApiError } from "../../state/client.ts";
import { useResource } from "../../state/resource.ts";
import { sizeText } from "../format.ts";
import { DiffLines } from "./artifact_diff.tsx";
import { rowsOfPatch } from "./diff_rows.ts";
import { JsonTree } from "./json_tree.tsx";
import { MarkdownPart } from "./markdown_part.tsx";
import { HexLines, TextLines } from "./text_lines.tsx";
import { TableView } from "./table_view.tsx";
import { readTable, tableOfJson } from "./table_rows.ts";

/** More is shown by its beginning, with the whole to download. */
const MAX_BYTES = 4 * 1024 * 1024;
/** Larger trees and documents would hold the page up while they are read. */
const MAX_RENDERED = 1024 * 1024;

interface Loaded {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly isCut: boolean;
}

export function ArtifactContent({ detail }: { readonly detail: ArtifactDetail }) {
  const { client } = useApp();
  const { id, sizeBytes } = detail;
  const [isPlain, setPlain] = useState(false);
  const loaded = useResource(async (_api, signal): Promise<Loaded> => {
    const isCut = sizeBytes > MAX_BYTES;
    const response = await fetch(client.address("GET /artifacts/{id}/raw", { params: { id } }), {
      signal,
      ...isCut ? { headers: { range: `bytes=0-${MAX_BYTES - 1}` } } : {},
    }).catch((cause: unknown) => {
      throw new ApiError(undefined, "offline", cause instanceof Error ? cause.message : String(cause));
    });
    if (!response.ok) throw new Error(`The server answered ${response.status} ${response.statusText}`);
    return { bytes: new Uint8Array(await response.arrayBuffer()), isCut };
  }, [id]);
  const { value } = loaded;
  if (value === undefined) {
    return loaded.error === undefined
      ? <LoadingState what="the content" lines={8} />
      : <ErrorState title="Cannot read the content" error={loaded.error} onRetry={loaded.reload} />;
  }
  if (value.bytes.length === 0) {
    return <EmptyState icon="file" title="It is empty">No bytes at all.</EmptyState>;
  }
  const canBePlain = !["text", "bytes", "image"].includes(detail.view);
  return (
    <div class="monitor-content">
      {canBePlain || value.isCut
        ? (
          <div class="monitor-tools">
            {canBePlain
              ? (
                <Button small aria-pressed={isPlain} icon="code" onClick={() => setPlain(!isPlain)}>
                  As text
                </Button>
              )
              : null}
            {value.isCut
              ? (
                <span class="faint">
                  The first {sizeText(MAX_BYTES)} of {sizeText(sizeBytes)}; download has all of it.
                </span>
              )
              : null}
          </div>
        )
        : null}
      <Body detail={detail} loaded={value} isPlain={isPlain} />
    </div>
  );
}

function Body(
  { detail, loaded, isPlain }: {
    readonly detail: ArtifactDetail;
    readonly loaded: Loaded;
    readonly isPlain: boolean;
  },
) {
  const { bytes } = loaded;
  const text = useMemo(
    () => detail.view === "image" || detail.view === "bytes" ? "" : new TextDecoder().decode(bytes),
    [bytes],
  );
  const isSmall = bytes.length <= MAX_RENDERED;
  if (detail.view === "bytes") return <HexLines bytes={bytes} />;
  if (detail.view === "image") return <ImageView detail={detail} bytes={bytes} />;
  if (isPlain || !isSmall || loaded.isCut) return <TextLines text={text} label="Content" />;
  const json = isJsonText(detail) ? parsed(text) : undefined;
  switch (detail.view) {
    case "markdown":
      return <MarkdownPart text={typeof json === "string" ? json : text} />;
    case "code":
      return (
        <TextLines
          text={text}
          label="Code"
          {...detail.language === undefined ? {} : { language: detail.language }}
        />
      );
    case "diff":
      return <DiffLines rows={rowsOfPatch(text)} isTall />;
    case "table": {
      const table = json === undefined
        ? readTable(text, detail.name?.endsWith(".tsv") === true ? "\t" : ",")
        : tableOfJson(json);
      return table === undefined ? <TextLines text={text} label="Content" /> : <TableView table={table} />;
    }
    case "json":
      return json === undefined
        ? <TextLines text={text} label="Content" />
        : <JsonTree label="JSON" value={json} />;
    case "text":
      return <TextLines text={typeof json === "string" ? json : text} label="Content" />;
  }
}

function isJsonText({ type, name }: ArtifactDetail): boolean {
  return type.includes("json") || name?.endsWith(".json") === true;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function ImageView(
  { detail, bytes }: { readonly detail: ArtifactDetail; readonly bytes: Uint8Array<ArrayBuffer> },
) {
  const [address, setAddress] = useState<string | undefined>(undefined);
  const [isBroken, setBroken] = useState(false);
  const [size, setSize] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytes], { type: detail.type }));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes]);
  if (isBroken) return <HexLines bytes={bytes} />;
  return (
    <figure class="monitor-image">
      {address === undefined ? null : (
        <img
          src={address}
          alt={detail.name ?? "Image"}
          onError={() => setBroken(true)}
          onLoad={({ currentTarget }) =>
            setSize(`${currentTarget.naturalWidth} × ${currentTarget.naturalHeight}`)}
        />
      )}
      <figcaption class="faint numbers">{size}</figcaption>
    </figure>
  );
}
