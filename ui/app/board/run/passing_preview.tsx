/**
 * A glimpse of what last passed where somebody rests: type, size, beginning, and the way to all of it. By keyboard, `v` shows what
 * the chosen connection or node gave, and goes on to its next port.
 *
 * @module
 */

import { useEffect } from "preact/hooks";
import type { Json } from "../../../../core/json.ts";
import { isObject } from "../../../../core/json.ts";
import { ItemStepper, NoItemValue } from "../../monitor/runs/item_stepper.tsx";
import { useNodeValues } from "../../monitor/runs/node_values.ts";
import { Button } from "../../parts/button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { messageOf } from "../../parts/states.tsx";
import { stateWord } from "../../parts/state_dot.tsx";
import { INPUTS, OUTPUTS } from "../model/board_node.ts";
import type { Workbench } from "../workbench.ts";
import { glimpseOf, type Passing, passingAt, sizeText } from "./passing.ts";
import { hasGiven } from "./run_overlay.ts";
import type { Rest } from "./rest_watch.ts";

const WIDTH = 320;
const HEIGHT = 290;

export interface PassingPreviewProps {
  readonly bench: Workbench;
  readonly rest: Rest;
  /** Shows all of it in the inspector. */
  readonly onOpen: (passing: Passing) => void;
  readonly onRun: () => void;
  readonly onClose: () => void;
}

export function PassingPreview(props: PassingPreviewProps) {
  const { bench, rest, onOpen, onClose } = props;
  const { board } = bench;
  const { width, height } = board.look.size.value;
  const passing = passingAt(board.graph.value, rest.place);
  useEffect(() => {
    // The port's own tip says less.
    document.body.dataset["passing"] = "";
    const key = (event: KeyboardEvent) => event.key === "Escape" && onClose();
    addEventListener("keydown", key);
    return () => {
      delete document.body.dataset["passing"];
      removeEventListener("keydown", key);
    };
  }, []);
  const left = Math.max(8, Math.min(rest.x + 14, width - Math.min(WIDTH, width - 16) - 8));
  const isAbove = rest.y + 18 + HEIGHT > height && rest.y > HEIGHT;
  return (
    <aside
      class="passing"
      role="region"
      aria-label="What passed here"
      style={{
        left: `${left}px`,
        ...isAbove ? { bottom: `${height - rest.y + 14}px` } : { top: `${rest.y + 18}px` },
      }}
      onPointerLeave={(event) => event.pointerType !== "touch" && onClose()}
    >
      <p class="passing-head">
        <strong class="cut">{titleOf(passing)}</strong>
      </p>
      <div aria-live="polite">
        <Body {...props} passing={passing} />
      </div>
      {passing.kind === "open"
        ? null
        : <Button small look="quiet" icon="eye" onClick={() => onOpen(passing)}>Open</Button>}
    </aside>
  );
}

function nameOf(node: string, port: string): string {
  const name = node === INPUTS ? "inputs" : node === OUTPUTS ? "outputs" : node;
  return port === "" ? name : `${name}.${port}`;
}

function titleOf(passing: Passing): string {
  switch (passing.kind) {
    case "output":
    case "constant":
    case "open":
      return nameOf(passing.node, passing.port);
    case "bundle":
      return `${passing.edges.length} connections`;
    case "order":
      return "Order only";
  }
}

function Body({ bench, passing, onRun }: PassingPreviewProps & { readonly passing: Passing }) {
  switch (passing.kind) {
    case "order":
      return <p class="field-help">No value passes here: the one only runs after the other.</p>;
    case "open":
      return <p class="field-help">Nothing is connected to it and no constant is given.</p>;
    case "constant":
      return <Glimpsed value={passing.value} name={passing.port} about="a constant" />;
    case "bundle":
      return (
        <ul class="passing-list">
          {passing.edges.slice(0, 6).map(({ id, from, fromPort, to, toPort }) => (
            <li key={id} class="cut">
              {nameOf(from, fromPort)} → {nameOf(to, toPort)}
            </li>
          ))}
          {passing.edges.length > 6 ? <li class="faint">and {passing.edges.length - 6} more</li> : null}
        </ul>
      );
    case "output":
      return <Given bench={bench} passing={passing} onRun={onRun} />;
  }
}

/** What a node gave: pinned, in the run that is shown, or not yet. */
function Given(
  { bench, passing: { node, port, within }, onRun }: {
    readonly bench: Workbench;
    readonly passing: Passing & { readonly kind: "output" };
    readonly onRun: () => void;
  },
) {
  const run = bench.run.runId.value;
  const pinned = bench.overlay.pins.value.get(node);
  const status = bench.overlay.of(node).value;
  const isDone = hasGiven(status);
  const isAsked = pinned === undefined && isDone && node !== INPUTS;
  const values = useNodeValues({ run, node }, isAsked, [status?.state, status?.counts]);
  const note = within === undefined ? null : (
    <p class="field-help">
      Read by <code>{within.slice(0, 120)}</code>
    </p>
  );
  if (pinned !== undefined) {
    return (
      <>
        <Glimpsed value={partOf(pinned, port)} name={port} about="pinned" />
        {note}
      </>
    );
  }
  if (run === undefined) {
    return (
      <div class="row">
        <p class="field-help grow">No run yet. What passes here is shown after one.</p>
        <Button small icon="play" onClick={onRun}>Run</Button>
      </div>
    );
  }
  if (node === INPUTS) {
    const inputs = bench.run.detail.value?.inputs ?? {};
    return <Glimpsed value={partOf(inputs, port)} name={port} about="given to the run" />;
  }
  if (!isDone) {
    return (
      <p class="field-help">
        {status === undefined
          ? "The run has not come here."
          : `${stateWord(status.state)}: nothing has come out yet.`}
      </p>
    );
  }
  const found = values.value;
  if (values.error !== undefined && found === undefined) {
    return <p class="field-error">It cannot be shown: {messageOf(values.error)}</p>;
  }
  if (found === undefined) return <p class="field-help">Loading…</p>;
  const isLarge = found.cut.length > 0;
  return (
    <>
      {found.items === undefined || found.item === undefined ? null : (
        <ItemStepper
          items={found.items}
          item={found.item}
          isChosen={values.chosen !== undefined}
          onItem={values.choose}
        />
      )}
      {isLarge
        ? (
          <p class="field-help">
            <Icon name="info" size={12} />{" "}
            Too large to show here ({sizeText(found.sizeBytes)}); its beginning:
          </p>
        )
        : null}
      {found.items?.total === 0
        ? <p class="field-help">It had no items: nothing came out here (last run).</p>
        : found.item !== undefined && found.output === undefined
        ? <NoItemValue item={found.item} />
        : (
          <Glimpsed
            value={partOf(found.output, port)}
            name={port}
            about={found.item === undefined ? "last run" : `last run, item ${found.item.index}`}
            sizeBytes={found.sizeBytes}
            isPart={port !== ""}
          />
        )}
      {note}
    </>
  );
}

function partOf(whole: Json | undefined, port: string): Json | undefined {
  return port === "" ? whole : isObject(whole) ? whole[port] : undefined;
}

function Glimpsed(
  { value, name, about, sizeBytes, isPart = false }: {
    readonly value: Json | undefined;
    readonly name: string;
    readonly about: string;
    readonly sizeBytes?: number;
    readonly isPart?: boolean;
  },
) {
  if (value === undefined) return <p class="field-help">Nothing came out here ({about}).</p>;
  const { type, extent, text, isCut, isSecret } = glimpseOf(value, name);
  const size = sizeBytes === undefined || isPart
    ? sizeText(new TextEncoder().encode(JSON.stringify(value)).length)
    : sizeText(sizeBytes);
  return (
    <>
      <p class="passing-about">
        <span class="badge">{type}</span>
        {extent === "" ? null : <span>{extent}</span>}
        <span>{size}</span>
        <span class="faint">{about}</span>
      </p>
      {isSecret
        ? (
          <p class="field-error warning">
            <Icon name="shield" size={13} />
            <span>Looks like a key: it is not shown.</span>
          </p>
        )
        : <pre class="preview" tabIndex={0} aria-label="Value">{text}{isCut ? "\n…" : ""}</pre>}
    </>
  );
}
