/** What came out of a node in the run that is shown: on the whole, or at one port; item by item where it has items. May be pinned. @module */

import { isObject, type Json } from "../../../../core/json.ts";
import { ItemStepper, NoItemValue } from "../../monitor/runs/item_stepper.tsx";
import { useNodeValues } from "../../monitor/runs/node_values.ts";
import { Button } from "../../parts/button.tsx";
import { messageOf } from "../../parts/states.tsx";
import { INPUTS } from "../model/board_node.ts";
import type { Workbench } from "../workbench.ts";
import { hasGiven } from "./run_overlay.ts";

const MAX_SHOWN = 6000;

export function DataPreview(
  { bench, node, port }: { readonly bench: Workbench; readonly node: string; readonly port?: string },
) {
  const run = bench.run.runId.value;
  const status = bench.overlay.of(node).value;
  const isDone = hasGiven(status);
  const said = bench.run.said.value.get(node);
  const values = useNodeValues({ run, node }, isDone && !node.startsWith("$"), [
    status?.state,
    status?.counts,
  ]);
  if (run === undefined) return <p class="field-help">Run the workflow to see what comes out here.</p>;
  if (node === INPUTS) {
    return (
      <Value value={bench.run.detail.value?.inputs[port ?? ""] ?? bench.run.detail.value?.inputs ?? null} />
    );
  }
  const found = values.value;
  const whole = found?.output;
  const value = port === undefined || port === "" ? whole : isObject(whole) ? whole[port] : undefined;
  const stepper = found?.items === undefined || found.item === undefined ? null : (
    <ItemStepper
      items={found.items}
      item={found.item}
      isChosen={values.chosen !== undefined}
      onItem={values.choose}
    />
  );
  if (value === undefined) {
    if (said !== undefined && said !== "" && stepper === null) {
      return <pre class="preview" tabIndex={0} aria-label="What it says">{said}</pre>;
    }
    return (
      <>
        {stepper}
        {found?.item !== undefined && whole === undefined
          ? <NoItemValue item={found.item} />
          : (
            <p class="field-help">
              {values.error !== undefined && found === undefined
                ? messageOf(values.error)
                : values.isLoading && isDone
                ? "Loading…"
                : found?.items?.total === 0
                ? "It had no items: nothing came out here."
                : "Nothing came out here."}
            </p>
          )}
      </>
    );
  }
  const isPinned = bench.overlay.pins.value.has(node);
  return (
    <div class="column" style={{ gap: "6px" }}>
      {stepper}
      <Value value={value} />
      <div class="row">
        {isObject(whole) && found?.items === undefined
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
        {(found?.cut.length ?? 0) > 0 ? <span class="faint">Cut for the preview</span> : null}
      </div>
    </div>
  );
}

function Value({ value }: { readonly value: Json }) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}\n…` : text;
  const about = Array.isArray(value)
    ? `${value.length} ${value.length === 1 ? "item" : "items"}`
    : isObject(value)
    ? `${Object.keys(value).length} ${Object.keys(value).length === 1 ? "field" : "fields"}`
    : typeof value;
  return (
    <figure>
      <figcaption class="faint">{about}</figcaption>
      <pre class="preview" tabIndex={0} aria-label="Value">{shown}</pre>
    </figure>
  );
}
