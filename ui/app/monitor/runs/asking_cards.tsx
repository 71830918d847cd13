/** What the run asks of a person, answered in place: gates, failures that wait for a word, signals. @module */

import { useState } from "preact/hooks";
import { Button } from "../../parts/button.tsx";
import { Icon } from "../../parts/icon.tsx";
import type { Asking } from "../../../api/runs.ts";
import { agoText, momentText } from "../format.ts";
import { useNow } from "../now.ts";
import { keyOf } from "./run_model.ts";
import type { RunWatch } from "./run_watch.ts";

/** More are answered one after the other. */
const MOST_SHOWN = 3;

export function AskingCards(
  { watch, onShow }: { readonly watch: RunWatch; readonly onShow: (key: string) => void },
) {
  void watch.model.tick.value;
  if (watch.model.account.endedAt !== undefined) return null;
  const asking = watch.model.asking.filter((one) => one.for.kind !== "time");
  if (asking.length === 0) return null;
  return (
    <section class="monitor-asking" aria-label="Questions to you">
      {asking.slice(0, MOST_SHOWN).map((one) => (
        <AskingCard
          key={`${keyOf(one.node, one.scope)}/${one.item ?? ""}`}
          watch={watch}
          asking={one}
          onShow={onShow}
        />
      ))}
      {asking.length > MOST_SHOWN
        ? <p class="faint">{asking.length - MOST_SHOWN} more wait behind these.</p>
        : null}
    </section>
  );
}

function AskingCard(
  { watch, asking, onShow }: {
    readonly watch: RunWatch;
    readonly asking: Asking;
    readonly onShow: (key: string) => void;
  },
) {
  const [comment, setComment] = useState("");
  const now = useNow(true);
  const what = asking.for;
  const busy = watch.isBusy.value;
  const item = asking.item === undefined ? {} : { item: asking.item };
  const answer = (approved: boolean) =>
    void watch.approve({
      node: asking.node,
      ...item,
      approved,
      ...comment.trim() === "" ? {} : { comment: comment.trim() },
    });
  const place = asking.item === undefined ? asking.node : `${asking.node}, item ${asking.item}`;
  const question = what.kind === "approval" || what.kind === "failure"
    ? what.question
    : what.kind === "signal"
    ? `Waits for the signal "${what.signal}"`
    : "";
  return (
    <div class={`monitor-ask ${what.kind === "failure" ? "bad" : ""}`}>
      <Icon name={what.kind === "failure" ? "warn" : what.kind === "signal" ? "wait" : "gate"} />
      <div class="monitor-ask-text">
        <p>
          <strong>{question === "" ? "May it go on?" : question}</strong>
        </p>
        <p class="faint">
          <button type="button" class="monitor-link" onClick={() => onShow(keyOf(asking.node, asking.scope))}>
            {place}
          </button>{" "}
          asked <time title={momentText(asking.since)}>{agoText(asking.since, now)}</time>
          {what.kind === "failure" ? ` after: ${what.failure.message}` : ""}
        </p>
      </div>
      <input
        class="input monitor-ask-comment"
        aria-label={`Comment for ${place}`}
        placeholder={what.kind === "signal" ? "Value, as JSON or text" : "Comment, optional"}
        value={comment}
        onInput={(event) => setComment(event.currentTarget.value)}
      />
      {what.kind === "signal"
        ? (
          <Button
            look="primary"
            small
            disabled={busy}
            onClick={() =>
              void watch.command(
                { type: "signal", signal: what.signal, value: valueOf(comment) },
                "Send the signal",
              )}
          >
            Send
          </Button>
        )
        : (
          <>
            <Button look="primary" small icon="check" disabled={busy} onClick={() => answer(true)}>
              {what.kind === "failure" ? "Try again" : "Approve"}
            </Button>
            <Button look="danger" small icon="close" disabled={busy} onClick={() => answer(false)}>
              {what.kind === "failure" ? "Give up" : "Reject"}
            </Button>
          </>
        )}
    </div>
  );
}

/** What was typed: JSON where it is, else the text itself. */
export function valueOf(text: string) {
  if (text.trim() === "") return null;
  try {
    return JSON.parse(text) as null;
  } catch {
    return text as unknown as null;
  }
}
