/**
 * One thing that a run asks of a person, answered in place: a gate with the value it wants, a failure that waits for a word, a
 * signal. The board and the monitor show the same.
 *
 * @module
 */

import { useRef, useState } from "preact/hooks";
import { type Json, type JsonObject } from "../../../../core/json.ts";
import { refusedIn, refusedWords } from "../../../../core/policy/refused_permission.ts";
import type { ApproveNode, Asking } from "../../../api/runs.ts";
import { Button } from "../../parts/button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { focusFault } from "../../parts/form_faults.ts";
import { SchemaForm } from "../../parts/schema_form.tsx";
import { resolveSchema, startValue } from "../../parts/schema_kind.ts";
import { withValue } from "../../parts/with_value.ts";
import { agoText, momentText } from "../format.ts";
import { useNow } from "../now.ts";
import { GrantOffer } from "./grant_offer.tsx";

export interface AskingCardProps {
  readonly asking: Asking;
  /** How its node is called. */
  readonly place: string;
  readonly isBusy: boolean;
  readonly onAnswer: (answer: ApproveNode) => void;
  readonly onSignal: (signal: string, value: Json) => void;
  /** Goes on without it: for what waits after a failure. */
  readonly onSkip: () => void;
  readonly onShow: () => void;
}

export function AskingCard(props: AskingCardProps) {
  const { asking, place, isBusy, onAnswer, onSignal, onSkip, onShow } = props;
  const what = asking.for;
  const schema = what.kind === "approval" ? what.schema : undefined;
  const [comment, setComment] = useState("");
  const [given, setGiven] = useState<JsonObject>(() =>
    schema === undefined ? {} : { value: startValue(resolveSchema(schema, schema)) }
  );
  const now = useNow(true);
  const { question, about } = wordsOf(asking, place);
  const refused = what.kind === "failure" ? refusedIn(what.failure) : undefined;
  const card = useRef<HTMLDivElement>(null);
  const answer = (approved: boolean) => {
    if (approved && card.current !== null && focusFault(card.current)) return;
    onAnswer({
      node: asking.node,
      ...asking.item === undefined ? {} : { item: asking.item },
      approved,
      ...approved && given["value"] !== undefined ? { value: given["value"] } : {},
      ...comment.trim() === "" ? {} : { comment: comment.trim() },
    });
  };
  return (
    <div
      ref={card}
      class={`monitor-ask ${what.kind === "failure" ? "bad" : ""}`}
      role="group"
      aria-label={`Question of ${place}`}
    >
      <Icon name={what.kind === "failure" ? "warn" : what.kind === "signal" ? "wait" : "gate"} />
      <div class="monitor-ask-text">
        <p>
          <strong>{question}</strong>
          {what.kind === "failure" ? <span class="badge bad">{what.failure.class}</span> : null}
        </p>
        {what.kind === "failure"
          ? (
            <p>
              {refused === undefined ? what.failure.message : refusedWords(refused)}
            </p>
          )
          : null}
        <p class="faint">
          <button type="button" class="monitor-link" onClick={onShow}>{place}</button>{" "}
          {what.kind === "failure" ? "waits for you, asked" : "asked"}{" "}
          <time title={momentText(asking.since)}>{agoText(asking.since, now)}</time>
        </p>
        {about === undefined ? null : (
          <details class="monitor-ask-about" open={about.length < 400}>
            <summary>What it is about</summary>
            <pre tabIndex={0} aria-label={`What ${place} is about`}>{about}</pre>
          </details>
        )}
        {schema === undefined ? null : (
          <div class="monitor-ask-value">
            <SchemaForm
              name={`ask-${asking.node}-${asking.item ?? ""}`}
              root={schema}
              schema={{ type: "object", properties: { value: schema }, required: ["value"] }}
              value={given}
              onChange={(path, value) => setGiven((before) => withValue(before, path, value))}
            />
          </div>
        )}
      </div>
      <input
        class="input monitor-ask-comment"
        aria-label={what.kind === "signal" ? `Value for ${place}` : `Comment for ${place}`}
        placeholder={what.kind === "signal" ? "Value, as JSON or text" : "Comment, optional"}
        value={comment}
        onInput={(event) => setComment(event.currentTarget.value)}
      />
      {what.kind === "signal"
        ? (
          <Button
            look="primary"
            small
            disabled={isBusy}
            onClick={() => onSignal(what.signal, valueOf(comment))}
          >
            Send
          </Button>
        )
        : (
          <span class="row monitor-wrap">
            {refused === undefined
              ? null
              : <GrantOffer refused={refused} isBusy={isBusy} onGranted={() => answer(true)} />}
            <Button
              look={refused === undefined ? "primary" : undefined}
              small
              icon={what.kind === "failure" ? "retry" : "check"}
              disabled={isBusy}
              onClick={() => answer(true)}
            >
              {what.kind === "failure" ? "Try again" : "Approve"}
            </Button>
            {what.kind === "failure"
              ? (
                <Button
                  small
                  icon="step"
                  disabled={isBusy}
                  data-tip="The run goes on without it"
                  onClick={onSkip}
                >
                  Skip
                </Button>
              )
              : null}
            <Button look="danger" small icon="close" disabled={isBusy} onClick={() => answer(false)}>
              {what.kind === "failure" ? "Give up" : "Reject"}
            </Button>
          </span>
        )}
    </div>
  );
}

/** The question's own words, and what stands below them: the values that it is about, as JSON. */
function wordsOf(
  { for: what }: Asking,
  place: string,
): { readonly question: string; readonly about?: string } {
  if (what.kind === "signal") return { question: `Waits for the signal "${what.signal}"` };
  if (what.kind === "time") return { question: `Waits until ${momentText(what.untilMs)}` };
  // The question of a failure is its message again.
  if (what.kind === "failure") return { question: `${place} failed: what now?` };
  const at = what.question.indexOf("\n");
  const question = at < 0 ? what.question : what.question.slice(0, at);
  return {
    question: question.trim() === "" ? "May it go on?" : question,
    ...at < 0 ? {} : { about: what.question.slice(at + 1) },
  };
}

/** What was typed: JSON where it is, else the text itself. */
export function valueOf(text: string): Json {
  if (text.trim() === "") return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** A node as it is called, and which of its items. */
export function placeOf({ item }: Pick<Asking, "item">, title: string): string {
  return item === undefined ? title : `${title}, item ${item}`;
}
