/** A workflow described in words: what could be made for it, with its picture and its price, to be opened on the board. @module */

import { useState } from "preact/hooks";
import type { ComposedWorkflow } from "../../../api/workflows.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Field } from "../../parts/field.tsx";
import { LoadingState, messageOf } from "../../parts/states.tsx";
import { useApp } from "../../state/app.ts";
import { ApiError } from "../../state/client.ts";
import { useResource } from "../../state/resource.ts";
import { hrefOf, navigate } from "../../state/route.ts";
import { fileFor, GraphPreview } from "../template_gallery.tsx";

const sources = {
  template: "A template",
  parts: "Made of what is installed",
  instrument: "Written by a model",
} as const;

interface Proposed {
  readonly candidates: readonly ComposedWorkflow[];
  readonly notes: readonly string[];
}

export function ComposeDialog({ onClose }: { readonly onClose: () => void }) {
  const { client } = useApp();
  const catalog = useResource((api, signal) => api.call("GET /catalog", { signal }), []);
  const [goal, setGoal] = useState("");
  const [proposed, setProposed] = useState<Proposed | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>(undefined);
  const [at, setAt] = useState(0);
  const chosen = proposed?.candidates[at];
  const propose = async () => {
    if (goal.trim() === "") return setError("Say what it shall do");
    setBusy(true);
    setError(undefined);
    try {
      setProposed(await client.call("POST /workflows/compose", { body: { goal: goal.trim() } }));
      setAt(0);
    } catch (cause) {
      setError(messageOf(cause));
    } finally {
      setBusy(false);
    }
  };
  const open = async (workflow: ComposedWorkflow) => {
    setBusy(true);
    try {
      const file = await writeNew(workflow);
      onClose();
      navigate(hrefOf("board", file));
    } catch (cause) {
      setError(messageOf(cause));
      setBusy(false);
    }
  };
  /** Into a file of its own, whatever is there already. */
  const writeNew = async ({ name, text }: ComposedWorkflow): Promise<string> => {
    for (let count = 1;; count++) {
      const file = fileFor(count === 1 ? name : `${name} ${count}`);
      try {
        const body = { text, message: `composed for: ${goal.trim().slice(0, 200)}` };
        await client.call("PUT /workflow", { query: { file }, body, match: { none: true } });
        return file;
      } catch (cause) {
        if (!(cause instanceof ApiError && cause.status === 412) || count >= 50) throw cause;
      }
    }
  };
  return (
    <Dialog
      title="Describe a workflow"
      wide
      class="gallery"
      onClose={onClose}
      onSubmit={() => void (chosen === undefined ? propose() : open(chosen))}
      foot={
        <>
          {error === undefined ? null : <span class="field-error grow" role="alert">{error}</span>}
          <Button onClick={onClose}>Cancel</Button>
          {chosen === undefined ? <Button type="submit" look="primary" disabled={isBusy}>Propose</Button> : (
            <>
              <Button disabled={isBusy} onClick={() => void propose()}>Propose anew</Button>
              <Button type="submit" look="primary" disabled={isBusy}>Open on the board</Button>
            </>
          )}
        </>
      }
    >
      <Field id="compose-goal" label="What shall it do?" isRequired help="Nothing runs, and nothing is paid.">
        <textarea
          id="compose-goal"
          class="input"
          rows={3}
          placeholder="Find the functions of this repository that nobody tests, and report them"
          aria-describedby="compose-goal-help"
          value={goal}
          onInput={({ currentTarget }) => {
            setGoal(currentTarget.value);
            setProposed(undefined);
          }}
        />
      </Field>
      {isBusy && proposed === undefined ? <LoadingState what="proposals" lines={4} /> : null}
      {proposed === undefined ? null : (
        <div class="gallery-columns">
          <div class="column">
            {proposed.candidates.length === 0
              ? (
                <p role="status">
                  Nothing that is installed fits. Say it in other words, or begin with nothing.
                </p>
              )
              : (
                <div class="gallery-list" role="radiogroup" aria-label="Proposals">
                  {proposed.candidates.map((one, index) => (
                    <label key={index} class={`gallery-item ${index === at ? "is-chosen" : ""}`}>
                      <input
                        type="radio"
                        name="proposal"
                        class="hidden-text"
                        checked={index === at}
                        onChange={() =>
                          setAt(index)}
                      />
                      <strong>{one.name}</strong>
                      <span class="muted">{one.reason}</span>
                      <span class="faint">{sources[one.source]}, {priceOf(one)}</span>
                    </label>
                  ))}
                </div>
              )}
            {proposed.notes.map((note) => <p key={note} class="faint">{note}</p>)}
          </div>
          {chosen === undefined || catalog.value === undefined ? null : (
            <div class="column gallery-detail">
              <GraphPreview text={chosen.text} catalog={catalog.value} label={`Preview of ${chosen.name}`} />
              <p class="muted">{chosen.description}</p>
              {chosen.problems.length === 0 ? null : (
                <ul class="compose-problems">
                  {chosen.problems.map(({ message }) => <li key={message}>{message}</li>)}
                </ul>
              )}
            </div>
          )}
        </div>
      )}
    </Dialog>
  );
}

function priceOf({ usdMost, seconds }: ComposedWorkflow): string {
  const money = usdMost === 0
    ? "free"
    : `up to $${usdMost < 0.01 ? usdMost.toPrecision(1) : usdMost.toFixed(2)}`;
  return seconds === undefined ? money : `${money}, about ${Math.max(1, Math.round(seconds))} s`;
}
