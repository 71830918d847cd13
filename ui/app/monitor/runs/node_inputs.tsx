/** What went into a node: each port with its expression and its value. @module */

import type { NodeInput } from "../../../api/runs.ts";
import { messageOf } from "../../parts/states.tsx";
import { useResource } from "../../state/resource.ts";
import { ValueView } from "../artifacts/value_view.tsx";
import { sizeText } from "../format.ts";
import type { NodeOfRun } from "./node_values.ts";

/** Longer values are opened by a click. */
const SHORT = 120;

export function NodeInputs(
  { run, node, scope, item, title }: NodeOfRun & {
    readonly item: number | undefined;
    readonly title: string;
  },
) {
  const { value, error } = useResource(
    (client, signal) =>
      client.call("GET /runs/{run}/inputs/{node}", {
        params: { run: run as string, node },
        query: { ...scope === undefined ? {} : { scope }, ...item === undefined ? {} : { item } },
        signal,
      }),
    [run, node, scope, item],
  );
  const shown = value?.node === node ? value.inputs : undefined;
  if (shown?.length === 0) return null;
  return (
    <section class="column" aria-label={`What went into ${title}`}>
      <h3>Inputs</h3>
      {shown === undefined
        ? <p class="faint">{error === undefined ? "Loading…" : messageOf(error)}</p>
        : shown.map((input) => <Input key={input.port} input={input} title={title} />)}
    </section>
  );
}

function Input({ input, title }: { readonly input: NodeInput; readonly title: string }) {
  const { port, text, value, sizeBytes = 0, cut = [], problem } = input;
  const name = (
    <>
      <code>{port}</code>
      {text === undefined || text === port ? null : <code class="faint cut" title={text}>{text}</code>}
    </>
  );
  if (value === undefined) {
    return (
      <p class="row monitor-wrap">
        {name}
        <span class="faint">{problem}</span>
      </p>
    );
  }
  const isShort = (typeof value !== "object" || value === null) && sizeBytes <= SHORT;
  if (isShort) {
    return (
      <p class="row monitor-wrap">
        {name}
        <span class="mono">{typeof value === "string" ? value : JSON.stringify(value)}</span>
      </p>
    );
  }
  return (
    <details class="monitor-input">
      <summary class="row monitor-wrap">
        {name}
        <span class="faint numbers">{sizeText(sizeBytes)}{cut.length === 0 ? "" : ", cut"}</span>
      </summary>
      <ValueView label={`Input ${port} of ${title}`} value={value} />
    </details>
  );
}
