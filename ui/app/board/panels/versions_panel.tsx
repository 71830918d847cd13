/** Every text that was saved or seen, and what differs between two of them: as a picture and as a list. @module */

import { useMemo, useState } from "preact/hooks";
import type { Json } from "../../../../core/json.ts";
import type { WorkflowVersion } from "../../../api/workflows.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { EmptyState, ErrorState, LoadingState } from "../../parts/states.tsx";
import { useResource } from "../../state/resource.ts";
import { readGraph } from "../model/graph.ts";
import { diffGraphs, type FieldChange, type GraphDiff } from "../model/graph_diff.ts";
import type { Workbench } from "../workbench.ts";
import { DiffPicture } from "./diff_picture.tsx";

export function VersionsPanel({ bench }: { readonly bench: Workbench }) {
  const { board, file } = bench;
  const [shown, setShown] = useState<WorkflowVersion | undefined>(undefined);
  const list = useResource(
    (client, signal) => client.call("GET /workflow/versions", { query: { file: file.name }, signal }),
    [file.name, file.saves.value],
  );
  if (list.error !== undefined && list.value === undefined) {
    return <ErrorState title="Cannot list the versions" error={list.error} onRetry={list.reload} />;
  }
  if (list.value === undefined) return <LoadingState what="versions" />;
  if (list.value.length === 0) {
    return <EmptyState icon="history" title="No versions yet">Each save is kept here.</EmptyState>;
  }
  const words: Readonly<Record<string, string>> = {
    board: "Saved here",
    outside: "Changed elsewhere",
    restored: "Restored",
  };
  return (
    <>
      <ol class="versions" aria-label="Versions">
        {list.value.map((version, index) => (
          <li key={`${version.hash}-${index}`} class="version">
            <span class="column grow" style={{ gap: "1px" }}>
              <span>{version.message === "" ? words[version.by] ?? version.by : version.message}</span>
              <span class="faint numbers">
                {new Date(version.savedAt).toLocaleString()}{" "}
                {version.hash === file.hash ? "· what the file is now" : ""}
              </span>
            </span>
            <Button
              small
              icon="diff"
              aria-label={`Compare version ${list.value!.length - index}`}
              onClick={() => setShown(version)}
            >
              Compare
            </Button>
          </li>
        ))}
      </ol>
      {shown === undefined ? null : (
        <VersionDialog
          bench={bench}
          version={shown}
          versions={list.value}
          onClose={() => setShown(undefined)}
          onRestore={(text) => {
            board.replaceText(text, "Restore a version");
            setShown(undefined);
          }}
        />
      )}
    </>
  );
}

interface VersionDialogProps {
  readonly bench: Workbench;
  readonly version: WorkflowVersion;
  readonly versions: readonly WorkflowVersion[];
  readonly onClose: () => void;
  readonly onRestore: (text: string) => void;
}

const NOW = "now";

function VersionDialog({ bench, version, versions, onClose, onRestore }: VersionDialogProps) {
  const { board, file } = bench;
  const [other, setOther] = useState(NOW);
  const [wanted, setWanted] = useState<{ readonly id: string } | undefined>(undefined);
  const texts = useResource(async (client, signal) => {
    const ask = async (hash: string) =>
      (await client.call("GET /workflow/versions/{hash}", {
        params: { hash },
        query: { file: file.name },
        signal,
      })).text;
    const [before, after] = await Promise.all([
      ask(version.hash),
      other === NOW ? board.document.text : ask(other),
    ]);
    return { before, after };
  }, [version.hash, other]);
  const diff = useMemo(() => {
    if (texts.value === undefined) return undefined;
    const { catalog } = board.document;
    const before = readGraph(texts.value.before, [], catalog);
    const after = readGraph(texts.value.after, [], catalog);
    return { before, after, diff: diffGraphs(before, after) };
  }, [texts.value]);
  return (
    <Dialog
      title="Compare versions"
      wide
      class="compare"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button
            icon="history"
            look="primary"
            disabled={texts.value === undefined}
            onClick={() => texts.value !== undefined && onRestore(texts.value.before)}
          >
            Bring this version back
          </Button>
        </>
      }
    >
      <div class="row compare-head">
        <span class="muted">From {new Date(version.savedAt).toLocaleString()} to</span>
        <select
          class="select compare-select"
          aria-label="Compare with"
          value={other}
          onChange={({ currentTarget }) => setOther(currentTarget.value)}
        >
          <option value={NOW}>what is on the board now</option>
          {versions.map(({ hash, savedAt, message }) => (
            <option key={hash} value={hash}>{new Date(savedAt).toLocaleString()} {message}</option>
          ))}
        </select>
        <span class="grow" />
        <span class="badge good">added</span>
        <span class="badge warn">changed</span>
        <span class="badge bad">removed</span>
      </div>
      {texts.error === undefined
        ? null
        : <ErrorState title="Cannot read the version" error={texts.error} onRetry={texts.reload} />}
      {diff === undefined ? <LoadingState what="the versions" /> : (
        <>
          <DiffPicture {...diff} wanted={wanted} />
          <DiffList diff={diff.diff} onShow={(id) => setWanted({ id })} />
        </>
      )}
    </Dialog>
  );
}

function DiffList(
  { diff, onShow }: { readonly diff: GraphDiff; readonly onShow: (node: string) => void },
) {
  const { nodes, head, addedEdges, removedEdges } = diff;
  if (nodes.length + head.length + addedEdges.length + removedEdges.length === 0) {
    return <p class="muted">They mean the same.</p>;
  }
  const looks = { added: "good", removed: "bad", changed: "warn" } as const;
  return (
    <ul class="diff-list" aria-label="Changes">
      {head.map((change) => (
        <li key={`head.${change.path}`}>
          <span class="badge warn">changed</span> <strong>workflow</strong> <Change change={change} />
        </li>
      ))}
      {nodes.map(({ id, kind, fields }) => (
        <li key={id}>
          <span class={`badge ${looks[kind]}`}>{kind}</span> <strong>{id}</strong>{" "}
          <Button
            small
            look="quiet"
            icon="eye"
            aria-label={`Show ${id} in the picture`}
            onClick={() => onShow(id)}
          >
            Show
          </Button>
          {fields.map((change) => <Change key={change.path} change={change} />)}
        </li>
      ))}
    </ul>
  );
}

function Change({ change: { path, before, after } }: { readonly change: FieldChange }) {
  return (
    <div class="field-change">
      <code>{path}</code>
      {before === undefined ? null : <del>{shortText(before)}</del>}
      {after === undefined ? null : <ins>{shortText(after)}</ins>}
    </div>
  );
}

function shortText(value: Json): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 140 ? `${text.slice(0, 139)}…` : text;
}
