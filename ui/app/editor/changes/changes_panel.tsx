/**
 * The change sets that nobody has decided about: each with the run that made it, its files and places, to be taken or put back
 * as a whole or place by place.
 *
 * @module
 */

import { redo, undo } from "@codemirror/commands";
import type { ChangeSetReview } from "../../../../core/ports/text_editing.ts";
import { Button, IconButton } from "../../parts/button.tsx";
import { EmptyState } from "../../parts/states.tsx";
import { announce } from "../../state/announce.ts";
import { hrefOf } from "../../state/route.ts";
import type { HunkHere } from "../code/reviews.ts";
import type { OpenText } from "../open_text.ts";
import { markOfSet, nameOf } from "../text_authors.ts";
import { AuthorTag } from "./author_tag.tsx";
import type { EditorWorkspace } from "../workspace.ts";
import { waitingChanges } from "./waiting_changes.ts";
import { WaitingList } from "./waiting_list.tsx";
import { ConflictCard } from "./conflict_card.tsx";
import { keepFocus } from "./keep_focus.ts";
import { PlaceButton } from "./place_button.tsx";

interface PanelProps {
  readonly text: OpenText;
  readonly workspace: EditorWorkspace;
  readonly onClose: () => void;
}

export function ChangesPanel({ text, workspace, onClose }: PanelProps) {
  // What waits in this text comes first.
  const here = (review: ChangeSetReview) =>
    Number(
      review.buffers.some(({ buffer, undo, conflicts }) =>
        buffer === text.buffer && undo.length + conflicts.length > 0
      ),
    );
  const reviews = [...text.reviewing.reviews.value].sort((one, other) => here(other) - here(one));
  return (
    <>
      <div class="panel-head">
        <h2>Changes to review</h2>
        <span class="grow" />
        <IconButton icon="close" label="Close the changes" small onClick={onClose} />
      </div>
      <div
        class="panel-body"
        onKeyDown={(event) => {
          if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          event.stopPropagation();
          text.run(event.shiftKey ? redo : undo);
        }}
      >
        {reviews.length === 0
          ? (
            <EmptyState icon="diff" title="Nothing to review">
              What agents change in files waits here until you accept or reject it.
            </EmptyState>
          )
          : reviews.map((review) => (
            <ChangeSet key={review.changeSet} review={review} text={text} workspace={workspace} />
          ))}
        <Elsewhere shown={reviews.map(({ changeSet }) => changeSet)} />
      </div>
    </>
  );
}

/** What waits in other files alone. */
function Elsewhere({ shown }: { readonly shown: readonly string[] }) {
  const sets = waitingChanges.value.filter(({ changeSet }) => !shown.includes(changeSet));
  if (sets.length === 0) return null;
  return (
    <section class="editor-elsewhere">
      <h3>In other files</h3>
      <WaitingList sets={sets} />
    </section>
  );
}

function ChangeSet({ review, text, workspace }: {
  readonly review: ChangeSetReview;
  readonly text: OpenText;
  readonly workspace: EditorWorkspace;
}) {
  const { changeSet, buffers } = review;
  const state = text.editorState;
  const hunks = text.reviewing.hunks.value.filter((hunk) => hunk.changeSet === changeSet);
  const conflicts = text.reviewing.conflicts.value.filter((place) => place.changeSet === changeSet);
  const others = buffers.filter(({ buffer, undo, conflicts }) =>
    buffer !== text.buffer && undo.length + conflicts.length > 0
  );
  return (
    <section class={`editor-set ${markOfSet(changeSet).classes}`} aria-label={`Changes of ${changeSet}`}>
      <header>
        <SetTitle changeSet={changeSet} />
        <span class="row editor-set-acts">
          <Button
            small
            icon="check"
            onClick={() => void workspace.acceptSet(text, changeSet)}
          >
            {conflicts.length === 0 ? "Accept all" : "Accept the rest"}
          </Button>
          <Button
            small
            icon="undo"
            onClick={() => void workspace.rejectSet(text, changeSet)}
          >
            Reject all
          </Button>
        </span>
      </header>
      {hunks.length + conflicts.length === 0 ? null : <p class="editor-set-file">{text.file}</p>}
      {state === undefined
        ? null
        : conflicts.map((place) => (
          <ConflictCard key={place.conflict.id} place={place} text={text} workspace={workspace} />
        ))}
      {state === undefined ? null : hunks.map((hunk, at) => (
        <Hunk
          key={at}
          hunk={hunk}
          added={state.sliceDoc(hunk.undo.from, hunk.undo.to)}
          line={state.doc.lineAt(Math.min(hunk.undo.from, state.doc.length)).number}
          text={text}
        />
      ))}
      {others.map(({ buffer, file, undo, conflicts }) => (
        <p key={buffer} class="editor-set-file">
          {file === undefined ? `Text ${buffer}` : <FileLink changeSet={changeSet} file={file} />},{" "}
          {undo.length + conflicts.length} {undo.length + conflicts.length === 1 ? "place" : "places"}
        </p>
      ))}
      {hunks.length + conflicts.length === 0 && others.length === 0
        ? <p class="editor-set-file">Nothing is left of these changes.</p>
        : null}
    </section>
  );
}

/** Who changed something, in which node of which run; what is no run's is called as it is. */
function SetTitle({ changeSet }: { readonly changeSet: string }) {
  const set = waitingChanges.value.find((one) => one.changeSet === changeSet);
  const [run = "", node] = changeSet.split(":");
  return (
    <>
      <AuthorTag mark={markOfSet(changeSet)} />
      <h3 class="cut" title={changeSet}>
        {set === undefined ? changeSet : <span class="editor-person">{nameOf(set.author)}</span>}
        {set === undefined ? null : ` in ${set.node}`}
      </h3>
      <a class="own-line" href={hrefOf("runs", run, node === undefined ? {} : { node: `/${node}` })}>
        Its run
      </a>
    </>
  );
}

/** The core names a file in full; what waits is named from the workspace. */
function FileLink({ changeSet, file }: { readonly changeSet: string; readonly file: string }) {
  const set = waitingChanges.value.find((one) => one.changeSet === changeSet);
  const known = set?.files.find((one) => file.endsWith(`/${one.file}`));
  return known === undefined
    ? <>{file}</>
    : <a class="own-line" href={hrefOf("editor", known.file)}>{known.file}</a>;
}

const MOST_SHOWN = 2000;

function Hunk({ hunk, added, line, text }: {
  readonly hunk: HunkHere;
  readonly added: string;
  readonly line: number;
  readonly text: OpenText;
}) {
  const { from, insert } = hunk.undo;
  const act = (answer: "accept" | "reject") => (event: MouseEvent) => {
    keepFocus(event.currentTarget, text);
    text.reviewing.decide(hunk, answer);
    announce(`${answer === "accept" ? "Accepted" : "Rejected"} the change in line ${line}`);
  };
  return (
    <div class="editor-diff">
      <PlaceButton text={text} at={from} line={line} />
      <span class="grow" />
      <IconButton
        icon="check"
        small
        label={`Accept the change in line ${line}`}
        onClick={act("accept")}
      />
      <IconButton
        icon="undo"
        small
        label={`Reject the change in line ${line}`}
        onClick={act("reject")}
      />
      <div class="editor-diff-text" role="group" aria-label="Before and after">
        {insert === "" ? null : <del>{insert.slice(0, MOST_SHOWN)}</del>}
        {added === "" ? null : <ins>{added.slice(0, MOST_SHOWN)}</ins>}
      </div>
    </div>
  );
}
