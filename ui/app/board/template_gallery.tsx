/** New workflows: empty, or from a template, with a look at it before and its inputs set. @module */

import { useEffect, useRef, useState } from "preact/hooks";
import { type JsonObject } from "../../../core/json.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Field } from "../parts/field.tsx";
import { fuzzySort } from "../parts/fuzzy.ts";
import { SchemaForm } from "../parts/schema_form.tsx";
import { SearchField } from "../parts/search_field.tsx";
import { ErrorState, LoadingState, messageOf } from "../parts/states.tsx";
import { useApp } from "../state/app.ts";
import { ApiError } from "../state/client.ts";
import { hrefOf, navigate } from "../state/route.ts";
import { useResource } from "../state/resource.ts";
import { catalogFrom } from "./library.ts";
import { objectOf } from "./model/board_node.ts";
import { readGraph } from "./model/graph.ts";
import { layoutGraph } from "./layout/layout_graph.ts";
import { Painter } from "./view/painter.ts";
import { Scene, type ShapeCache } from "./view/scene.ts";
import { fitted } from "./view/viewport.ts";
import type { CatalogInfo } from "../../api/catalog.ts";
import { withValue } from "../parts/with_value.ts";

/** The file that a workflow of this name is kept in. */
export function fileFor(name: string): string {
  const id = name.toLowerCase().normalize("NFKD").replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "") ||
    "workflow";
  return `${/^[a-z]/.test(id) ? id : `w-${id}`}.workflow.jsonc`.slice(0, 90);
}

function emptyWorkflow(name: string, file: string): string {
  const id = file.replace(/^.*\//, "").replace(/\.workflow\.jsonc$/, "");
  return `{
  "schema": 1,
  "id": ${JSON.stringify(id)},
  "name": ${JSON.stringify(name)},
  "version": "1.0.0",
  "inputs": {},
  "nodes": {},
  "outputs": {}
}
`;
}

export function NewWorkflowDialog({ onClose }: { readonly onClose: () => void }) {
  const { client } = useApp();
  const [name, setName] = useState("");
  const [error, setError] = useState<string | undefined>(undefined);
  const file = fileFor(name);
  const make = async () => {
    if (name.trim() === "") return setError("Give it a name");
    try {
      await client.call("PUT /workflow", {
        query: { file },
        body: { text: emptyWorkflow(name.trim(), file) },
        match: { none: true },
      });
      onClose();
      navigate(hrefOf("board", file));
    } catch (cause) {
      setError(
        cause instanceof ApiError && cause.status === 412
          ? `There is a file ${file} already`
          : messageOf(cause),
      );
    }
  };
  return (
    <Dialog
      title="New workflow"
      onClose={onClose}
      onSubmit={() => void make()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary">Create</Button>
        </>
      }
    >
      <Field
        id="new-name"
        label="Name"
        isRequired
        help={name.trim() === "" ? "What it does, for people" : `Kept in ${file}`}
        problems={error === undefined ? [] : [{ severity: "error", message: error }]}
      >
        <input
          id="new-name"
          class="input"
          aria-invalid={error !== undefined}
          aria-describedby="new-name-help"
          autocomplete="off"
          value={name}
          onInput={({ currentTarget }) => {
            setName(currentTarget.value);
            setError(undefined);
          }}
        />
      </Field>
    </Dialog>
  );
}

export function TemplateGallery({ onClose }: { readonly onClose: () => void }) {
  const { client } = useApp();
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  const list = useResource((api, signal) => api.call("GET /templates", { signal }), []);
  const catalog = useResource((api, signal) => api.call("GET /catalog", { signal }), []);
  const found = fuzzySort(
    search,
    list.value ?? [],
    ({ name, description, id }) => `${name} ${id} ${description}`,
  );
  const id = chosen ?? found[0]?.entry.id;
  const detail = useResource(
    (api, signal) =>
      id === undefined
        ? Promise.resolve(undefined)
        : api.call("GET /templates/{id}", { params: { id }, signal }),
    [id],
  );
  const [name, setName] = useState("");
  const [inputs, setInputs] = useState<JsonObject>({});
  const [error, setError] = useState<string | undefined>(undefined);
  useEffect(() => {
    setName(detail.value?.name ?? "");
    setInputs({});
    setError(undefined);
  }, [detail.value?.id]);
  const graph = detail.value === undefined || catalog.value === undefined
    ? undefined
    : readGraph(detail.value.text, [], catalogFrom(catalog.value));
  const declared = objectOf(graph?.head["inputs"]);
  const schema: JsonObject = {
    type: "object",
    properties: declared,
    required: Object.keys(declared).filter((one) => !Object.hasOwn(objectOf(declared[one]), "default")),
  };
  const file = fileFor(name);
  const make = async () => {
    if (id === undefined) return;
    try {
      const made = await client.call("POST /templates/{id}/instantiate", {
        params: { id },
        body: { file, name, inputs },
      });
      onClose();
      navigate(hrefOf("board", made.file));
    } catch (cause) {
      setError(messageOf(cause));
    }
  };
  return (
    <Dialog
      title="Templates"
      wide
      class="gallery"
      onClose={onClose}
      onSubmit={() => void make()}
      foot={
        <>
          {error === undefined ? null : <span class="field-error grow" role="alert">{error}</span>}
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={detail.value === undefined}>
            Create from template
          </Button>
        </>
      }
    >
      {list.error === undefined
        ? null
        : <ErrorState title="Cannot list the templates" error={list.error} onRetry={list.reload} />}
      {list.value === undefined && list.error === undefined ? <LoadingState what="templates" /> : null}
      {list.value === undefined ? null : (
        <div class="gallery-columns">
          <div class="column">
            <SearchField label="Search templates" value={search} onValue={setSearch} />
            <div class="gallery-list" role="radiogroup" aria-label="Templates">
              {found.map(({ entry }) => (
                <label key={entry.id} class={`gallery-item ${entry.id === id ? "is-chosen" : ""}`}>
                  <input
                    type="radio"
                    name="template"
                    class="hidden-text"
                    checked={entry.id === id}
                    onChange={() =>
                      setChosen(entry.id)}
                  />
                  <strong>{entry.name}</strong>
                  <span class="muted">{entry.description}</span>
                  {entry.from === undefined ? null : <span class="badge">{entry.from}</span>}
                </label>
              ))}
            </div>
          </div>
          <div class="column gallery-detail">
            {graph === undefined || catalog.value === undefined || detail.value === undefined
              ? <LoadingState what="the template" />
              : (
                <>
                  <GraphPreview
                    text={detail.value.text}
                    catalog={catalog.value}
                    label={`Preview of ${detail.value.name}`}
                  />
                  <Field id="template-name" label="Name" help={`Kept in ${file}`}>
                    <input
                      id="template-name"
                      class="input"
                      aria-describedby="template-name-help"
                      value={name}
                      onInput={({ currentTarget }) => setName(currentTarget.value)}
                    />
                  </Field>
                  <SchemaForm
                    name="template-inputs"
                    root={schema}
                    schema={schema}
                    value={inputs}
                    onChange={(path, value) => setInputs((before) => withValue(before, path, value))}
                  />
                </>
              )}
          </div>
        </div>
      )}
    </Dialog>
  );
}

/** A small picture of a workflow. */
export function GraphPreview(
  { text, catalog, label }: { readonly text: string; readonly catalog: CatalogInfo; readonly label: string },
) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const graph = readGraph(text, [], catalogFrom(catalog));
    const shapes: ShapeCache = new WeakMap();
    const rough = new Scene(graph, () => ({ x: 0, y: 0 }), new Set(), shapes);
    const nodes = rough.ids.flatMap((id, index) => {
      const shape = rough.shapes[index];
      return shape === undefined ? [] : [{ id, width: shape.width, height: shape.height }];
    });
    const places = new Map(
      layoutGraph({ nodes, edges: graph.edges.map(({ from, to }) => [from, to] as const), groups: [] })
        .map(([id, x, y]) => [id, { x, y }]),
    );
    const scene = new Scene(graph, (id) => places.get(id) ?? { x: 0, y: 0 }, new Set(), shapes);
    const bounds = scene.bounds();
    const painter = new Painter(element);
    const { clientWidth, clientHeight } = element;
    painter.resize(clientWidth, clientHeight);
    const none = new Set<string>();
    if (bounds !== undefined) {
      painter.paint(scene, fitted(bounds, clientWidth, clientHeight, 12), {
        selection: none,
        selectedEdge: undefined,
        lifted: new Set(),
        worst: new Map(),
        badPorts: none,
        stateOf: () => undefined,
        faded: undefined,
      }, "all");
    }
    return () => painter.close();
  }, [text, catalog]);
  return <canvas class="graph-preview" ref={canvas} role="img" aria-label={label} />;
}
