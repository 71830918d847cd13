/**
 * A place where a proposal contradicts what others did meanwhile: both sides, who wrote each, and what to make of them.
 *
 * @module
 */

import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { PlaceAnswer } from "../../../../core/ports/text_editing.ts";
import { Button } from "../../parts/button.tsx";
import { announce } from "../../state/announce.ts";
import type { ConflictHere } from "../code/reviews.ts";
import type { OpenText } from "../open_text.ts";
import type { AuthorMark } from "../author_marks.ts";
import { authorsText, nameOf, sideMarks } from "../text_authors.ts";
import type { EditorWorkspace } from "../workspace.ts";
import { AuthorTag } from "./author_tag.tsx";
import { keepFocus } from "./keep_focus.ts";
import { PlaceButton } from "./place_button.tsx";

const MOST_SHOWN = 2000;

export function ConflictCard({ place, text, workspace }: {
  readonly place: ConflictHere;
  readonly text: OpenText;
  readonly workspace: EditorWorkspace;
}) {
  const { id, range, proposed, proposedBy, currentBy } = place.conflict;
  const card = useRef<HTMLDivElement>(null);
  const [own, setOwn] = useState<string | undefined>(undefined);
  const isShown = workspace.shownConflict.value === id;
  useLayoutEffect(() => {
    if (!isShown) return;
    workspace.shownConflict.value = undefined;
    card.current?.scrollIntoView({ block: "nearest" });
    card.current?.focus();
  }, [isShown]);
  const state = text.editorState;
  if (state === undefined) return null;
  const line = state.doc.lineAt(Math.min(range.from, state.doc.length)).number;
  const current = state.sliceDoc(range.from, range.to);
  const [ours, theirs] = [authorsText(currentBy), nameOf(proposedBy)];
  const [oursMark, theirsMark] = sideMarks(place.changeSet, proposedBy, currentBy);
  const act = (answer: PlaceAnswer, words: string, version?: string) => (event: Event) => {
    keepFocus(event.currentTarget, text);
    text.reviewing.decide(place, answer, version);
    announce(`${words}, line ${line}`);
  };
  return (
    <div
      class="editor-diff editor-conflict"
      role="group"
      tabIndex={-1}
      ref={card}
      aria-label={`Line ${line}: ${ours} and ${theirs} contradict`}
    >
      <PlaceButton text={text} at={range.from} line={line} />
      <span class="badge warn">Contradiction</span>
      <Side mark={oursMark} name={ours} what="in the text now" side={current} />
      <Side mark={theirsMark} name={theirs} what="proposed" side={proposed} />
      {own === undefined
        ? (
          <div class="editor-conflict-acts">
            <Button small onClick={act("reject", `Kept what ${ours} wrote`)}>
              Keep {ours === "You" ? "yours" : `${ours}’s`}
            </Button>
            <Button small onClick={act("accept", `Took what ${theirs} proposed`)}>Take {theirs}’s</Button>
            <Button small onClick={act("both", "Kept both sides")}>Keep both</Button>
            <Button small onClick={() => setOwn(current)}>Write your own…</Button>
          </div>
        )
        : (
          <OwnVersion
            text={own}
            onChange={setOwn}
            onUse={(event) => act("own", "Put in your own version", ended(own, current, proposed))(event)}
            onCancel={() => {
              setOwn(undefined);
              card.current?.focus();
            }}
          />
        )}
    </div>
  );
}

function Side({ mark, name, what, side }: {
  readonly mark: AuthorMark;
  readonly name: string;
  readonly what: string;
  readonly side: string;
}) {
  const heading = useId();
  return (
    <div class={`editor-side ${mark.classes}`} role="group" aria-labelledby={heading}>
      <p id={heading}>
        <AuthorTag mark={mark} />
        <span class="editor-person">{name}</span> <span class="faint">{what}</span>
      </p>
      {side === ""
        ? <p class="faint">Removed</p>
        : <pre>{side.slice(0, MOST_SHOWN)}{side.length > MOST_SHOWN ? "…" : ""}</pre>}
    </div>
  );
}

function OwnVersion({ text, onChange, onUse, onCancel }: {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly onUse: (event: Event) => void;
  readonly onCancel: () => void;
}) {
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);
  return (
    <div class="editor-conflict-own">
      <textarea
        ref={field}
        aria-label="Your own version"
        spellcheck={false}
        rows={Math.min(12, text.split("\n").length + 1)}
        value={text}
        onInput={(event) => onChange(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onCancel();
          else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) onUse(event);
          // Undoing here is of this field.
          event.stopPropagation();
        }}
      />
      <div class="editor-conflict-acts">
        <Button small look="primary" onClick={onUse}>Use this</Button>
        <Button small onClick={onCancel}>Cancel</Button>
      </div>
    </div>
  );
}

/** Both sides are whole lines; so is one's own, also where its last line end was not typed. */
function ended(own: string, ...sides: readonly string[]): string {
  const isWhole = sides.some((side) => side.endsWith("\n"));
  return isWhole && own !== "" && !own.endsWith("\n") ? `${own}\n` : own;
}
