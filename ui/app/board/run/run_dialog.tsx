/**
 * Asks for inputs before a run. What does not fit stays here, at its field and with the reason; the dialog closes when the run has
 * begun.
 *
 * @module
 */

import { useEffect, useRef, useState } from "preact/hooks";
import type { JsonObject } from "../../../../core/json.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Icon } from "../../parts/icon.tsx";
import { fieldId, SchemaForm } from "../../parts/schema_form.tsx";
import { withValue } from "../../parts/with_value.ts";
import type { ApiError } from "../../state/client.ts";
import { INPUTS, objectOf } from "../model/board_node.ts";
import type { Workbench } from "../workbench.ts";
import type { RunMode, Writing } from "./board_run.ts";
import { carriedOut } from "./carried_out.ts";
import { ForecastLine } from "./forecast.tsx";
import { faultAbout, faultsAt, faultyInputs } from "./input_faults.ts";

const FORM = "run-input";

const writings: readonly (readonly [Writing, string, string])[] = [
  ["no", "May not be changed", "nodes that write fail, unless you approve at a gate before them"],
  ["propose", "Changes are proposed", "they wait in the editor, each place for you to take or reject"],
  ["write", "May be changed", "at once"],
];

/** What was given last stands there already. */
export function RunDialog(
  { bench, mode, onClose }: {
    readonly bench: Workbench;
    readonly mode: RunMode;
    readonly onClose: () => void;
  },
) {
  const declared = objectOf(bench.board.document.graph.head["inputs"]);
  const schema: JsonObject = {
    type: "object",
    properties: declared,
    required: Object.keys(declared).filter((name) => !Object.hasOwn(objectOf(declared[name]), "default")),
  };
  const [inputs, setInputs] = useState<JsonObject>(bench.run.inputs.peek());
  const [writing, setWriting] = useState(bench.run.writing.peek());
  const [refusal, setRefusal] = useState<ApiError | undefined>(undefined);
  /** Inputs that were changed since: what was said of them holds no longer. */
  const [changed, setChanged] = useState<ReadonlySet<string>>(new Set());
  const isLeft = useRef(false);
  useEffect(() => () => void (isLeft.current = true), []);
  const isStarting = bench.run.isStarting.value;
  const faults = refusal?.problem?.faults ?? [];
  const elsewhere = refusal === undefined ? undefined : faultAbout(refusal, Object.keys(declared));
  const start = async () => {
    const refused = await bench.run.tryStart(mode, inputs, writing);
    if (refused === undefined) {
      bench.panel.value = "run";
      return onClose();
    }
    if (isLeft.current) return;
    setRefusal(refused);
    setChanged(new Set());
    const [first] = faultyInputs(refused.problem?.faults ?? []);
    if (first !== undefined) document.getElementById(fieldId(FORM, [first]))?.focus();
  };
  const nodes = carriedOut(bench.board.graph.peek(), mode);
  const isWriting = writes(bench, nodes);
  return (
    <Dialog
      title={titleOf(bench, mode)}
      onClose={onClose}
      onSubmit={() => void (isStarting || start())}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" icon="play" disabled={isStarting}>Run</Button>
        </>
      }
    >
      {mode === "mock"
        ? (
          <p class="muted">
            Calls answer made-up values of the right types; nothing is changed and nothing is paid.
          </p>
        )
        : null}
      {mode === "mock" || nodes !== undefined ? null : <ForecastLine run={bench.run} />}
      <SchemaForm
        name={FORM}
        root={schema}
        schema={schema}
        value={inputs}
        onChange={(path, value) => {
          setInputs((before) => withValue(before, path, value));
          setChanged((before) => new Set([...before, String(path[0])]));
        }}
        problemsOf={(path) => changed.has(String(path[0])) ? [] : faultsAt(faults, path, inputs)}
      />
      {elsewhere === undefined ? null : (
        <p class="field-error" role="alert">
          <Icon name="bad" size={13} />
          <span>{elsewhere}</span>
        </p>
      )}
      {isWriting
        ? (
          <fieldset class="choices">
            <legend>Files of the workspace</legend>
            {writings.map(([id, title, about]) => (
              <label key={id} class="check">
                <input
                  type="radio"
                  name="writing"
                  checked={writing === id}
                  onChange={() => setWriting(id)}
                />
                <span>
                  {title} <span class="faint">{about}</span>
                </span>
              </label>
            ))}
          </fieldset>
        )
        : null}
    </Dialog>
  );
}

function titleOf(bench: Workbench, mode: RunMode): string {
  if (mode === "mock") return "Run with mock data";
  if (typeof mode !== "object" || !("toNodes" in mode)) return "Run";
  return `Run only to ${mode.toNodes.map((node) => bench.run.titleOf(node)).join(", ")}`;
}

/** True where a run of these nodes, or of all, needs to be asked about first. */
export function needsInputs(bench: Workbench, nodes: ReadonlySet<string> | undefined): boolean {
  const inputs = Object.values(objectOf(bench.board.document.graph.head["inputs"])).map(objectOf);
  // One without a value of its own has to be given, whoever reads it.
  const asks = nodes === undefined || nodes.has(INPUTS)
    ? inputs.length > 0
    : inputs.some((input) => !Object.hasOwn(input, "default"));
  return asks || writes(bench, nodes);
}

function writes(bench: Workbench, nodes: ReadonlySet<string> | undefined): boolean {
  return [...bench.board.graph.peek().nodes.values()].some(({ id, effect }) =>
    effect === "write" && nodes?.has(id) !== false
  );
}
