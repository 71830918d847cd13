/** What came out of a node in the run that is shown: on the whole, or at one port. May be pinned. @module */

import { isObject, type Json } from "../../../../core/json.ts";
import { useState } from "preact/hooks";
import { Button, IconButton } from "../../parts/button.tsx";
import { useResource } from "../../state/resource.ts";
import type { Workbench } from "../workbench.ts";

const MAX_SHOWN = 6000;

export function DataPreview(
  { bench, node, port }: { readonly bench: Workbench; readonly node: string; readonly port?: string },
) {
  const run = bench.run.runId.value;
  const status = bench.overlay.of(node).value;
  const isDone = status !== undefined && (status.state === "completed" || status.counts !== "");
  const said = bench.run.said.value.get(node);
  const items = status === undefined || status.counts === "" ? 0 : Number(status.counts.split("/")[1]);
  const [wished, setItem] = useState(0);
  const item = Math.min(wished, Math.max(0, items - 1));
  const values = useResource(
    (client, signal) =>
      run === undefined || !isDone || node.startsWith("$")
        ? Promise.resolve(undefined)
        : client.call("GET /runs/{run}/values/{node}", {
          params: { run, node },
          query: items > 0 ? { item } : {},
          signal,
        }),
    [run, node, status?.state, status?.counts, item],
  );
  if (run === undefined) return <p class="field-help">Run the workflow to see what comes out here.</p>;
  if (node === "$inputs") {
    return (
      <Value value={bench.run.detail.value?.inputs[port ?? ""] ?? bench.run.detail.value?.inputs ?? null} />
    );
  }
  const whole = values.value?.output;
  const value = port === undefined || port === "" ? whole : isObject(whole) ? whole[port] : undefined;
  const picker = items < 2 ? null : (
    <div class="row" role="group" aria-label="Item">
      <IconButton
        small
        icon="left"
        label="Item before"
        disabled={item === 0}
        onClick={() => setItem(item - 1)}
      />
      <span class="numbers">Item {item + 1} of {items}</span>
      <IconButton
        small
        icon="right"
        label="Next item"
        disabled={item + 1 >= items}
        onClick={() => setItem(item + 1)}
      />
    </div>
  );
  if (value === undefined) {
    if (said !== undefined && said !== "") {
      return <pre class="preview" tabIndex={0} aria-label="What it says">{said}</pre>;
    }
    return (
      <>
        {picker}
        <p class="field-help">{values.isLoading && isDone ? "Loading…" : "Nothing came out here."}</p>
      </>
    );
  }
  const isPinned = bench.overlay.pins.value.has(node);
  return (
    <div class="column" style={{ gap: "6px" }}>
      {picker}
      <Value value={value} />
      <div class="row">
        {isObject(whole) && items === 0
          ? (
            <Button
              small
              icon="pin"
              aria-pressed={isPinned}
              data-tip="The next run takes this output as given and does not call the node"
              onClick={() => bench.overlay.pin(node, isPinned ? undefined : whole)}
            >
              {isPinned ? "Pinned" : "Pin this output"}
            </Button>
          )
          : null}
        {(values.value?.cut.length ?? 0) > 0 ? <span class="faint">Cut for the preview</span> : null}
      </div>
    </div>
  );
}

function Value({ value }: { readonly value: Json }) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}\n…` : text;
  const about = Array.isArray(value)
    ? `${value.length} items`
    : isObject(value)
    ? `${Object.keys(value).length} fields`
    : typeof value;
  return (
    <figure>
      <figcaption class="faint">{about}</figcaption>
      <pre class="preview" tabIndex={0} aria-label="Value">{shown}</pre>
    </figure>
  );
}
