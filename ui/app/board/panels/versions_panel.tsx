/** Every text that was saved or seen, and what differs between two of them: as a picture and as a list. @module */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Json } from "../../../../core/json.ts";
import type { WorkflowVersion } from "../../../api/workflows.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { EmptyState, ErrorState, LoadingState } from "../../parts/states.tsx";
import { useResource } from "../../state/resource.ts";
import { layoutGraph } from "../layout/layout_graph.ts";
import type { BoardNode } from "../model/board_node.ts";
import { type Graph, readGraph } from "../model/graph.ts";
import { diffGraphs, type FieldChange, type GraphDiff } from "../model/graph_diff.ts";
import type { Point } from "../model/commands.ts";
import { Painter } from "../view/painter.ts";
import { filePlace, Scene, type ShapeCache } from "../view/scene.ts";
import { fitted } from "../view/viewport.ts";
import type { Workbench } from "../workbench.ts";

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
    return { before, after, found: diffGraphs(before, after) };
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
      <div class="row">
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
          <DiffPicture before={diff.before} after={diff.after} diff={diff.found} />
          <DiffList diff={diff.found} />
        </>
      )}
    </Dialog>
  );
}

/** Both versions in one picture: what is new green, what is gone red, what changed amber. */
function DiffPicture(
  { before, after, diff }: { readonly before: Graph; readonly after: Graph; readonly diff: GraphDiff },
) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const nodes = new Map<string, BoardNode>([...before.nodes, ...after.nodes]);
    const both: Graph = {
      ...after,
      nodes,
      edges: [...after.edges, ...diff.removedEdges],
      groups: [],
      notes: [],
    };
    const shapes: ShapeCache = new WeakMap();
    const sized = new Scene(both, () => ({ x: 0, y: 0 }), new Set(), shapes);
    const boxes = sized.ids.flatMap((id, index) => {
      const shape = sized.shapes[index];
      return shape === undefined ? [] : [{ id, width: shape.width, height: shape.height }];
    });
    const laidOut = new Map(
      layoutGraph({ nodes: boxes, edges: both.edges.map(({ from, to }) => [from, to] as const), groups: [] })
        .map(([id, x, y]): [string, Point] => [id, { x, y }]),
    );
    const isPlaced = [...nodes.values()].every((node) =>
      filePlace(after.nodes.has(node.id) ? after : before, node) !== undefined
    );
    const placeOf = (id: string) => {
      const node = nodes.get(id);
      const own = node === undefined || !isPlaced
        ? undefined
        : filePlace(after.nodes.has(id) ? after : before, node);
      return own ?? laidOut.get(id) ?? { x: 0, y: 0 };
    };
    const scene = new Scene(both, placeOf, new Set(), shapes);
    const kinds = new Map(
      diff.nodes.map((
        { id, kind },
      ) => [id, { added: "completed", removed: "failed", changed: "retrying" }[kind]]),
    );
    const painter = new Painter(element);
    const { clientWidth, clientHeight } = element;
    painter.resize(clientWidth, clientHeight);
    const bounds = scene.bounds();
    if (bounds !== undefined) {
      painter.paint(scene, fitted(bounds, clientWidth, clientHeight, 14), {
        selection: new Set(diff.nodes.map(({ id }) => id)),
        selectedEdge: undefined,
        lifted: new Set(),
        worst: new Map(),
        badPorts: new Set(
          diff.removedEdges.map(({ to, toPort, kind }) => `${to}.${toPort === "" ? kind : toPort}`),
        ),
        stateOf: (id) => kinds.get(id),
        faded: new Set([...nodes.keys()].filter((id) => !kinds.has(id))),
      }, "all");
    }
    return () => painter.close();
  }, [before, after, diff]);
  return (
    <canvas
      class="graph-preview"
      ref={canvas}
      role="img"
      aria-label={`${diff.nodes.length} nodes differ; the list below says how`}
    />
  );
}

function DiffList({ diff }: { readonly diff: GraphDiff }) {
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
          <span class={`badge ${looks[kind]}`}>{kind}</span> <strong>{id}</strong>
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
